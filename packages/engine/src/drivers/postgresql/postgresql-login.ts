import type { Socket } from 'node:net';
import pg, { type Client } from 'pg';
import { type DatabaseTarget, DriverError, type PoolOptions } from '../driver.ts';
import { expectFirstBytes } from '../pool/abandon.ts';
import type { CancelKey } from './postgresql-cancel.ts';
import { toPostgresqlError } from './postgresql-errors.ts';
import { toPostgresqlOptions } from './postgresql-options.ts';
import { MessageReader, type MessageSink } from './wire/message-reader.ts';

/** First bytes of a server: authentication, error, notice, protocol negotiation. */
const FIRST_BYTES: ReadonlySet<number | undefined> = new Set([0x52, 0x45, 0x4e, 0x76]);
/** A login takes a dozen messages of a few hundred bytes. */
const MAX_LOGIN_MESSAGES = 1_000;
const MAX_LOGIN_BYTES = 256 * 1024;
const HEARD_BY_PG = ['data', 'end', 'close', 'error'] as const;

/**
 * Logs in by `pg` and takes the socket over from it: nothing of pg listens to it afterwards. Refuses a server that
 * speaks another protocol or has more to say than a login needs.
 *
 * @throws DriverError
 */
export async function logIn(socket: Socket, target: DatabaseTarget, options: PoolOptions): Promise<CancelKey> {
  expectFirstBytes(socket, (bytes) => FIRST_BYTES.has(bytes[0]));
  const guard = new LoginGuard(socket);
  const heardBefore = new Map(HEARD_BY_PG.map((event) => [event, socket.rawListeners(event)]));
  const client = new pg.Client(toPostgresqlOptions(target, options, asConnecting(socket)));
  // pg emits `error` for a session that breaks; unheard, it would end the process.
  client.on('error', () => {});
  try {
    await client.connect();
  } catch (error) {
    throw toLoginError(error, socket, target);
  }
  guard.stop();
  for (const event of HEARD_BY_PG) {
    for (const listener of socket.rawListeners(event)) {
      if (!heardBefore.get(event)?.includes(listener)) Reflect.apply(socket.off, socket, [event, listener]);
    }
  }
  if (!guard.isBetweenMessages) throw new DriverError('protocol', 'The server went on talking after the login');
  return readCancelKey(client);
}

function toLoginError(error: unknown, socket: Socket, target: DatabaseTarget): DriverError {
  const translated = toPostgresqlError(error, socket.destroyed || socket.readableEnded);
  if (translated.kind !== 'unknown' || translated.vendorCode !== undefined) return translated;
  // What is left are pg's own objections, which have no code: no password for a server that wants one, or an exchange
  // with the server that breaks the rules of SCRAM, its number of iterations among them.
  return target.credentials.password.expose() === ''
    ? new DriverError('authentication', 'PostgreSQL asks for a password', { cause: error })
    : new DriverError('protocol', 'The login broke the protocol', { cause: error });
}

/** Counts what arrives before pg, whose parser would buffer as much as a message says that it has. */
class LoginGuard implements MessageSink {
  readonly #reader = new MessageReader(this, 0);
  readonly #socket: Socket;
  #messages = 0;
  #bytes = 0;
  readonly #onData = (chunk: Buffer) => {
    this.#bytes += chunk.length;
    if (this.#bytes > MAX_LOGIN_BYTES) this.onViolation();
    this.#reader.push(chunk);
  };

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', this.#onData);
  }

  get isBetweenMessages(): boolean {
    return this.#reader.isBetweenMessages;
  }

  stop(): void {
    this.#socket.off('data', this.#onData);
  }

  admit(_code: number, bytes: number) {
    return bytes > MAX_LOGIN_BYTES ? 'refuse' : 'skip';
  }

  onMessage(): void {
    this.onSkipped();
  }

  onSkipped(): void {
    this.#messages += 1;
    if (this.#messages > MAX_LOGIN_MESSAGES) this.onViolation();
  }

  onViolation(): void {
    this.#socket.destroy(new DriverError('protocol', 'The server says more than a login needs'));
  }
}

/** pg calls `connect` on the stream that it is given and waits for the event; ours is connected already. */
function asConnecting(socket: Socket): Socket {
  const connect = () => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  return Object.defineProperty(socket, 'connect', { value: connect });
}

/** pg keeps the key on the client without declaring it. */
function readCancelKey(client: Client): CancelKey {
  const processId: unknown = Reflect.get(client, 'processID');
  const secretKey: unknown = Reflect.get(client, 'secretKey');
  if (typeof processId !== 'number' || typeof secretKey !== 'number') {
    throw new DriverError('protocol', 'The server gave no key to cancel by');
  }
  return { processId, secretKey };
}
