import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { Request } from 'tedious';
import {
  type DatabaseTarget,
  type DatabaseValue,
  DriverError,
  type Statement,
  type StatementDescription,
} from '../driver.ts';
import { destroySoon } from '../pool/abandon.ts';
import type { DriverConnection, ServerState, SessionResult } from '../pool/driver-connection.ts';
import { leavesNoSessionState } from '../pool/session-state.ts';
import { toTlsErrorKind } from '../tls/tls-errors.ts';
import type { GuardedConnection } from './guarded-connection.ts';
import { isUndescribable, toSqlserverError } from './sqlserver-errors.ts';
import { isVerifiedByUs } from './sqlserver-options.ts';
import { SqlserverResult } from './sqlserver-result.ts';
import { type SqlserverCall, toCall, toDescribingCall } from './sqlserver-statement.ts';
import type { SqlserverWire } from './sqlserver-wire.ts';

/** What a server may send for one statement above the bytes that are kept: rows that are cut, definitions, headers. */
const TRAFFIC_SLACK_BYTES = 4 * 1024 * 1024;
const STATE: Caps = { maxRows: 1, maxBytes: 4 * 1024, cutsRows: true };
const DESCRIPTION: Caps = { maxRows: 4_096, maxBytes: 4 * 1024 * 1024, cutsRows: true };
const HEALTH = { access: 'read', maxRows: 1, maxBytes: 64 * 1024, undo: false } as const;

const STATE_QUERY =
  "SELECT CAST(SERVERPROPERTY('ProductVersion') AS nvarchar(128)), " +
  "CAST(DATABASEPROPERTYEX(DB_NAME(), 'Updateability') AS nvarchar(128))";

interface Caps extends Pick<Statement, 'maxRows' | 'maxBytes'> {
  /** Whether the server is stopped at the first row that is not kept. That would undo a write, so its rows are read. */
  readonly cutsRows: boolean;
}

/** One session by tedious. */
export class SqlserverSession implements DriverConnection {
  readonly #connection: GuardedConnection;
  readonly #wire: SqlserverWire;
  readonly #target: DatabaseTarget;
  readonly #loginNumbers: number[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;

  constructor(connection: GuardedConnection, wire: SqlserverWire, target: DatabaseTarget) {
    this.#connection = connection;
    this.#wire = wire;
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
          if (refusal) this.#socket?.destroy(refusal);
        });
        let isRerouted = false;
        this.#connection.once('rerouting', () => {
          isRerouted = true;
        });
        // A socket that was destroyed before tedious listened leaves tedious silent.
        this.#socket?.once('close', () => {
          if (!isRerouted) setImmediate(() => reject(this.#translate(undefined)));
        });
        this.#connection.connect((error) => (error ? reject(this.#translate(error)) : resolve()));
      });
    } finally {
      this.#connection.off('errorMessage', onErrorToken);
    }
    this.#loginNumbers.length = 0;
    this.#wire.traffic?.end();
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
    return this.#track(this.#run(statement, parameters));
  }

  #run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    const cutsRows = statement.access === 'read' || statement.undo;
    return this.#execute(toCall(statement, parameters), { ...statement, cutsRows });
  }

  #execute({ text, parameters }: SqlserverCall, caps: Caps): Promise<SessionResult> {
    return new Promise((resolve, reject) => {
      const result = new SqlserverResult(caps);
      let isCut = false;
      const request = new Request(text, (error) => {
        this.#wire.traffic?.end();
        // An open transaction, whoever left it, would keep its locks.
        if (this.#connection.inTransaction) this.#isReusable = false;
        if (error && !isCut) reject(this.#translate(error));
        else resolve(result.toSessionResult());
      });
      request.on('columnMetadata', (columns) => {
        if (Array.isArray(columns)) result.takeColumns(columns);
      });
      request.on('row', (row) => {
        if (!Array.isArray(row) || result.takeRow(row) || !caps.cutsRows || isCut) return;
        isCut = true;
        request.cancel();
      });
      request.on('doneInProc', (rows) => result.takeCount(rows));
      request.on('done', (rows) => result.takeCount(rows));
      for (const { name, type, value, ...options } of parameters) request.addParameter(name, type, value, options);
      this.#wire.traffic?.begin(caps.maxBytes + TRAFFIC_SLACK_BYTES, () => {
        // A row alone may be too long to be read. Whoever only talks, or writes, gets no result out of it.
        isCut = caps.cutsRows && result.hasColumns;
        if (isCut) result.truncate();
        this.#isReusable = false;
        this.#socket?.destroy(new DriverError('protocol', 'The server sent more than may be read'));
      });
      this.#connection.execSql(request);
    });
  }

  describe(statement: Statement, parameters: readonly DatabaseValue[]): Promise<StatementDescription> {
    return this.#track(this.#describe(statement, parameters));
  }

  /** No plan: SHOWPLAN is a state of the session in which every statement, ours of the pool too, is explained and not run. */
  async #describe({ text }: Statement, parameters: readonly DatabaseValue[]): Promise<StatementDescription> {
    try {
      const { columns, rows } = await this.#execute(toDescribingCall(text, parameters), DESCRIPTION);
      const name = columns.indexOf('name');
      const isHidden = columns.indexOf('is_hidden');
      const shown = rows.filter((row) => row[isHidden] !== true);
      return { columns: shown.map((row) => String(row[name] ?? '')), writes: null, plan: null };
    } catch (error) {
      if (isUndescribable(error)) return { columns: null, writes: null, plan: null };
      throw error;
    }
  }

  probe(query: string): Promise<ServerState> {
    return this.#track(this.#probe(query));
  }

  async #probe(query: string): Promise<ServerState> {
    const state = await this.#execute({ text: STATE_QUERY, parameters: [] }, STATE);
    await this.#run({ ...HEALTH, text: query }, []);
    const [version, updateability] = state.rows[0] ?? [];
    return { serverVersion: String(version ?? ''), readOnly: updateability === 'READ_ONLY' };
  }

  isReusable(): boolean {
    return this.#isReusable && !this.#connection.closed;
  }

  async cancel(): Promise<boolean> {
    // An ATTENTION on the same socket; the server confirms it in an answer of its own, else tedious closes.
    this.#connection.cancel();
    await this.#running;
    return !this.#connection.closed;
  }

  end(): void {
    const socket = this.#socket;
    if (socket) destroySoon(socket);
    this.#connection.close();
  }

  destroy(): void {
    this.#connection.close();
    this.#socket?.destroy();
  }

  get #socket(): Socket | undefined {
    return this.#wire.socket;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running = work.catch(() => {});
    return work;
  }

  #translate(error: unknown): DriverError {
    const socket = this.#socket;
    return toSqlserverError(socket?.errored instanceof DriverError ? socket.errored : error, {
      isBroken: socket === undefined || socket.destroyed || socket.readableEnded,
      isTlsRequired: this.#target.tls.mode === 'required',
      loginNumbers: this.#loginNumbers,
    });
  }
}
