import { isIP, type Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Connection, createConnection, type FieldPacket, type QueryResult, type ResultSetHeader } from 'mysql2';
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
import { toMysqlError } from './mysql-errors.ts';
import { fromMysqlValue, type MysqlColumn, toMysqlOptions, toMysqlParameter } from './mysql-options.ts';

const CANCEL_TIMEOUT_MS = 1_000;
const PROTOCOL_10 = 0x0a;
const ERROR_PACKET = 0xff;
const PACKET_HEADER_BYTES = 4;
/** @see https://dev.mysql.com/doc/dev/mysql-server/latest/mysql__com_8h.html SERVER_STATUS_flags_enum */
const IN_TRANSACTION = 1;

export function createMysqlPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new ConnectionPool(options, (context) =>
    tryHosts(target.hosts, context, (attempt) => openSession(target, options, dialer, attempt)),
  );
}

async function openSession(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
): Promise<MysqlConnection> {
  const socket = await dialer.dial(attempt.host, attempt.port, attempt);
  socket.on('error', () => {});
  expectFirstBytes(socket, isGreeting);
  // mysql2 verifies a name by SNI only. For a literal address it gives Node neither `servername` nor `host`, and Node
  // then falls back to the name of the socket beneath, which a dialled address does not have: it would be 'localhost'.
  if (isIP(attempt.host) !== 0) Reflect.set(socket, '_host', attempt.host);
  const connection = createConnection(toMysqlOptions(target, options, attempt.host, socket));
  const session = new MysqlConnection(connection, socket, async (threadId) => {
    const fixed: Dialer = { dial: (_host, port, o) => dialer.dial(socket.remoteAddress ?? attempt.host, port, o) };
    await killQuery(target, options, fixed, attempt, threadId);
  });
  connection.on('error', attempt.onBroken);
  socket.once('close', attempt.onBroken);
  try {
    await withAbandon(session.prepare(target), socket, attempt.signal);
    return session;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The first packet of a server: a header of four bytes, then protocol version 10 or an error. */
function isGreeting(bytes: Buffer): boolean {
  const first = bytes[PACKET_HEADER_BYTES];
  return first === undefined || first === PROTOCOL_10 || first === ERROR_PACKET;
}

async function killQuery(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
  threadId: number,
): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
  const own = { ...attempt, timeoutMs: CANCEL_TIMEOUT_MS, signal, onBroken: () => {} };
  const killer = await openSession(target, options, dialer, own);
  try {
    // KILL knows no parameters; the id is the number that the server's own greeting gave.
    await killer.text(`KILL QUERY ${threadId}`);
  } finally {
    killer.end();
  }
}

class MysqlConnection implements DriverConnection {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #kill: (threadId: number) => Promise<void>;
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;

  constructor(connection: Connection, socket: Socket, kill: (threadId: number) => Promise<void>) {
    this.#connection = connection;
    this.#socket = socket;
    this.#kill = kill;
  }

  async prepare(target: DatabaseTarget): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#connection.once('connect', () => resolve());
      this.#connection.once('error', (error: unknown) => reject(this.#translate(error)));
      // Without this a socket that is destroyed before the greeting leaves mysql2 silent.
      this.#socket.once('close', () => reject(this.#translate(this.#socket.errored)));
    });
    await this.text("SET time_zone = '+00:00'");
    if (target.properties.get('readOnly') === 'true') await this.text('SET SESSION TRANSACTION READ ONLY');
  }

  /** Runs constant text in the text protocol: for what can't be prepared. */
  async text(statement: string): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      this.#connection.query({ sql: statement, rowsAsArray: true }, (error, rows) => {
        if (error) reject(this.#translate(error));
        else resolve(Array.isArray(rows) ? rows : []);
      });
    });
  }

  async run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    if (!leavesNoSessionState(statement.text)) this.#isReusable = false;
    const work = this.#execute(statement.text, parameters);
    this.#running = work.catch(() => {});
    return work;
  }

  describe(): Promise<StatementDescription> {
    return Promise.resolve({ columns: null, writes: null, plan: null });
  }

  #execute(statement: string, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    return new Promise((resolve, reject) => {
      const values = parameters.map(toMysqlParameter);
      // A statement whose preparation breaks with the socket is dropped by mysql2 without a callback.
      const onClose = () => reject(new DriverError('connection-lost', 'The connection to MySQL broke'));
      this.#socket.once('close', onClose);
      this.#connection.execute<QueryResult>({ sql: statement, values, rowsAsArray: true }, (error, rows, fields) => {
        this.#socket.off('close', onClose);
        if (error) {
          reject(this.#translate(error));
          return;
        }
        if (isHeader(rows) && (rows.serverStatus & IN_TRANSACTION) !== 0) this.#isReusable = false;
        resolve(toResult(rows, fields));
      });
    });
  }

  async probe(query: string): Promise<ServerState> {
    const work = this.#probe(query);
    this.#running = work.catch(() => {});
    return work;
  }

  async #probe(query: string): Promise<ServerState> {
    const [state] = await this.text('SELECT VERSION(), @@global.read_only');
    await this.text('START TRANSACTION READ ONLY');
    try {
      await this.#execute(query, []);
    } finally {
      await this.text('ROLLBACK');
    }
    const [version, readOnly]: unknown[] = Array.isArray(state) ? state : [];
    return { serverVersion: String(version ?? ''), readOnly: readOnly === 1 || readOnly === 'ON' };
  }

  isReusable(): boolean {
    return this.#isReusable;
  }

  async cancel(): Promise<boolean> {
    const { threadId } = this.#connection;
    if (!Number.isSafeInteger(threadId)) return false;
    await this.#kill(threadId);
    await this.#running;
    return true;
  }

  end(): void {
    destroySoon(this.#socket);
    this.#connection.end(() => {});
  }

  destroy(): void {
    this.#connection.destroy();
    this.#socket.destroy();
  }

  #translate(error: unknown): DriverError {
    const stream: unknown = Reflect.get(this.#connection, 'stream');
    const verdict: unknown = stream instanceof TLSSocket ? stream.authorizationError : undefined;
    const tlsVerdict = typeof verdict === 'string' ? verdict : undefined;
    const isBroken = this.#socket.destroyed || this.#socket.readableEnded;
    // The socket's own reason (another protocol) goes before mysql2's "connection lost".
    const reason = this.#socket.errored instanceof DriverError ? this.#socket.errored : error;
    return toMysqlError(reason, { isBroken, tlsVerdict });
  }
}

function isHeader(rows: QueryResult): rows is ResultSetHeader {
  return !Array.isArray(rows);
}

function toResult(rows: QueryResult, fields: FieldPacket[] | undefined): SessionResult {
  if (!Array.isArray(rows)) return { columns: [], rows: [], affectedRows: rows.affectedRows, truncated: false };
  // A procedure answers with several results; the first is the statement's.
  const isNested = Array.isArray(fields?.[0]);
  const list: unknown = isNested ? rows[0] : rows;
  const columns: FieldPacket[] = isNested ? [fields?.[0] ?? []].flat() : (fields ?? []);
  const types = columns.map(toColumn);
  const values = Array.isArray(list) ? list : [];
  return {
    columns: columns.map((field) => field.name),
    rows: values.map((row: unknown) => (Array.isArray(row) ? row.map((value, i) => convert(value, types[i])) : [])),
    affectedRows: 0,
    truncated: false,
  };
}

function convert(value: unknown, column: MysqlColumn | undefined): unknown {
  return column === undefined ? value : fromMysqlValue(value, column);
}

function toColumn(field: FieldPacket): MysqlColumn {
  return { type: field.columnType ?? field.type ?? 0, lengthBits: field.columnLength ?? field.length ?? 0 };
}
