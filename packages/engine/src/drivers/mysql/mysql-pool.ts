import { isIP } from 'node:net';
import { createConnection } from 'mysql2';
import type { DatabaseTarget, Dialer, DriverPool, PoolOptions } from '../driver.ts';
import { expectFirstBytes, withAbandon } from '../pool/abandon.ts';
import { ConnectionPool } from '../pool/connection-pool.ts';
import { type HostAttempt, tryHosts } from '../pool/try-hosts.ts';
import { killMysqlQuery } from './mysql-cancel.ts';
import { MysqlConnection } from './mysql-connection.ts';
import { toMysqlOptions } from './mysql-options.ts';

const PROTOCOL_10 = 0x0a;
const ERROR_PACKET = 0xff;
const PACKET_HEADER_BYTES = 4;

export function createMysqlPool(target: DatabaseTarget, options: PoolOptions, dialer: Dialer): DriverPool {
  return new ConnectionPool(options, (context) =>
    tryHosts(target.hosts, context, (attempt) => openConnection(target, options, dialer, attempt)),
  );
}

async function openConnection(
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
  const client = createConnection(toMysqlOptions(target, options, attempt.host, socket));
  const connection = new MysqlConnection(client, socket, (threadId) => {
    // The very address that the session is on: a name may lead to several servers.
    const fixed: Dialer = { dial: (_host, port, o) => dialer.dial(socket.remoteAddress ?? attempt.host, port, o) };
    return killMysqlQuery((own) => openConnection(target, options, fixed, own), attempt, threadId);
  });
  client.on('error', attempt.onBroken);
  socket.once('close', attempt.onBroken);
  try {
    await withAbandon(connection.prepare(target), socket, attempt.signal);
    return connection;
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
