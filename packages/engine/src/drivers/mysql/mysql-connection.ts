import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { Connection } from 'mysql2';
import {
  type DatabaseTarget,
  type DatabaseValue,
  DriverError,
  type Statement,
  type StatementAccess,
  type StatementDescription,
} from '../driver.ts';
import { destroySoon } from '../pool/abandon.ts';
import type { ConnectionResult, DriverConnection, ServerState } from '../pool/driver-connection.ts';
import { leavesNoSessionState } from '../pool/session-state.ts';
import { TrafficLimit } from '../pool/traffic-limit.ts';
import { toMysqlError } from './mysql-errors.ts';
import { MysqlResult } from './mysql-result.ts';
import { toMysqlParameter } from './mysql-values.ts';

/** What a server may send for one statement above the bytes that are kept: rows that are cut, definitions, headers. */
const TRAFFIC_SLACK_BYTES = 4 * 1024 * 1024;
/** More rows than any data action keeps; the server sends no more of a select that has no LIMIT of its own. */
const FIRST_SELECT_LIMIT = 1001;
const HEALTH_QUERY = { access: 'read', maxRows: 1, maxBytes: 64 * 1024, undo: false } as const;
const PLAN = { access: 'read', maxRows: 100, maxBytes: 64 * 1024, undo: false } as const;

/** One connection by mysql2. `kill` asks the server, on a connection of its own, to stop the statement of a thread. */
export class MysqlConnection implements DriverConnection {
  readonly #client: Connection;
  readonly #socket: Socket;
  readonly #kill: (threadId: number) => Promise<void>;
  #traffic: TrafficLimit | undefined;
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;
  /** Set when the server has lost count of its packets: whatever comes after that is no answer. */
  #lostCount: DriverError | undefined;
  #access: StatementAccess = 'write';
  #mayWrite = true;
  #selectLimit = FIRST_SELECT_LIMIT;

  constructor(client: Connection, socket: Socket, kill: (threadId: number) => Promise<void>) {
    this.#client = client;
    this.#socket = socket;
    this.#kill = kill;
  }

