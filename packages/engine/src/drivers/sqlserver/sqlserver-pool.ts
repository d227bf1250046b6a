import type { Socket } from 'node:net';
import type { DatabaseTarget, Dialer, DriverPool, PoolOptions } from '../driver.ts';
import { withAbandon } from '../pool/abandon.ts';
import { ConnectionPool } from '../pool/connection-pool.ts';
import type { DriverConnection } from '../pool/driver-connection.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { GuardedConnection } from './guarded-connection.ts';
import { SqlserverSession } from './sqlserver-connection.ts';
import { toSqlserverOptions } from './sqlserver-options.ts';
import { SqlserverWire } from './sqlserver-socket.ts';

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
  const wire = new SqlserverWire(target, dialer, attempt);
  const first = await wire.dial(attempt);
  let unused: Socket | undefined = first;
  const connection = new GuardedConnection(
    toSqlserverOptions(target, options, attempt, async (where = attempt) => {
      // The second call follows the server's routing token: to another host, and through the same guard.
      const socket = unused ?? (await wire.dial(where));
      unused = undefined;
      return socket;
    }),
  );
  const session = new SqlserverSession(connection, wire, target);
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
