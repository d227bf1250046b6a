import type { Socket } from 'node:net';
import { type DatabaseTarget, type Dialer, DriverError, type DriverPool, type PoolOptions } from '../driver.ts';
import { destroySoon, withAbandon } from '../pool/abandon.ts';
import type { OpenContext } from '../pool/driver-connection.ts';
import { LanedPool } from '../pool/lanes/laned-pool.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { type CancelKey, sendPostgresqlCancel } from './postgresql-cancel.ts';
import { type ConnectionFacts, PostgresqlConnection } from './postgresql-connection.ts';
import { toPostgresqlError } from './postgresql-errors.ts';
import { logIn } from './postgresql-login.ts';
import { type PostgresqlRole, toPostgresqlRole, toSessionSettings } from './postgresql-options.ts';
import { openPostgresqlSocket } from './postgresql-socket.ts';
import { StatementSender } from './statement-sender.ts';
import { PostgresqlWire } from './wire/postgresql-wire.ts';

const CANCEL_TIMEOUT_MS = 1_000;
const WHO_IS_THERE = `SELECT pg_backend_pid(), current_setting('transaction_read_only'),
  current_setting('server_version_num')::int`;
/** From this version on the server reports when a session stops being read-only, on which lanes rely. */
const REPORTS_READ_ONLY = 140_000;
const SETUP_BOUNDS = { maxRows: 1, maxBytes: 64 * 1024 };

export function createPostgresqlPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new LanedPool(options, (context) => openConnection(target, options, dialer, context));
}

async function openConnection(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  context: OpenContext,
): Promise<PostgresqlConnection> {
  const role = toPostgresqlRole(target);
  const open = (required: PostgresqlRole, endsAtMs: number) =>
    tryHosts(target.hosts, { ...context, endsAtMs }, (attempt) =>
      openOnHost(target, options, dialer, attempt, required),
    );
  if (role !== 'preferSecondary') return open(role, context.endsAtMs);
  try {
    return await open('secondary', (performance.now() + context.endsAtMs) / 2);
  } catch (error) {
    if (context.signal.aborted) throw error;
    return open('any', context.endsAtMs);
  }
}

async function openOnHost(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
  role: PostgresqlRole,
): Promise<PostgresqlConnection> {
  const socket = await openPostgresqlSocket(dialer, target.tls, { ...attempt, database: target.database });
  try {
    return await withAbandon(startConnection(socket, target, options, dialer, attempt, role), socket, attempt.signal);
  } catch (error) {
    const translated = toPostgresqlError(error, socket.destroyed || socket.readableEnded);
    socket.destroy();
    throw translated;
  }
}

async function startConnection(
  socket: Socket,
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
  role: PostgresqlRole,
): Promise<PostgresqlConnection> {
  const key = await logIn(socket, target, options);
  const wire = new PostgresqlWire(socket, attempt.onBroken);
  const settings = toSessionSettings(target);
  const server = await setUp(wire, key, settings, role);
  // The very address that the session is on: a name may lead to several servers.
  const address = socket.remoteAddress ?? attempt.host;
  const sendCancel = () => {
    const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
    const reach = { ...attempt, timeoutMs: CANCEL_TIMEOUT_MS, signal, address };
    return sendPostgresqlCancel(dialer, target.tls, reach, key);
  };
  return new PostgresqlConnection(wire, {
    ...server,
    settings,
    sendCancel,
    end: () => void endConnection(wire, socket, sendCancel),
    destroy: () => socket.destroy(),
  });
}

/** Asks who the server is and sets the session up, in one round trip. */
async function setUp(
  wire: PostgresqlWire,
  key: CancelKey,
  settings: ReadonlyMap<string, string>,
  role: PostgresqlRole,
): Promise<Pick<ConnectionFacts, 'isDirect' | 'canPipeline'>> {
  const sender = new StatementSender(wire, false);
  const setters = [...settings].map((_, index) => `set_config($${index * 2 + 1}, $${index * 2 + 2}, false)`);
  const [server, set] = await Promise.all([
    sender.ask(WHO_IS_THERE, [], SETUP_BOUNDS),
    sender.ask(`SELECT ${setters.join(', ')}`, [...settings].flat(), SETUP_BOUNDS),
  ]);
  const error = server.error ?? set.error;
  if (error) throw error;
  const [backendPid, readOnly, version] = server.rows[0] ?? [];
  if (role !== 'any' && (readOnly === 'on') !== (role === 'secondary')) {
    throw new DriverError('read-only', 'The server does not have the role that targetServerType asks for');
  }
  wire.forgetChangedSettings();
  const isDirect = backendPid === key.processId;
  return { isDirect, canPipeline: isDirect && Number(version) >= REPORTS_READ_ONLY };
}

/** Says goodbye; a session with a statement on it is stopped first. */
async function endConnection(wire: PostgresqlWire, socket: Socket, sendCancel: () => Promise<void>): Promise<void> {
  destroySoon(socket);
  if (!wire.isIdle || wire.isClosed) {
    await sendCancel().catch(() => {});
    socket.destroy();
    return;
  }
  wire.writer.terminate();
  socket.end(wire.writer.take());
}