  async prepare(target: DatabaseTarget): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#client.once('connect', () => resolve());
      this.#client.once('error', (error: unknown) => reject(this.#translate(error)));
      // Without this a socket that is destroyed before the greeting leaves mysql2 silent.
      this.#socket.once('close', () => reject(this.#translate(this.#socket.errored)));
    });
    // mysql2 complains on the console and reads on: a server that loses count of its packets is not to be trusted.
    this.#client.on('warn', () => {
      this.#lostCount ??= new DriverError('protocol', 'MySQL sent packets out of order');
      this.#socket.destroy(this.#lostCount);
    });
    // With TLS the stream is not the socket that was dialled.
    const stream: unknown = Reflect.get(this.#client, 'stream');
    this.#traffic = new TrafficLimit(stream instanceof Duplex ? stream : this.#socket);
    await this.text(`SET time_zone = '+00:00', sql_select_limit = ${this.#selectLimit}`);
    this.#mayWrite = target.properties.get('readOnly') !== 'true';
    if (!this.#mayWrite) await this.#setAccess('read');
  }

  /** Runs constant text in the text protocol: for what cannot be prepared. */
  async text(statement: string): Promise<readonly unknown[]> {
    return new Promise((resolve, reject) => {
      this.#client.query({ sql: statement, rowsAsArray: true }, (error, rows) => {
        if (this.#lostCount !== undefined) reject(this.#lostCount);
        else if (error) reject(this.#translate(error));
        else resolve(Array.isArray(rows) ? rows : []);
      });
    });
  }

  run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    if (!leavesNoSessionState(statement.text)) this.#isReusable = false;
    return this.#track(this.#run(statement, parameters));
  }

  async #run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    await this.#allowRows(statement.maxRows + 1);
    await this.#setAccess(this.#mayWrite ? statement.access : 'read');
    if (!statement.undo) return this.#execute(statement, parameters);
    await this.text('START TRANSACTION');
    try {
      return await this.#execute(statement, parameters);
    } finally {
      await this.text('ROLLBACK');
    }
  }

  /** One round trip when a session changes from reading to writing or back, none otherwise. */
  async #setAccess(access: StatementAccess): Promise<void> {
    if (this.#access === access) return;
    await this.text(`SET SESSION TRANSACTION READ ${access === 'read' ? 'ONLY' : 'WRITE'}`);
    this.#access = access;
  }

  async #allowRows(rows: number): Promise<void> {
    if (rows <= this.#selectLimit) return;
    await this.text(`SET sql_select_limit = ${rows}`);
    this.#selectLimit = rows;
  }

  #execute(statement: Statement, parameters: readonly DatabaseValue[]): Promise<ConnectionResult> {
    return new Promise((resolve, reject) => {
      const result = new MysqlResult(statement);
      // A statement whose preparation breaks with the socket is dropped by mysql2 without a word.
      const onClose = () =>
        reject(this.#translate(new DriverError('connection-lost', 'The connection to MySQL broke')));
      let isSettled = false;
      const settle = (done: () => void) => {
        isSettled = true;
        this.#traffic?.end();
        this.#socket.off('close', onClose);
        done();
      };
      this.#socket.once('close', onClose);
      this.#traffic?.begin(statement.maxBytes + TRAFFIC_SLACK_BYTES, () => {
        this.#isReusable = false;
        result.truncate();
        settle(() => resolve(result.toConnectionResult()));
        this.#socket.destroy();
      });
      const query = this.#client.execute({
        sql: statement.text,
        values: parameters.map(toMysqlParameter),
        rowsAsArray: true,
      });
      query.on('fields', (fields, index) => result.takeFields(fields, index));
      query.on('result', (row, index) => result.takeResult(row, index));
      query.on('error', (error: unknown) => settle(() => reject(this.#translate(error))));
      // Also comes after an error.
      query.on('end', () => {
        if (isSettled) return;
        // What was read in the same piece as the wrong count ends like an answer, before the socket has broken.
        const lostCount = this.#lostCount;
        if (lostCount !== undefined) return settle(() => reject(lostCount));
        if (!result.isAnswered) {
          const refused = new DriverError('protocol', 'MySQL answered with something else than a result');
          settle(() => reject(refused));
          this.#socket.destroy(refused);
          return;
        }
        if (result.leavesTransaction && !statement.undo) this.#isReusable = false;
        settle(() => resolve(result.toConnectionResult()));
      });
    });
  }

  describe(statement: Statement, parameters: readonly DatabaseValue[]): Promise<StatementDescription> {
    return this.#track(this.#describe(statement, parameters));
  }

  async #describe(statement: Statement, parameters: readonly DatabaseValue[]): Promise<StatementDescription> {
    const columns = await this.#prepareOnly(statement.text);
    // A statement with a result may still write (`INSERT ... RETURNING` of MariaDB): that is not for the columns to say.
    return { columns, writes: columns.length === 0 ? true : null, plan: await this.#explain(statement, parameters) };
  }

  #prepareOnly(text: string): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      this.#client.prepare(text, (error: unknown, prepared: unknown) => {
        if (error) return reject(this.#translate(error));
        const columns: unknown =
          typeof prepared === 'object' && prepared !== null ? Reflect.get(prepared, 'columns') : undefined;
        resolve(Array.isArray(columns) ? columns.map((column) => String(Reflect.get(Object(column), 'name'))) : []);
      });
    });
  }

  /** The plan where the server explains such a statement, in a session that refuses writes. */
  async #explain({ text }: Statement, parameters: readonly DatabaseValue[]): Promise<string | null> {
    await this.#setAccess('read');
    try {
      const { columns, rows } = await this.#execute({ ...PLAN, text: `EXPLAIN ${text}` }, parameters);
      const lines = rows.map((row) => row.map((value, index) => `${columns[index]}=${value ?? '-'}`).join(' '));
      return lines.join('\n');
    } catch (error) {
      if (error instanceof DriverError && error.kind !== 'connection-lost') return null;
      throw error;
    }
  }

  probe(query: string): Promise<ServerState> {
    return this.#track(this.#probe(query));
  }

  async #probe(query: string): Promise<ServerState> {
    const [state] = await this.text('SELECT VERSION(), @@global.read_only');
    await this.text('START TRANSACTION READ ONLY');
    try {
      await this.#execute({ ...HEALTH_QUERY, text: query }, []);
    } finally {
      await this.text('ROLLBACK');
    }
    const [version, readOnly]: unknown[] = Array.isArray(state) ? state : [];
    return { serverVersion: String(version ?? ''), readOnly: readOnly === 1 || readOnly === 'ON' };
  }

  ping(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#client.ping((error) => (error ? reject(this.#translate(error)) : resolve()));
    });
  }

  isReusable(): boolean {
    return this.#isReusable;
  }

  async cancel(): Promise<boolean> {
    const { threadId } = this.#client;
    if (!Number.isSafeInteger(threadId)) return false;
    await this.#kill(threadId);
    await this.#running;
    return true;
  }

  end(): void {
    destroySoon(this.#socket);
    this.#client.end(() => {});
  }

  destroy(): void {
    this.#client.destroy();
    this.#socket.destroy();
  }

  #track<T>(work: Promise<T>): Promise<T> {
    this.#running = work.catch(() => {});
    return work;
  }

  #translate(error: unknown): DriverError {
    const stream: unknown = Reflect.get(this.#client, 'stream');
    const verdict: unknown = stream instanceof TLSSocket ? stream.authorizationError : undefined;
    const tlsVerdict = typeof verdict === 'string' ? verdict : undefined;
    const isBroken = this.#socket.destroyed || this.#socket.readableEnded;
    // The socket's own reason (another protocol) goes before mysql2's "connection lost".
    const reason = this.#socket.errored instanceof DriverError ? this.#socket.errored : error;
    return toMysqlError(reason, { isBroken, tlsVerdict });
  }
}
