import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Connection, Request } from 'tedious';
import {
  type DatabaseTarget,
  type DatabaseValue,
  type Dialer,
  DriverError,
  type DriverPool,
  type PoolOptions,
  type Statement,
  type StatementDescription,
} from '../driver.ts';
import { destroySoon, expectFirstBytes, withAbandon } from '../pool/abandon.ts';
import { ConnectionPool } from '../pool/connection-pool.ts';
import type { DriverConnection, ServerState, SessionResult } from '../pool/driver-connection.ts';
import { leavesNoSessionState } from '../pool/session-state.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { toTlsErrorKind } from '../tls/tls-errors.ts';
import { toSqlserverError } from './sqlserver-errors.ts';
import {
  addSqlserverParameters,
  fromSqlserverValue,
  isStrictTls,
  isVerifiedByUs,
  toSqlserverOptions,
} from './sqlserver-options.ts';

/** Packet type of everything that a server sends. @see MS-TDS 2.2.3.1.1 */
const TABULAR_RESULT = 0x04;

const STATE_QUERY =
  "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), " +
  "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(128))";

export function createSqlserverPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new ConnectionPool(options, (context) =>
    tryHosts(target.hosts, context, (attempt) => openSession(target, options, dialer, attempt)),
  );
}

async function openSession(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
): Promise<DriverConnection> {
  const first = await dial(target, dialer, attempt, attempt);
  let current: Socket | undefined = first;
  let unused: Socket | undefined = first;
  const connection = new Connection(
    toSqlserverOptions(target, options, attempt, async (where = attempt) => {
      // The second call follows the server's routing token: to another host, and through the same guard.
      current = unused ?? (await dial(target, dialer, attempt, where));
      unused = undefined;
      return current;
    }),
  );
  const session = new SqlserverConnection(connection, () => current, target);
  connection.on('error', attempt.onBroken);
  connection.on('end', attempt.onBroken);
  try {
    await withAbandon(session.connect(), first, attempt.signal);
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function dial(
  target: DatabaseTarget,
  dialer: Dialer,
  attempt: HostAttempt,
  where: { readonly host: string; readonly port: number },
): Promise<Socket> {
  const socket = await dialer.dial(where.host, where.port, attempt);
  socket.on('error', () => {});
  // In strict mode TLS comes first and judges by itself.
  if (!isStrictTls(target)) expectFirstBytes(socket, (bytes) => bytes[0] === TABULAR_RESULT);
  return socket;
}

class SqlserverConnection implements DriverConnection {
  readonly #connection: Connection;
  readonly #socket: () => Socket | undefined;
  readonly #target: DatabaseTarget;
  readonly #loginNumbers: number[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;

  constructor(connection: Connection, socket: () => Socket | undefined, target: DatabaseTarget) {
    this.#connection = connection;
    this.#socket = socket;
    this.#target = target;
  }

  async connect(): Promise<void> {
    const onErrorToken = (token: unknown) => {
      const number: unknown = typeof token === 'object' && token !== null ? Reflect.get(token, 'number') : undefined;
      if (typeof number === 'number') this.#loginNumbers.push(number);
    };
    this.#connection.on('errorMessage', onErrorToken);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#connection.on('secure', (socket: TLSSocket) => {
          const refusal = this.#judge(socket);
          // Before the login is written: the password must not reach a server that was not verified.
          if (refusal) this.#socket()?.destroy(refusal);
        });
        let isRerouted = false;
        this.#connection.once('rerouting', () => {
          isRerouted = true;
        });
        // A socket that was destroyed before tedious listened leaves tedious silent.
        this.#socket()?.once('close', () => {
          if (!isRerouted) setImmediate(() => reject(this.#translate(undefined)));
        });
        this.#connection.connect((error) => (error ? reject(this.#translate(error)) : resolve()));
      });
    } finally {
      this.#connection.off('errorMessage', onErrorToken);
    }
    this.#loginNumbers.length = 0;
  }

  /** For `ca` and `none`, where tedious itself verifies nothing. A name that does not match is said after a good chain. */
  #judge(socket: TLSSocket): DriverError | undefined {
    const { tls } = this.#target;
    if (!isVerifiedByUs(tls) || tls.mode !== 'required' || tls.verification === 'none') return undefined;
    const verdict: unknown = socket.authorizationError;
    if (socket.authorized || verdict === 'ERR_TLS_CERT_ALTNAME_INVALID') return undefined;
    const code = typeof verdict === 'string' ? verdict : undefined;
    return new DriverError(toTlsErrorKind(code) ?? 'tls-untrusted', 'The TLS handshake failed', { vendorCode: code });
  }

  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    if (!leavesNoSessionState(statement.text)) this.#isReusable = false;
    const work = this.#execute(statement.text, parameters, 'prepared');
    this.#running = work.catch(() => {});
    return work;
  }

  describe(): Promise<StatementDescription> {
    return Promise.resolve({ columns: null, writes: null, plan: null });
  }

  #execute(statement: string, parameters: readonly DatabaseValue[], how: 'prepared' | 'batch'): Promise<SessionResult> {
    return new Promise((resolve, reject) => {
      const rows: unknown[][] = [];
      let columns: string[] | undefined;
      let isFirstResult = true;
      const request = new Request(statement, (error, rowCount = 0) => {
        if (error) reject(this.#translate(error));
        else resolve({ columns: columns ?? [], rows, affectedRows: columns ? 0 : rowCount, truncated: false });
      });
      request.on('columnMetadata', (metadata) => {
        isFirstResult = columns === undefined;
        if (isFirstResult && Array.isArray(metadata)) columns = metadata.map((column) => column.colName);
      });
      request.on('row', (row) => {
        if (!isFirstResult || !Array.isArray(row)) return;
        rows.push(row.map(({ value, metadata }) => fromSqlserverValue(value, metadata.type.name, metadata.scale)));
      });
      addSqlserverParameters(request, parameters);
      if (how === 'batch') this.#connection.execSqlBatch(request);
      else this.#connection.execSql(request);
    });
  }

  probe(query: string): Promise<ServerState> {
    const work = this.#probe(query);
    this.#running = work.catch(() => {});
    return work;
  }

  async #probe(query: string): Promise<ServerState> {
    const state = await this.#execute(STATE_QUERY, [], 'prepared');
    await this.#execute('BEGIN TRANSACTION', [], 'batch');
    try {
      await this.#execute(query, [], 'prepared');
    } finally {
      await this.#execute('IF @@TRANCOUNT > 0 ROLLBACK TRANSACTION', [], 'batch');
    }
    const [version, updateability] = state.rows[0] ?? [];
    return { serverVersion: String(version ?? ''), readOnly: updateability === 'READ_ONLY' };
  }

  isReusable(): boolean {
    return this.#isReusable;
  }

  async cancel(): Promise<boolean> {
    // An ATTENTION on the same socket; the server confirms it in the answer of the statement.
    this.#connection.cancel();
    await this.#running;
    return true;
  }

  end(): void {
    const socket = this.#socket();
    if (socket) destroySoon(socket);
    this.#connection.close();
  }

  destroy(): void {
    this.#connection.close();
    this.#socket()?.destroy();
  }

  #translate(error: unknown): DriverError {
    const socket = this.#socket();
    return toSqlserverError(socket?.errored instanceof DriverError ? socket.errored : error, {
      isBroken: socket === undefined || socket.destroyed || socket.readableEnded,
      isTlsRequired: this.#target.tls.mode === 'required',
      loginNumbers: this.#loginNumbers,
    });
  }
}
