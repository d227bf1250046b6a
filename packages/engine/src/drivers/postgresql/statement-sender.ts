import { type DatabaseValue, DriverError } from '../driver.ts';
import { type AnswerBounds, Exchange } from './wire/exchange.ts';
import type { PostgresqlWire } from './wire/postgresql-wire.ts';
import { PreparedStatement, PreparedStatements } from './wire/prepared-statements.ts';
import { PostgresqlServerError } from './wire/server-messages.ts';

const UNKNOWN_STATEMENT = '26000';
/** `feature_not_supported`, which the server also says when the tables of a prepared statement have changed. */
const CHANGED_RESULT = '0A000';
const MAX_ROW_LIMIT = 2 ** 31 - 1;
const NO_ROWS: AnswerBounds = { maxRows: 0, maxBytes: 0 };

export interface SendOptions {
  /** Asks the server for this many rows; 0, the default, for all. */
  readonly rowLimit?: number;
  /** Begins the transaction that the statement runs in; where it fails the statement is not run. */
  readonly begin?: string | undefined;
  /** False: the statement is not kept parsed, because it will not come again. Default true. */
  readonly isKept?: boolean;
}

/**
 * Sends statements of one session, each as an exchange of its own, and keeps what the session has parsed. What cannot
 * be sent ends its own exchange and leaves nothing behind for the ones around it.
 */
export class StatementSender {
  readonly #wire: PostgresqlWire;
  readonly #statements: PreparedStatements;

  /** `isDirect` false: nothing prepared is kept. */
  constructor(wire: PostgresqlWire, isDirect: boolean) {
    this.#wire = wire;
    this.#statements = new PreparedStatements(isDirect);
  }

  /** Sends and waits for the answer; what went wrong stands in it. */
  ask(
    text: string,
    parameters: readonly DatabaseValue[],
    bounds: AnswerBounds,
    options: SendOptions = {},
  ): Promise<Exchange> {
    return new Promise((resolve) => this.send(text, parameters, bounds, options, resolve));
  }

  send(
    text: string,
    parameters: readonly DatabaseValue[],
    bounds: AnswerBounds,
    options: SendOptions,
    onDone: (exchange: Exchange) => void,
  ): void {
    const exchange = new Exchange(bounds, (done) => {
      this.#forgetFailed(done);
      onDone(done);
    });
    const { writer } = this.#wire;
    const mark = writer.mark;
    try {
      this.#write(exchange, text, parameters, options);
    } catch (error) {
      writer.rewind(mark);
      exchange.finish(toUnsent(error));
      return;
    }
    this.#wire.send(exchange);
  }

  #write(
    exchange: Exchange,
    text: string,
    parameters: readonly DatabaseValue[],
    { rowLimit = 0, begin, isKept = true }: SendOptions,
  ): void {
    assertNoTerminator(text);
    const { writer } = this.#wire;
    if (begin !== undefined) {
      writer.bind(this.#prepare(begin, exchange).name, []);
      writer.execute(0);
    }
    const prepared = isKept ? this.#prepare(text, exchange) : this.#parseOnce(text, exchange);
    if (exchange.unparsed.includes(prepared)) {
      writer.describeStatement(prepared.name);
      exchange.wasParsed = true;
    }
    exchange.prepared = prepared;
    writer.bind(prepared.name, parameters);
    writer.execute(Math.min(rowLimit, MAX_ROW_LIMIT));
    writer.sync();
  }

  /** A statement without rows, e.g. BEGIN. */
  control(text: string): Promise<Exchange> {
    return this.ask(text, [], NO_ROWS);
  }

  /** Has the server parse and describe a statement and nothing more. */
  describe(text: string): Promise<Exchange> {
    assertNoTerminator(text);
    return new Promise((resolve) => {
      const { writer } = this.#wire;
      writer.parse('', text);
      writer.describeStatement('');
      writer.sync();
      this.#wire.send(new Exchange(NO_ROWS, resolve));
    });
  }

  /** Whether an exchange failed because what was prepared is no good any more; it is then parsed again the next time. */
  isStale({ error, prepared, wasParsed }: Exchange): boolean {
    if (!(error instanceof PostgresqlServerError)) return false;
    if (error.code === UNKNOWN_STATEMENT) {
      this.#statements.forgetAll();
      return true;
    }
    if (error.code !== CHANGED_RESULT || !prepared || wasParsed) return false;
    this.#statements.forget(prepared);
    return true;
  }

  #prepare(text: string, exchange: Exchange): PreparedStatement {
    const known = this.#statements.find(text);
    if (known) return known;
    const prepared = this.#statements.parse(text, this.#wire.writer);
    exchange.unparsed.push(prepared);
    return prepared;
  }

  #parseOnce(text: string, exchange: Exchange): PreparedStatement {
    const prepared = new PreparedStatement('', text);
    this.#wire.writer.parse('', text);
    exchange.unparsed.push(prepared);
    return prepared;
  }

  #forgetFailed({ unparsed }: Exchange): void {
    for (const prepared of unparsed) this.#statements.forget(prepared);
  }
}

/** The protocol ends texts by a NUL: what stands behind one would be read as something else. */
function assertNoTerminator(text: string): void {
  if (text.includes('\0')) throw new DriverError('syntax', 'The statement holds a NUL character');
}

/** A value that has no text, e.g. an invalid date, or more values than the protocol can count. */
function toUnsent(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  return new DriverError('unknown', 'The statement could not be sent', { cause: error });
}
