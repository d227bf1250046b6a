import type { Duplex } from 'node:stream';
import { DriverError } from '../../driver.ts';
import type { Exchange } from './exchange.ts';
import { type Admission, MessageReader, type MessageSink } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { readRowDescription, readServerError, readTerminated, SERVER_MESSAGE } from './server-messages.ts';

/** Rows up to this are buffered unasked. */
const SMALL_MESSAGE_BYTES = 8 * 1024;
/** A description of 1 600 columns, the most there can be, needs an eighth of it. */
const MAX_MESSAGE_BYTES = 1024 * 1024;
/** Notices, changed settings and notifications that one exchange may bring; sessions ask for none. */
const MAX_ASIDES = 1_000;

/**
 * The extended query protocol over a session that has logged in. Exchanges may be sent while others are under way; they
 * are answered in order, each on its own. Everything sent within one turn of the event loop leaves in one write.
 *
 * Open until the socket closes, the server breaks the protocol or sends more than it may; then every exchange under way
 * ends with `connection-lost` or `protocol`.
 */
export class PostgresqlWire implements MessageSink {
  readonly writer = new MessageWriter();
  readonly #socket: Duplex;
  readonly #reader = new MessageReader(this, SMALL_MESSAGE_BYTES);
  readonly #onClosed: () => void;
  #underWay: Exchange[] = [];
  /** Index of the exchange that the server answers now; the ones before are done. */
  #head = 0;
  #asides = 0;
  #isFlushing = false;
  #isClosed = false;
  #changedSettings = false;
  #transactionStatus = 'I';
  readonly #idleListeners: (() => void)[] = [];

