import type { DatabaseValue, Statement, StatementDescription } from '../driver.ts';
import { DriverError } from '../driver.ts';
import type { ConnectionResult, ServerState } from '../pool/driver-connection.ts';
import type { LaneAnswer, LaneConnection, Leavings, Trial } from '../pool/lanes/lane-connection.ts';
import { describeStatement } from './postgresql-describe.ts';
import { toPostgresqlError } from './postgresql-errors.ts';
import { isReading, leavesSessionAlone, toRowLimit } from './postgresql-statement.ts';
import { StatementSender } from './statement-sender.ts';
import type { AnswerBounds, Exchange } from './wire/exchange.ts';
import type { PostgresqlWire } from './wire/postgresql-wire.ts';

const BEGIN_READ_ONLY = 'BEGIN TRANSACTION READ ONLY';
const BEGIN = 'BEGIN';
const ROLLBACK = 'ROLLBACK';
const FEW_ROWS: AnswerBounds = { maxRows: 100, maxBytes: 64 * 1024 };
const SERVER_MILLISECONDS = 'SELECT (extract(epoch FROM clock_timestamp() - transaction_timestamp()) * 1000)::float8';
/** `$1`: `name=value` of the settings that sessions have from their start. */
const LEFT_BEHIND = `SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid())
  OR EXISTS (SELECT FROM pg_settings WHERE source = 'session' AND name NOT LIKE 'transaction%'
             AND NOT name || '=' || setting = ANY ($1::text[]))`;
const SERVER_STATE = "SELECT current_setting('server_version'), current_setting('transaction_read_only')";
/** A shorter limit that the role or the database has stays. */
const ENTER_LANE = `SELECT set_config('default_transaction_read_only', 'on', false),
  set_config('statement_timeout', least(nullif(setting::int, 0), $1::int)::text, false)
  FROM pg_settings WHERE name = 'statement_timeout'`;
/** Null leaves it as it is. */
const SET_READ_ONLY = `SELECT set_config('default_transaction_read_only',
  coalesce($1, current_setting('default_transaction_read_only')), false) WHERE $1::text IS NOT NULL`;

export interface ConnectionFacts {
  /** Whether the server itself is at the other end of the socket, not a pooler. */
  readonly isDirect: boolean;
  readonly canPipeline: boolean;
  /** What the session was set to at its start. */
  readonly settings: ReadonlyMap<string, string>;
  /** Sends the request to cancel and settles when the server has read it. */
  readonly sendCancel: () => Promise<void>;
  /** Says goodbye on the socket, or drops it. */
  readonly end: () => void;
  readonly destroy: () => void;
}

/**
 * One connection. Reads run in a transaction that refuses writes and is rolled back, so a setting that they changed is
 * changed back; writes run in a transaction of their own, which is rolled back where the statement says `undo`. All
 * messages of one statement leave in one write and are answered in one round trip.
 */
export class PostgresqlConnection implements LaneConnection {
  readonly canPipeline: boolean;
  readonly #wire: PostgresqlWire;
  readonly #sender: StatementSender;
  readonly #facts: ConnectionFacts;
  #isReusable = true;

