import type { Socket } from 'node:net';
import type { DatabaseTarget, Dialer, DriverPool, PoolOptions } from '../driver.ts';
import { withAbandon } from '../pool/abandon.ts';
import { ConnectionPool } from '../pool/connection-pool.ts';
import type { DriverConnection } from '../pool/driver-connection.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { GuardedConnection } from './guarded-connection.ts';
import { SqlserverConnection } from './sqlserver-connection.ts';
import { toSqlserverOptions } from './sqlserver-options.ts';
import { SqlserverSocket } from './sqlserver-socket.ts';

export function createSqlserverPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new ConnectionPool(options, (context) =>
    tryHosts(target.hosts, context, (attempt) => openConnection(target, options, dialer, attempt)),
  );
}

async function openConnection(
  target: DatabaseTarget,
  options: PoolOptions,
  dialer: Dialer,
  attempt: HostAttempt,
): Promise<DriverConnection> {
  const socket = new SqlserverSocket(target, dialer, attempt);
  const first = await socket.dial(attempt);
  let unused: Socket | undefined = first;
  const client = new GuardedConnection(
    toSqlserverOptions(target, options, attempt, async (where = attempt) => {
      // The second call follows the server's routing token: to another host, and through the same guard.
      const dialled = unused ?? (await socket.dial(where));
      unused = undefined;
      return dialled;
    }),
  );
  const connection = new SqlserverConnection(client, socket, target);
  client.on('error', attempt.onBroken);
  client.on('end', attempt.onBroken);
  try {
    await withAbandon(connection.connect(), first, attempt.signal);
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}
