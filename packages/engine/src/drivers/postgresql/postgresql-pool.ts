import type { Socket } from 'node:net';
import pg, { type Client, type QueryArrayConfig, type QueryArrayResult } from 'pg';
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
import type { DriverConnection, OpenContext, ServerState, SessionResult } from '../pool/driver-connection.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { toPostgresqlError } from './postgresql-errors.ts';
import {
  type PostgresqlRole,
  SESSION_SETTINGS,
  toPostgresqlOptions,
  toPostgresqlRole,
  toSearchPath,
} from './postgresql-options.ts';
import { openPostgresqlSocket, sendPostgresqlCancel } from './postgresql-socket.ts';

const CANCEL_TIMEOUT_MS = 1_000;

/** What a statement may be without leaving state in the session; after anything else the session is not shared. */
const STATELESS_COMMANDS: ReadonlySet<string> = new Set([
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'MERGE',
  'SHOW',
  'EXPLAIN',
]);
const READING_COMMANDS: ReadonlySet<string> = new Set(['SELECT', 'SHOW', 'EXPLAIN']);

/** First bytes of a server: authentication, error, notice, protocol negotiation. */
const FIRST_BYTES: ReadonlySet<number | undefined> = new Set([0x52, 0x45, 0x4e, 0x76]);

export function createPostgresqlPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new ConnectionPool(options, (context) => openSession(target, options, dialer, context));
}

async function openSession(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  context: OpenContext,
): Promise<DriverConnection> {
  const role = toPostgresqlRole(target);
  const open = (required: PostgresqlRole, timeoutMs: number) =>
    tryHosts(target.hosts, { ...context, timeoutMs }, (attempt) =>
      openOnHost(target, options, dialer, attempt, required),
    );
  if (role !== 'preferSecondary') return open(role, context.timeoutMs);
  const startedAt = performance.now();
  try {
    return await open('secondary', context.timeoutMs / 2);
  } catch (error) {
    if (context.signal.aborted) throw error;
    return open('any', context.timeoutMs - (performance.now() - startedAt));
  }
}

async function openOnHost(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
  role: PostgresqlRole,
): Promise<DriverConnection> {
  const socket = await openPostgresqlSocket(dialer, target.tls, { ...attempt, database: target.database });
  expectFirstBytes(socket, (bytes) => FIRST_BYTES.has(bytes[0]));
  const client = new pg.Client(toPostgresqlOptions(target, options, asConnecting(socket)));
  const connection = new PostgresqlConnection(client, socket, target, dialer, attempt);
  // pg emits `error` for a session that dies while idle; unheard, it would end the process.
  client.on('error', attempt.onBroken);
  client.on('end', attempt.onBroken);
  try {
    await withAbandon(prepare(client, target, role), socket, attempt.signal);
    return connection;
  } catch (error) {
    const translated = toPostgresqlError(error, socket.destroyed || socket.readableEnded);
    socket.destroy();
    throw translated;
  }
}

async function prepare(client: Client, target: DatabaseTarget, role: PostgresqlRole): Promise<void> {
  await client.connect();
  await client.query(SESSION_SETTINGS);
  const schema = target.properties.get('currentSchema');
  if (schema !== undefined) await client.query("SELECT set_config('search_path', $1, false)", [toSearchPath(schema)]);
  if (role !== 'any' && (await isReadOnly(client)) !== (role === 'secondary')) {
    throw new DriverError('read-only', 'The server does not have the role that targetServerType asks for');
  }
  if (target.properties.get('readOnly') === 'true') await client.query('SET default_transaction_read_only = on');
}

async function isReadOnly(client: Client): Promise<boolean> {
  const answer = await client.query<[string]>({ text: 'SHOW transaction_read_only', rowMode: 'array' });
  return answer.rows[0]?.[0] === 'on';
}

/** pg calls `connect` on the stream that it is given and waits for the event; ours is connected already. */
function asConnecting(socket: Socket): Socket {
  const connect = () => {
    process.nextTick(() => socket.emit('connect'));
    return socket;
  };
  return Object.defineProperty(socket, 'connect', { value: connect });
}

