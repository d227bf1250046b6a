import oracledb from 'oracledb';
import { type DatabaseValue, DriverError, type Statement, type StatementDescription } from '../driver.ts';
import type { ConnectionResult, DriverConnection, ServerState } from '../pool/driver-connection.ts';
import { toOracleError } from './oracle-errors.ts';
import { SESSION_SETTINGS } from './oracle-options.ts';
import type { OracleRelay } from './oracle-relay.ts';
import { OracleResult, rowsAtOnce } from './oracle-result.ts';
import { kindOfStatement, mayLock } from './oracle-statement.ts';
import { fetchTypeHandler, toOracleBind } from './oracle-values.ts';

const GOODBYE_LIMIT_MS = 1_000;
/** What a server may send for one statement above the bytes that are kept: rows that are cut, definitions, headers. */
const TRAFFIC_SLACK_BYTES = 4 * 1024 * 1024;
/** A thousand columns, which is the most that a table has, take a quarter of it. */
const DESCRIPTION_BYTES = 1024 * 1024;
const READ_ONLY_TRANSACTION = 'SET TRANSACTION READ ONLY';
const ONE_VALUE = { access: 'read', maxRows: 1, maxBytes: 64 * 1024, undo: false } as const;
const ROLE_QUERY: Statement = { ...ONE_VALUE, text: "SELECT SYS_CONTEXT('USERENV', 'DATABASE_ROLE') FROM DUAL" };
const WRITES: ReadonlySet<number | undefined> = new Set([
  oracledb.STMT_TYPE_INSERT,
  oracledb.STMT_TYPE_UPDATE,
  oracledb.STMT_TYPE_DELETE,
  oracledb.STMT_TYPE_MERGE,
  oracledb.STMT_TYPE_CREATE,
  oracledb.STMT_TYPE_ALTER,
  oracledb.STMT_TYPE_DROP,
]);

/** One connection by oracledb, behind its relay. */
export class OracleConnection implements DriverConnection {
  readonly #client: oracledb.Connection;
  readonly #relay: OracleRelay;
  /** Texts whose last run failed. oracledb counts such a statement as in use forever and parses it again each time. */
  readonly #failed = new Set<string>();
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;
  #isCancelled = false;

  constructor(client: oracledb.Connection, relay: OracleRelay) {
    this.#client = client;
    this.#relay = relay;
  }