  constructor(wire: PostgresqlWire, facts: ConnectionFacts) {
    this.#wire = wire;
    this.#facts = facts;
    this.#sender = new StatementSender(wire, facts.isDirect);
    this.canPipeline = facts.canPipeline;
  }

  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    return this.#translating(async () => {
      const { answer } = await this.#execute(statement, parameters, false);
      return this.#toResult(statement, answer);
    });
  }

  tryOut(statement: Statement, parameters: readonly DatabaseValue[]): Promise<Trial> {
    return this.#translating(async () => {
      const { answer, elapsed, leftBehind } = await this.#execute(statement, parameters, true);
      const result = this.#toResult(statement, answer);
      const serverMs = elapsed?.rows[0]?.[0];
      const leaves = this.isReusable() ? toLeavings(leftBehind) : 'something';
      if (leaves === 'something') this.#isReusable = false;
      return { result, serverMs: typeof serverMs === 'number' ? serverMs : 0, leaves };
    });
  }

  describe(statement: Statement, parameters: readonly DatabaseValue[]): Promise<StatementDescription> {
    return this.#translating(() => describeStatement(this.#sender, statement.text, parameters));
  }

  probe(query: string): Promise<ServerState> {
    return this.#translating(async () => {
      const [state, answer] = await Promise.all([
        this.#sender.ask(SERVER_STATE, [], FEW_ROWS),
        this.#sender.ask(query, [], FEW_ROWS, { begin: BEGIN_READ_ONLY }),
        this.#sender.control(ROLLBACK),
      ]);
      if (answer.error) throw answer.error;
      if (state.error) throw state.error;
      const [serverVersion, readOnly] = state.rows[0] ?? [];
      return { serverVersion: String(serverVersion), readOnly: readOnly === 'on' };
    });
  }

  ping(): Promise<void> {
    return this.#translating(async () => {
      const { error } = await this.#sender.ask('SELECT 1', [], FEW_ROWS);
      if (error) throw error;
    });
  }

  enterLane(limitMs: number): Promise<void> {
    return this.#translating(async () => {
      const { error } = await this.#sender.ask(ENTER_LANE, [limitMs], FEW_ROWS);
      if (error) throw error;
      this.#wire.forgetChangedSettings();
    });
  }

  leaveLane(): Promise<void> {
    return this.#translating(async () => {
      const { settings } = this.#facts;
      const answers = await Promise.all([
        this.#sender.control('RESET statement_timeout'),
        this.#sender.control('RESET default_transaction_read_only'),
        this.#sender.ask(SET_READ_ONLY, [settings.get('default_transaction_read_only') ?? null], FEW_ROWS),
      ]);
      for (const { error } of answers) if (error) throw error;
      this.#wire.forgetChangedSettings();
    });
  }

  send(statement: Statement, parameters: readonly DatabaseValue[], answer: LaneAnswer): void {
    this.#sendOnLane(statement, parameters, answer, true);
  }

  #sendOnLane(statement: Statement, parameters: readonly DatabaseValue[], answer: LaneAnswer, mayRetry: boolean): void {
    this.#sender.send(statement.text, parameters, statement, { rowLimit: statement.maxRows + 1 }, (exchange) => {
      const { error } = exchange;
      if (!error) answer.succeed(toResult(exchange, 0));
      else if (mayRetry && this.#sender.isStale(exchange)) this.#sendOnLane(statement, parameters, answer, false);
      else answer.fail(toPostgresqlError(error, this.#wire.isClosed));
    });
  }

  isReusable(): boolean {
    const wire = this.#wire;
    return this.#isReusable && wire.transactionStatus === 'I' && !wire.hasChangedSettings && !wire.isClosed;
  }

  async cancel(): Promise<boolean> {
    await this.#facts.sendCancel();
    // The server reads the request before it has stopped anything: confirmed is what the session itself says.
    await this.#wire.whenIdle();
    return true;
  }

  end(): void {
    this.#facts.end();
  }

  destroy(): void {
    this.#facts.destroy();
  }

  async #execute(statement: Statement, parameters: readonly DatabaseValue[], isTrial: boolean) {
    const execution = await this.#executeOnce(statement, parameters, isTrial);
    // The server found out before it ran anything, so that a write may be sent again too.
    return this.#sender.isStale(execution.answer) ? this.#executeOnce(statement, parameters, isTrial) : execution;
  }

  async #executeOnce(statement: Statement, parameters: readonly DatabaseValue[], isTrial: boolean) {
    const isRead = statement.access === 'read';
    const rowLimit = toRowLimit(statement);
    const sender = this.#sender;
    const begin = isRead ? BEGIN_READ_ONLY : statement.undo ? BEGIN : undefined;
    const answered = sender.ask(statement.text, parameters, statement, { rowLimit, begin });
    const elapsed = isTrial && isRead ? sender.ask(SERVER_MILLISECONDS, [], FEW_ROWS) : undefined;
    const leftBehind = isTrial ? sender.ask(LEFT_BEHIND, [this.#settingsAsArray()], FEW_ROWS) : undefined;
    const ended = begin ? sender.control(ROLLBACK) : undefined;
    const execution = { answer: await answered, elapsed: await elapsed, leftBehind: await leftBehind };
    await ended;
    if (statement.undo) this.#isReusable = false;
    return execution;
  }

  #toResult(statement: Statement, answer: Exchange): ConnectionResult {
    if (answer.error) throw answer.error;
    const [command = '', ...counts] = answer.tag.split(' ');
    // Cut off rows are those of a read; of a write everything is read.
    const isCutOff = command === '' && answer.truncated;
    if (isCutOff && this.#wire.isClosed && statement.access === 'write') {
      throw new DriverError('protocol', 'The server sent more than the statement may return');
    }
    if (!isCutOff && !leavesSessionAlone(command)) this.#isReusable = false;
    const affectedRows = isCutOff || isReading(command) ? 0 : Number(counts.at(-1) ?? 0);
    return toResult(answer, affectedRows);
  }

  async #translating<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw toPostgresqlError(error, this.#wire.isClosed);
    }
  }

  #settingsAsArray(): string {
    const pairs = [...this.#facts.settings].map(([name, value]) => `${name}=${value}`);
    return `{${pairs.map((pair) => `"${pair.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
  }
}

function toLeavings(leftBehind: Exchange | undefined): Leavings {
  const isSomething = leftBehind?.rows[0]?.[0];
  if (typeof isSomething !== 'boolean') return 'unknown';
  return isSomething ? 'something' : 'nothing';
}

function toResult(answer: Exchange, affectedRows: number): ConnectionResult {
  return { columns: answer.columns.names, rows: answer.rows, affectedRows, truncated: answer.truncated };
}
