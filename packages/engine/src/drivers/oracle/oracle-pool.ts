import type { ExecuteOptions } from 'oracledb';
import type {
  DatabaseTarget,
  DatabaseValue,
  Dialer,
  DriverPool,
  PoolOptions,
  Statement,
  StatementDescription,
} from '../driver.ts';
import { ConnectionPool } from '../pool/connection-pool.ts';
import type { DriverConnection, ServerState, SessionResult } from '../pool/driver-connection.ts';
import { leavesNoSessionState } from '../pool/session-state.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { toOracleError } from './oracle-errors.ts';
import type { OracleModule, OracleSession } from './oracle-module.ts';
import { createFetchTypeHandler, toOracleAttributes, toOracleBind } from './oracle-options.ts';
import { OracleRelay } from './oracle-relay.ts';

const GOODBYE_LIMIT_MS = 1_000;
const ROLE_QUERY = "SELECT SYS_CONTEXT('USERENV', 'DATABASE_ROLE') FROM DUAL";

export function createOraclePool(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  module: OracleModule,
): DriverPool {
  return new ConnectionPool(options, (context) =>
    tryHosts(target.hosts, context, (attempt) => openSession(target, dialer, attempt, module, options.applicationName)),
  );
}

async function openSession(
  target: DatabaseTarget,
  dialer: Dialer,
  attempt: HostAttempt,
  module: OracleModule,
  applicationName: string,
): Promise<DriverConnection> {
  const relay = new OracleRelay(dialer, target.tls, attempt, attempt.onBroken);
  const onAbort = () => relay.destroy();
  attempt.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const port = await relay.open();
    const session = await module.getConnection(toOracleAttributes(target, port, attempt.timeoutMs));
    // Shown in V$SESSION from the next statement on.
    if ('module' in session) Reflect.set(session, 'module', applicationName);
    return new OracleConnection(session, relay, module);
  } catch (error) {
    const translated = relay.failure ?? toOracleError(error, !relay.isOpen);
    relay.destroy();
    throw translated;
  } finally {
    attempt.signal.removeEventListener('abort', onAbort);
  }
}

class OracleConnection implements DriverConnection {
  readonly #session: OracleSession;
  readonly #relay: OracleRelay;
  readonly #options: ExecuteOptions;
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;

  constructor(session: OracleSession, relay: OracleRelay, module: OracleModule) {
    this.#session = session;
    this.#relay = relay;
    this.#options = {
      outFormat: module.OUT_FORMAT_ARRAY,
      autoCommit: true,
      maxRows: 0,
      fetchTypeHandler: createFetchTypeHandler(module),
    };
  }

  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    if (!leavesNoSessionState(statement.text)) this.#isReusable = false;
    return this.#track(this.#execute(statement.text, parameters));
  }

  describe(): Promise<StatementDescription> {
    return Promise.resolve({ columns: null, writes: null, plan: null });
  }

  async #execute(statement: string, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    const result = await this.#session.execute(statement, parameters.map(toOracleBind), this.#options);
    const rows = (result.rows ?? []).map((row) => (Array.isArray(row) ? row : [row]));
    const columns = (result.metaData ?? []).map((column) => column.name);
    return { columns, rows, affectedRows: result.rowsAffected ?? 0, truncated: false };
  }

  probe(query: string): Promise<ServerState> {
    return this.#track(this.#probe(query));
  }

  async #probe(query: string): Promise<ServerState> {
    const role = await this.#execute(ROLE_QUERY, []);
    // `autoCommit` would end the read-only transaction that the query shall run in.
    const inTransaction = { ...this.#options, autoCommit: false };
    await this.#session.execute('SET TRANSACTION READ ONLY', [], inTransaction);
    try {
      await this.#session.execute(query, [], inTransaction);
    } finally {
      await this.#session.rollback();
    }
    return {
      serverVersion: this.#session.oracleServerVersionString,
      readOnly: role.rows[0]?.[0] !== 'PRIMARY',
    };
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const translated = work.catch((error: unknown) => {
      throw this.#relay.failure ?? toOracleError(error, !this.#relay.isOpen);
    });
    this.#running = translated.catch(() => {});
    return translated;
  }

  isReusable(): boolean {
    return this.#isReusable;
  }

  async cancel(): Promise<boolean> {
    await this.#session.break();
    await this.#running;
    return true;
  }

  end(): void {
    const timer = setTimeout(() => this.#relay.destroy(), GOODBYE_LIMIT_MS);
    timer.unref();
    this.#session
      .close()
      .catch(() => {})
      .finally(() => this.#relay.destroy());
  }

  destroy(): void {
    this.#relay.destroy();
    // The library keeps the session's statements until it is closed; on a dead socket that settles at once.
    this.#session.close().catch(() => {});
  }
}