class PostgresqlConnection implements DriverConnection {
  readonly #client: Client;
  readonly #socket: Socket;
  readonly #target: DatabaseTarget;
  readonly #dialer: Dialer;
  readonly #attempt: HostAttempt;
  readonly #address: string;
  #running: Promise<unknown> = Promise.resolve();
  #isReusable = true;

  constructor(client: Client, socket: Socket, target: DatabaseTarget, dialer: Dialer, attempt: HostAttempt) {
    this.#client = client;
    this.#socket = socket;
    this.#target = target;
    this.#dialer = dialer;
    this.#attempt = attempt;
    this.#address = socket.remoteAddress ?? attempt.host;
  }

  async run(statement: Statement, parameters: readonly DatabaseValue[]): Promise<SessionResult> {
    const query = toExtendedQuery(statement.text, parameters.map(toParameter));
    const result = await this.#track(this.#client.query<unknown[]>(query));
    if (!STATELESS_COMMANDS.has(result.command)) this.#isReusable = false;
    return toResult(result);
  }

  describe(): Promise<StatementDescription> {
    return Promise.resolve({ columns: null, writes: null, plan: null });
  }

  async probe(query: string): Promise<ServerState> {
    return this.#track(this.#probe(query));
  }

  async #probe(query: string): Promise<ServerState> {
    const state = await this.#client.query<[string, string]>({
      text: "SELECT current_setting('server_version'), current_setting('transaction_read_only')",
      rowMode: 'array',
    });
    await this.#client.query('BEGIN TRANSACTION READ ONLY');
    try {
      await this.#client.query(toExtendedQuery(query, []));
    } finally {
      await this.#client.query('ROLLBACK');
    }
    const [serverVersion = '', readOnly = 'off'] = state.rows[0] ?? [];
    return { serverVersion, readOnly: readOnly === 'on' };
  }

  async #track<T>(work: Promise<T>): Promise<T> {
    this.#running = work.catch(() => {});
    try {
      return await work;
    } catch (error) {
      throw toPostgresqlError(error, this.#socket.destroyed || this.#socket.readableEnded);
    }
  }

  isReusable(): boolean {
    return this.#isReusable && this.#client.getTransactionStatus() === 'I';
  }

  async cancel(): Promise<boolean> {
    const { processID, secretKey } = readSessionKey(this.#client);
    if (processID === undefined || secretKey === undefined) return false;
    const attempt = {
      ...this.#attempt,
      timeoutMs: CANCEL_TIMEOUT_MS,
      signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS),
      address: this.#address,
    };
    await sendPostgresqlCancel(this.#dialer, this.#target.tls, attempt, { processId: processID, secretKey });
    // The server reads the request before it has stopped anything: confirmed is what the session itself says.
    await this.#running;
    return true;
  }

  end(): void {
    destroySoon(this.#socket);
    this.#client.end().catch(() => {});
  }

  destroy(): void {
    this.#socket.destroy();
  }
}

/** The two numbers of the server's BackendKeyData; pg keeps them on the client without declaring them. */
function readSessionKey(client: object): { processID: number | undefined; secretKey: number | undefined } {
  const read = (name: string) => {
    const value: unknown = Reflect.get(client, name);
    return typeof value === 'number' ? value : undefined;
  };
  return { processID: read('processID'), secretKey: read('secretKey') };
}

/** Extended also without parameters: the simple protocol would run several statements in one text. */
function toExtendedQuery(text: string, values: unknown[]): QueryArrayConfig & { readonly queryMode: 'extended' } {
  return { text, values, rowMode: 'array', queryMode: 'extended' };
}

function toParameter(value: DatabaseValue): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return typeof value === 'bigint' ? value.toString() : value;
}

function toResult(result: QueryArrayResult<unknown[]>): SessionResult {
  return {
    columns: result.fields.map((field) => field.name),
    rows: result.rows,
    affectedRows: READING_COMMANDS.has(result.command) ? 0 : (result.rowCount ?? 0),
    truncated: false,
  };
}
