import { Readable } from 'node:stream';
import { Connection, Request } from 'tedious';
import type Message from 'tedious/lib/message.js';
import { AttentionTokenHandler, type TokenHandler } from 'tedious/lib/token/handler.js';
import { LoginAckToken, PacketSizeEnvChangeToken, type Token } from 'tedious/lib/token/token.js';
import { Parser } from 'tedious/lib/token/token-stream-parser.js';
import { DriverError } from '../driver.ts';
import { ExactTokenReader } from './exact-token-reader.ts';

/** Tokens other than rows in one answer; a procedure that reports each of its statements sends many. */
const MAX_PLAIN_TOKENS = 100_000;
/** @see MS-TDS 2.2.6.4: what a packet may measure. With less tedious would cut a request into pieces forever. */
const PACKET_BYTES = { least: 512, most: 32_767 } as const;

type MessageOfServer = ConstructorParameters<typeof Parser>[0];

/** What the session says of itself while an answer is read. */
interface Reading {
  readonly isClosed: () => boolean;
  readonly isCancelled: () => boolean;
}

/**
 * tedious' connection with the reading of answers guarded against a server that lies: what cannot be understood is
 * `protocol` and ends the session, never the process.
 */
export class GuardedConnection extends Connection {
  override createTokenStreamParser(message: InstanceType<typeof Message.default>, handler: TokenHandler): Parser {
    return new GuardedParser(message, this.debug, handler, this.config.options, {
      isClosed: () => this.closed,
      isCancelled: () => this.request instanceof Request && this.request.canceled,
    });
  }
}

class GuardedParser extends Parser {
  readonly #reading: Reading;

  constructor(
    message: MessageOfServer,
    debug: ConstructorParameters<typeof Parser>[1],
    handler: TokenHandler,
    options: ConstructorParameters<typeof Parser>[3],
    reading: Reading,
  ) {
    super(message, debug, handler, options);
    this.#reading = reading;
  }

  // The last answer of a session that was closed meanwhile must not reach tedious: it would look for the request that
  // it has already given up, and throw where nobody can catch it.
  override emit(event: string | symbol, ...values: unknown[]): boolean {
    return this.#reading.isClosed() ? false : super.emit(event, ...values);
  }

  override async run(message: MessageOfServer, handler: TokenHandler): Promise<void> {
    // The base class calls this in its constructor, before `#reading` is there.
    await Promise.resolve();
    try {
      await this.#readAll(message, handler);
    } catch (error) {
      if (error instanceof DriverError) throw error;
      throw new DriverError('protocol', 'The server sent what is not TDS', { cause: error });
    }
  }

  async #readAll(message: MessageOfServer, handler: TokenHandler): Promise<void> {
    const reader = new ExactTokenReader(this.options);
    let plainTokens = 0;
    for await (const chunk of toChunks(message)) {
      reader.write(chunk);
      for (;;) {
        if (this.paused) await this.#untilResumed();
        const token = reader.read();
        if (token === undefined) break;
        if (token.handlerName !== 'onRow') plainTokens += 1;
        if (plainTokens > MAX_PLAIN_TOKENS) throw new DriverError('protocol', 'The server sent too many tokens');
        assertCredible(token);
        dispatch(token, handler);
      }
    }
    // A server that stops at an attention may end its answer in the middle of a row.
    if (!this.#reading.isCancelled()) reader.end();
  }

  #untilResumed(): Promise<void> {
    return new Promise((resolve) => {
      this.onResume = resolve;
    });
  }
}

/** Without destroying the stream when the reading fails: packets that still come must find it. */
function toChunks(message: MessageOfServer): AsyncIterable<Buffer> | Iterable<Buffer> {
  return message instanceof Readable ? message.iterator({ destroyOnReturn: false }) : message;
}

function assertCredible(token: Token): void {
  if (token instanceof PacketSizeEnvChangeToken) {
    const { newValue } = token;
    if (!(newValue >= PACKET_BYTES.least && newValue <= PACKET_BYTES.most)) {
      throw new DriverError('protocol', 'The server asked for packets of a size that cannot be');
    }
  }
  // Older than SQL Server 2005: no transaction is told to the client, and half the types are missing.
  if (token instanceof LoginAckToken && token.tdsVersion !== undefined && token.tdsVersion < '7_2') {
    throw new DriverError('protocol', 'The server is too old');
  }
}

function dispatch(token: Token, handler: TokenHandler): void {
  if (handler instanceof AttentionTokenHandler && token.handlerName !== 'onDone') {
    confirmRollback(token, handler.connection);
    return;
  }
  const handle: unknown = Reflect.get(handler, token.handlerName);
  if (typeof handle === 'function') Reflect.apply(handle, handler, [token]);
}

/** tedious takes nothing but the end in the confirmation of an attention; a server may say there what it rolled back. */
function confirmRollback(token: Token, connection: Connection): void {
  if (token.handlerName !== 'onRollbackTransaction') return;
  connection.transactionDescriptors.length = 1;
  connection.inTransaction = false;
}