  async prepare(applicationName: string): Promise<void> {
    this.#relay.endStatement();
    // Shown in V$SESSION from the next statement on.
    this.#client.module = applicationName;
    await this.#client.execute(SESSION_SETTINGS);
  }

  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    return this.#track(this.#run(statement, parameters));
  }

  async #run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    const kind = kindOfStatement(statement.text);
    const isHeldBack = statement.access === 'read' || statement.undo;
    if (kind === 'other') {
      if (isHeldBack) throw new DriverError('syntax', 'Oracle can undo queries and single changes of data only');
      // It may leave a setting, an open transaction, state of a package.
      this.#isReusable = false;
      return this.#execute(statement, parameters, true);
    }
    if (!isHeldBack) return this.#tidily(() => this.#execute(statement, parameters, true));
    // A query changes nothing (ORA-14551), with one round trip for it; only a lock would have to be refused.
    if (kind === 'query' && !mayLock(statement)) return this.#tidily(() => this.#execute(statement, parameters, false));
    return this.#inTransaction(statement.access === 'read', () => this.#execute(statement, parameters, false));
  }

  /** Leaves no transaction: a failed change may have one, and so has a query that locked or went over a database link. */
  async #tidily<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } finally {
      if (this.#client.transactionInProgress && this.#canGoOn()) await this.#client.rollback();
    }
  }

  /** Runs the work in a transaction that is rolled back. */
  async #inTransaction<T>(isReadOnly: boolean, work: () => Promise<T>): Promise<T> {
    try {
      if (isReadOnly) await this.#client.execute(READ_ONLY_TRANSACTION);
      if (this.#isCancelled) throw new DriverError('cancelled', 'The statement was given up before it was sent');
      return await work();
    } finally {
      if (this.#canGoOn()) await this.#client.rollback();
    }
  }

  /** False when the session is to be dropped, and the server then rolls back by itself. */
  #canGoOn(): boolean {
    return !this.#isCancelled && this.#relay.isOpen;
  }

  async #execute(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    autoCommit: boolean,
  ): Promise<ConnectionResult> {
    const rows = new OracleResult(statement);
    let isCut = false;
    this.#relay.beginStatement(statement.maxBytes + TRAFFIC_SLACK_BYTES, () => {
      isCut = true;
      this.#isReusable = false;
      this.#relay.destroy();
    });
    const batch = rowsAtOnce(statement);
    try {
      const result = await this.#client.execute<unknown>(statement.text, parameters.map(toOracleBind), {
        outFormat: oracledb.OUT_FORMAT_ARRAY,
        autoCommit,
        // One run outside of the cache drops the statement from there, and the next one puts it in again.
        keepInStmtCache: !this.#failed.delete(statement.text),
        resultSet: true,
        prefetchRows: batch,
        fetchArraySize: batch,
        fetchTypeHandler,
      });
      if (result.resultSet) await rows.read(result.resultSet);
      return { ...rows.toConnectionResult(), affectedRows: result.rowsAffected ?? 0 };
    } catch (error) {
      this.#failed.add(statement.text);
      // Whether a change that is cut off took effect is not known, so it cannot be called a result.
      if (!isCut || kindOfStatement(statement.text) !== 'query') throw error;
      rows.truncate();
      return rows.toConnectionResult();
    } finally {
      this.#relay.endStatement();
    }
  }

  describe(statement: Statement): Promise<StatementDescription> {
    return this.#track(this.#describe(statement));
  }

  /**
   * No plan: EXPLAIN PLAN writes it into a table, and showing that table takes two more statements, with rights that an
   * account for look-ups has no other use for.
   */
  async #describe({ text }: Statement): Promise<StatementDescription> {
    this.#relay.beginStatement(DESCRIPTION_BYTES, () => this.#relay.destroy());
    const { metaData, statementType } = await this.#client.getStatementInfo(text);
    const isQuery = metaData !== undefined && metaData.length > 0;
    const writes = WRITES.has(statementType) ? true : isQuery ? false : null;
    return { columns: (metaData ?? []).map((column) => column.name), writes, plan: null };
  }

  probe(query: string): Promise<ServerState> {
    return this.#track(this.#probe(query));
  }

  async #probe(query: string): Promise<ServerState> {
    const role = await this.#execute(ROLE_QUERY, [], false);
    await this.#inTransaction(true, () => this.#execute({ ...ONE_VALUE, text: query }, [], false));
    return { serverVersion: this.#client.oracleServerVersionString, readOnly: role.rows[0]?.[0] !== 'PRIMARY' };
  }

  ping(): Promise<void> {
    return this.#track(this.#client.ping());
  }

  /** Ends the allowance of the work too, so that the next one starts with a full one. */
  #track<T>(work: Promise<T>): Promise<T> {
    const translated = work
      .catch((error: unknown) => {
        throw this.#relay.failure ?? toOracleError(error, !this.#relay.isOpen);
      })
      .finally(() => this.#relay.endStatement());
    this.#running = translated.catch(() => {});
    return translated;
  }

  isReusable(): boolean {
    return this.#isReusable;
  }

  async cancel(): Promise<boolean> {
    this.#isCancelled = true;
    await this.#client.break();
    await this.#running;
    return true;
  }

  end(): void {
    const timer = setTimeout(() => this.#relay.destroy(), GOODBYE_LIMIT_MS);
    timer.unref();
    this.#client
      .close()
      .catch(() => {})
      .finally(() => this.#relay.destroy());
  }

  destroy(): void {
    this.#relay.destroy();
    // The library keeps the session's statements until it is closed; on a dead socket that settles at once.
    this.#client.close().catch(() => {});
  }
}