  constructor(socket: Duplex, onClosed: () => void) {
    this.#socket = socket;
    this.#onClosed = onClosed;
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('close', () => this.fail(new DriverError('connection-lost', 'The connection to PostgreSQL broke')));
    socket.on('end', () => this.fail(new DriverError('connection-lost', 'PostgreSQL ended the connection')));
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isIdle(): boolean {
    return this.#underWay.length === this.#head;
  }

  /** `I` outside a transaction, as the server said last. */
  get transactionStatus(): string {
    return this.#transactionStatus;
  }

  /** Whether a setting that the server reports has changed since `forgetChangedSettings`. */
  get hasChangedSettings(): boolean {
    return this.#changedSettings;
  }

  forgetChangedSettings(): void {
    this.#changedSettings = false;
  }

  /** Settles when nothing is under way any more, because all was answered or the connection is gone. */
  whenIdle(): Promise<void> {
    return this.isIdle ? Promise.resolve() : new Promise((resolve) => this.#idleListeners.push(resolve));
  }

  /** Sends what was written to `writer` since the last exchange, up to a Sync (or one Query) at its end. */
  send(exchange: Exchange): void {
    if (this.#isClosed) {
      this.writer.take();
      exchange.finish(new DriverError('connection-lost', 'The connection to PostgreSQL is closed'));
      return;
    }
    this.#underWay.push(exchange);
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // After the sockets of this turn were read: what their callers ask for leaves together.
    setImmediate(this.#flush);
  }

  /** Nothing more is read or written; the socket is the caller's to close. */
  fail(error: DriverError): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#reader.stop();
    const lost = this.#underWay.slice(this.#head);
    this.#underWay = [];
    this.#head = 0;
    this.#onClosed();
    for (const exchange of lost) exchange.finish(error);
    for (const listener of this.#idleListeners.splice(0)) listener();
  }

  readonly #flush = () => {
    this.#isFlushing = false;
    if (!this.#isClosed && !this.writer.isEmpty) this.#socket.write(this.writer.take());
  };

  #read(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.onViolation();
    }
  }

  admit(code: number, bytes: number): Admission {
    const exchange = this.#underWay[this.#head];
    if (code !== SERVER_MESSAGE.dataRow || exchange === undefined) {
      return bytes <= MAX_MESSAGE_BYTES ? 'keep' : 'refuse';
    }
    if (exchange.hasRoomFor(bytes)) return 'keep';
    return exchange.receive(bytes) ? 'skip' : this.#overflow(exchange);
  }

  onViolation(): void {
    this.fail(new DriverError('protocol', 'The server broke the protocol'));
    this.#socket.destroy();
  }

  onSkipped(): void {
    const exchange = this.#underWay[this.#head];
    if (exchange) exchange.truncated = true;
  }

  onMessage(code: number, buffer: Buffer, start: number, end: number): void {
    const exchange = this.#underWay[this.#head];
    switch (code) {
      case SERVER_MESSAGE.notice:
      case SERVER_MESSAGE.notification:
        this.#countAside();
        return;
      case SERVER_MESSAGE.parameterStatus:
        this.#countAside();
        // A standby that is promoted says so; that is no doing of a statement.
        if (readTerminated(buffer, start, end) !== 'in_hot_standby') this.#changedSettings = true;
        return;
    }
    if (exchange) this.#answer(exchange, code, buffer, start, end);
    else if (code === SERVER_MESSAGE.error) this.#failUnasked(buffer, start, end);
    else this.onViolation();
  }

  #answer(exchange: Exchange, code: number, buffer: Buffer, start: number, end: number): void {
    switch (code) {
      case SERVER_MESSAGE.bindComplete: {
        const columns = exchange.prepared?.columns;
        if (columns) exchange.columns = columns;
        return;
      }
      case SERVER_MESSAGE.dataRow:
        if (!exchange.receive(end - start)) this.#overflow(exchange);
        else exchange.addRow(buffer, start, end);
        return;
      case SERVER_MESSAGE.commandComplete:
        exchange.tag = readTerminated(buffer, start, end);
        return;
      case SERVER_MESSAGE.readyForQuery:
        this.#finish(exchange, buffer, start);
        return;
      case SERVER_MESSAGE.parseComplete:
        exchange.unparsed.shift();
        return;
      case SERVER_MESSAGE.rowDescription:
        exchange.columns = readRowDescription(buffer, start, end);
        if (exchange.prepared) exchange.prepared.columns = exchange.columns;
        return;
      case SERVER_MESSAGE.error:
        exchange.error = readServerError(buffer, start, end);
        return;
      case SERVER_MESSAGE.portalSuspended:
        exchange.truncated = true;
        exchange.tag = '';
        return;
      case SERVER_MESSAGE.noData:
        if (exchange.prepared) exchange.prepared.columns = exchange.columns;
        return;
      case SERVER_MESSAGE.closeComplete:
      case SERVER_MESSAGE.emptyQuery:
      case SERVER_MESSAGE.parameterDescription:
        return;
      default:
        // COPY among them: a statement that asks for it has no place here.
        this.onViolation();
    }
  }

  #finish(exchange: Exchange, buffer: Buffer, start: number): void {
    this.#asides = 0;
    this.#transactionStatus = String.fromCharCode(buffer.readUInt8(start));
    this.#head += 1;
    if (this.#head === this.#underWay.length || this.#head >= 1_024) {
      this.#underWay.splice(0, this.#head);
      this.#head = 0;
    }
    exchange.finish();
    if (this.isIdle) for (const listener of this.#idleListeners.splice(0)) listener();
  }

  /** More rows came than are ever read. Their reader has what it may have; the connection is of no use any more. */
  #overflow(exchange: Exchange): 'refuse' {
    exchange.truncated = true;
    exchange.tag = '';
    exchange.finish();
    this.fail(new DriverError('connection-lost', 'The server sent more than a statement may return'));
    return 'refuse';
  }

  /** The server ends the session on its own: shutdown, an administrator. */
  #failUnasked(buffer: Buffer, start: number, end: number): void {
    const cause = readServerError(buffer, start, end);
    this.fail(
      new DriverError('connection-lost', 'PostgreSQL ended the session', {
        cause,
        vendorCode: cause.code || undefined,
      }),
    );
    this.#socket.destroy();
  }

  #countAside(): void {
    this.#asides += 1;
    if (this.#asides > MAX_ASIDES) this.onViolation();
  }
}
