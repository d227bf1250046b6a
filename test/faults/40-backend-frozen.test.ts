import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { plainStatement } from '../../packages/engine/test/support/plain-statement.ts';
import { within } from '../../packages/engine/test/support/within.ts';
import type {} from '../support/databases.ts';
import { startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { freezeProcess } from '../support/freeze-process.ts';
import { startMariadb } from '../support/mariadb.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { ONE, openDriverPool, runTimed, SLACK_MS } from './driver-pools.ts';

describe.skipIf(inject('postgresUrl') === null)('row 40: a PostgreSQL backend is frozen', () => {
  it('answers at the deadline, discards the session and serves others on a new one', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 40'));
    const server = await startEmbeddedPostgres();
    const pool = openDriverPool('postgresql', server.url, { maxConnections: 1 });
    const frozen: number[] = [];
    try {
      for (let round = 0; round < 3; round += 1) {
        const pid = await readBackendPid(pool);
        frozen.push(pid);
        await freezeProcess(pid);
        const timeoutMs = random.between(200, 800);
        const { outcome, tookMs } = await runTimed(pool, ONE, timeoutMs);
        expect(outcome).toBe('query-timeout');
        expect(tookMs).toBeLessThan(timeoutMs + SLACK_MS);
        expect(await runTimed(pool, ONE, 3_000)).toMatchObject({ outcome: 'worked' });
        expect(frozen).not.toContain(await readBackendPid(pool));
      }
      for (const pid of frozen.splice(0)) process.kill(pid, 'SIGCONT');
      expect(await countSessions(server.url)).toBeLessThanOrEqual(1);
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGCONT');
      await pool.close(0);
      await server.close();
    }
  });
});

describe.skipIf(inject('mysqlUrl') === null)('row 40: the whole MariaDB server is frozen', () => {
  it('answers at the deadline and serves again when it goes on', async () => {
    openFaultSeed(process.env, 'row 40');
    const server = await startMariadb();
    const pool = openDriverPool('mysql', server.url, { maxConnections: 2, connectTimeoutMs: 1_000 });
    let isFrozen = false;
    try {
      expect(await runTimed(pool, ONE, 3_000)).toMatchObject({ outcome: 'worked' });
      isFrozen = true;
      await freezeProcess(server.pid);
      for (const timeoutMs of [300, 600, 900]) {
        const { outcome, tookMs } = await runTimed(pool, ONE, timeoutMs);
        expect(['query-timeout', 'connect-timeout', 'pool-exhausted']).toContain(outcome);
        expect(tookMs).toBeLessThan(timeoutMs + SLACK_MS);
      }
      process.kill(server.pid, 'SIGCONT');
      isFrozen = false;
      await expect.poll(async () => (await runTimed(pool, ONE, 1_000)).outcome, { timeout: 10_000 }).toBe('worked');
    } finally {
      if (isFrozen) process.kill(server.pid, 'SIGCONT');
      await pool.close(0);
      await server.close();
    }
  });
});

async function readBackendPid(pool: ReturnType<typeof openDriverPool>): Promise<number> {
  const result = await pool.run(plainStatement('SELECT pg_backend_pid()'), [], within(3_000));
  return Number(result.rows[0]?.[0]);
}

async function countSessions(url: string): Promise<number> {
  const admin = new pg.Client({ connectionString: url });
  await admin.connect();
  try {
    const text = "SELECT count(*)::int AS sessions FROM pg_stat_activity WHERE application_name = 'dip-faults'";
    await expect
      .poll(async () => Number((await admin.query(text)).rows[0]?.sessions), { timeout: 5_000 })
      .toBeLessThanOrEqual(1);
    return Number((await admin.query(text)).rows[0]?.sessions);
  } finally {
    await admin.end();
  }
}
