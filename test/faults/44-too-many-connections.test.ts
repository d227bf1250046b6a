import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import type {} from '../support/databases.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { startMariadb } from '../support/mariadb.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { openDriverPool, runTimed } from './driver-pools.ts';

const CALLERS = 60;
const POOL_SIZE = 30;
/** Fewer than the pool wants; MariaDB takes one above ten for its superuser, and no smaller number. */
const SERVER_LIMIT = 11;

for (const kind of ['postgresql', 'mysql'] as const) {
  const isThere = inject(kind === 'postgresql' ? 'postgresUrl' : 'mysqlUrl') !== null;
  describe.skipIf(!isThere)(`row 44: ${kind} has no connection left`, () => {
    it('serves everybody with the connections that it has, and stops asking for more in a hurry', async () => {
      const random = createRandom(openFaultSeed(process.env, 'row 44'));
      const server = await startFullServer(kind);
      const { hostname: host, port } = new URL(server.url);
      const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
      const pool = openDriverPool(kind, server.url, { port: proxy.port, maxConnections: POOL_SIZE });
      try {
        const statement = kind === 'postgresql' ? 'SELECT pg_sleep(0.02)' : 'SELECT SLEEP(0.02)';
        expect(await runTimed(pool, statement, 5_000)).toMatchObject({ outcome: 'worked' });
        for (let round = 0; round < 3; round += 1) {
          const calls = Array.from({ length: random.between(CALLERS / 2, CALLERS) }, () =>
            runTimed(pool, statement, 10_000),
          );
          for (const { outcome } of await Promise.all(calls)) expect(outcome).toBe('worked');
          expect(pool.statistics().open).toBeGreaterThan(0);
          expect(pool.statistics().open).toBeLessThanOrEqual(SERVER_LIMIT);
        }
        // A try for each caller that waits would make hundreds.
        expect(proxy.accepted).toBeLessThan(60);
      } finally {
        await pool.close(0);
        await proxy.close();
        await server.close();
      }
    });

    it('says so when there is not even one, and serves as soon as there is', async () => {
      const server = await startFullServer(kind);
      const holder = openDriverPool(kind, server.url, { maxConnections: POOL_SIZE });
      const pool = openDriverPool(kind, server.url, { maxConnections: 2 });
      const hold = kind === 'postgresql' ? 'SELECT pg_sleep(3)' : 'SELECT SLEEP(3)';
      try {
        const held = Array.from({ length: SERVER_LIMIT + 4 }, () => runTimed(holder, hold, 6_000));
        await expect.poll(() => holder.statistics().open, { timeout: 5_000 }).toBe(SERVER_LIMIT);
        expect(await runTimed(pool, 'SELECT 1', 1_500)).toMatchObject({ outcome: 'too-many-connections' });
        await holder.close(0);
        await Promise.all(held);
        const served = async () => (await runTimed(pool, 'SELECT 1', 1_500)).outcome;
        await expect.poll(served, { timeout: 10_000 }).toBe('worked');
      } finally {
        await holder.close(0);
        await pool.close(0);
        await server.close();
      }
    });
  });
}

interface FullServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A server that takes `SERVER_LIMIT` sessions of the user in its URL. */
async function startFullServer(kind: 'postgresql' | 'mysql'): Promise<FullServer> {
  if (kind === 'mysql') return startMariadb({ settings: { 'max-connections': String(SERVER_LIMIT - 1) } });
  const server = await startEmbeddedPostgres();
  const admin = new pg.Client({ connectionString: server.url });
  await admin.connect();
  await admin.query(`CREATE ROLE crowded LOGIN PASSWORD 'crowded' CONNECTION LIMIT ${SERVER_LIMIT}`);
  await admin.end();
  const url = `postgres://crowded:crowded@127.0.0.1:${server.port}/postgres`;
  return { url, close: () => server.close() };
}
