import { EventEmitter } from 'node:events';
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
import type { ConnectionResult, DriverConnection, ServerState } from '../pool/driver-connection.ts';
import { toTlsErrorKind } from '../tls/tls-errors.ts';
import type { GuardedConnection } from './guarded-connection.ts';
import { isUndescribable, toSqlserverError } from './sqlserver-errors.ts';
import { isVerifiedByUs } from './sqlserver-options.ts';
import { SqlserverResult } from './sqlserver-result.ts';
import type { SqlserverSocket } from './sqlserver-socket.ts';
import { leavesSessionAlone, type SqlserverCall, toCall, toDescribingCall } from './sqlserver-statement.ts';

/** What a server may send for one statement above the bytes that are kept: definitions, headers, what is under way. */
const TRAFFIC_SLACK_BYTES = 1024 * 1024;
/** The same where rows are read that are not kept: those of a write, and those that come before an attention is heard. */
const DISCARDED_TRAFFIC_BYTES = 4 * 1024 * 1024;
/** Text comes in two bytes a character and is counted as UTF-8. */
const WIRE_FACTOR = 2;
/** How long a result that was cut waits for the server to stop; then it is given out and the session is dropped. */
const CUT_PATIENCE_MS = 250;
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

/** One connection by tedious. */
export class SqlserverConnection implements DriverConnection {
  readonly #client: GuardedConnection;
  readonly #socket: SqlserverSocket;
  readonly #target: DatabaseTarget;
  readonly #loginNumbers: number[] = [];
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;

  constructor(client: GuardedConnection, socket: SqlserverSocket, target: DatabaseTarget) {
    this.#client = client;
    this.#socket = socket;
    this.#target = target;
  }

  async connect(): Promise<void> {
    const onErrorToken = (token: unknown) => {
      const number: unknown = typeof token === 'object' && token !== null ? Reflect.get(token, 'number') : undefined;
      if (typeof number === 'number') this.#loginNumbers.push(number);
    };
    this.#client.on('errorMessage', onErrorToken);
    try {
      await new Promise<void>((resolve, reject) => {
        this.#client.on('secure', (socket: TLSSocket) => {
          const refusal = this.#judge(socket);
          // Before the login is written: the password must not reach a server that was not verified.
          if (refusal) this.#current?.destroy(refusal);
        });
        let isRerouted = false;
        this.#client.once('rerouting', () => {
          isRerouted = true;
        });
        // A socket that was destroyed before tedious listened leaves tedious silent.
        this.#current?.once('close', () => {
          if (!isRerouted) setImmediate(() => reject(this.#translate(undefined)));
        });
        this.#client.connect((error) => (error ? reject(this.#translate(error)) : resolve()));
      });
    } finally {
      this.#client.off('errorMessage', onErrorToken);
    }
    this.#loginNumbers.length = 0;
    this.#socket.traffic?.end();
    // Packets that cannot be end tedious' stream, and the caller that waits for the rest of an answer is not told.
    const packets: unknown = Reflect.get(this.#client.messageIo, 'incomingMessageStream');
    if (!(packets instanceof EventEmitter)) throw new DriverError('protocol', 'tedious reads packets in another way');
    packets.once('error', (cause: unknown) =>
      this.#current?.destroy(new DriverError('protocol', 'The server sent what is not TDS', { cause })),
    );
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

  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    if (!leavesSessionAlone(statement.text)) this.#isReusable = false;
    return this.#track(this.#run(statement, parameters));
  }

  #run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    const cutsRows = statement.access === 'read' || statement.undo;
    return this.#execute(toCall(statement, parameters), { ...statement, cutsRows });
  }

  #execute({ text, parameters }: SqlserverCall, caps: Caps): Promise<ConnectionResult> {
    return new Promise((resolve, reject) => {
      const result = new SqlserverResult(caps);
      let patience: NodeJS.Timeout | undefined;
      let isCut = false;
      const request = new Request(text, (error) => {
        clearTimeout(patience);
        this.#socket.traffic?.end();
        // An open transaction, no matter who left it, would keep its locks.
        if (this.#client.inTransaction) this.#isReusable = false;
        if (error && !isCut) reject(this.#translate(error));
        else resolve(result.toConnectionResult());
      });
      const cut = () => {
        isCut = true;
        request.cancel();
        this.#limitTraffic(DISCARDED_TRAFFIC_BYTES, () => {});
        patience = setTimeout(() => {
          this.#isReusable = false;
          resolve(result.toConnectionResult());
        }, CUT_PATIENCE_MS);
      };
      request.on('columnMetadata', (columns) => {
        if (Array.isArray(columns)) result.takeColumns(columns);
      });
      request.on('row', (row) => {
        if (Array.isArray(row) && !result.takeRow(row) && caps.cutsRows && !isCut) cut();
      });
      request.on('doneInProc', (rows) => result.takeCount(rows));
      request.on('done', (rows) => result.takeCount(rows));
      for (const { name, type, value, ...options } of parameters) request.addParameter(name, type, value, options);
      this.#limitTraffic(WIRE_FACTOR * caps.maxBytes + toSlack(caps), () => {
        // A row alone may be too long to be read. Anyone who only talks, or writes, gets no result out of it.
        isCut = caps.cutsRows && result.hasColumns;
        if (isCut) result.truncate();
      });
      this.#client.execSql(request);
    });
  }

  #limitTraffic(limitBytes: number, onExceeded: () => void): void {
    this.#socket.traffic?.begin(limitBytes, () => {
      onExceeded();
      this.#isReusable = false;
      this.#current?.destroy(new DriverError('protocol', 'The server sent more than may be read'));
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

  /** TDS has no message of its own for it. */
  async ping(): Promise<void> {
    await this.#track(this.#execute({ text: 'SELECT 1', parameters: [] }, STATE));
  }

  isReusable(): boolean {
    return this.#isReusable && !this.#client.closed;
  }

  async cancel(): Promise<boolean> {
    // An ATTENTION on the same socket; the server confirms it in an answer of its own, else tedious closes.
    this.#client.cancel();
    await this.#running;
    return !this.#client.closed;
  }

  end(): void {
    const socket = this.#current;
    if (socket) destroySoon(socket);
    this.#client.close();
  }

  destroy(): void {
    this.#client.close();
    this.#current?.destroy();
  }

  get #current(): Socket | undefined {
    return this.#socket.current;
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running = work.catch(() => {});
    return work;
  }

  #translate(error: unknown): DriverError {
    const socket = this.#current;
    return toSqlserverError(socket?.errored instanceof DriverError ? socket.errored : error, {
      isBroken: socket === undefined || socket.destroyed || socket.readableEnded,
      isTlsRequired: this.#target.tls.mode === 'required',
      loginNumbers: this.#loginNumbers,
    });
  }
}

function toSlack({ cutsRows }: Caps): number {
  return cutsRows ? TRAFFIC_SLACK_BYTES : DISCARDED_TRAFFIC_BYTES;
}
