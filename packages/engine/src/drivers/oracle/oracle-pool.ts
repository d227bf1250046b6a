import oracledb from 'oracledb';
import type { DatabaseTarget, Dialer, DriverPool, PoolOptions } from '../driver.ts';
import { ConnectionPool } from '../pool/connection-pool.ts';
import type { DriverConnection } from '../pool/driver-connection.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { OracleConnection } from './oracle-connection.ts';
import { toOracleError } from './oracle-errors.ts';
import { toOracleAttributes } from './oracle-options.ts';
import { OracleRelay } from './oracle-relay.ts';

export function createOraclePool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new ConnectionPool(options, (context) =>
    tryHosts(target.hosts, context, (attempt) => openConnection(target, dialer, attempt, options.applicationName)),
  );
}

async function openConnection(
  target: DatabaseTarget,
  dialer: Dialer,
  attempt: HostAttempt,
  applicationName: string,
): Promise<DriverConnection> {
  const relay = new OracleRelay(dialer, target.tls, attempt, attempt.onBroken);
  const onAbort = () => relay.destroy();
  attempt.signal.addEventListener('abort', onAbort, { once: true });
  try {
    const port = await relay.open();
    const client = await oracledb.getConnection(toOracleAttributes(target, port, attempt.timeoutMs));
    const connection = new OracleConnection(client, relay);
    await connection.prepare(applicationName);
    return connection;
  } catch (error) {
    const translated = relay.failure ?? toOracleError(error, !relay.isOpen, relay.refusal);
    relay.destroy();
    throw translated;
  } finally {
    attempt.signal.removeEventListener('abort', onAbort);
  }
}
