import { describe, expect, inject, it } from 'vitest';
import type { DriverPool } from '../../packages/engine/src/drivers/driver.ts';
import { plainStatement } from '../../packages/engine/test/support/plain-statement.ts';
import { within } from '../../packages/engine/test/support/within.ts';
import type { RealKind } from '../support/database-accounts.ts';
import type {} from '../support/databases.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { openDriverPool, runTimed, SLACK_MS } from './driver-pools.ts';

interface Dialect {
  /** Takes a lock of the session, then sleeps. */
  readonly lockAndSleep: string;
  readonly openTransaction: string;
  /** Changes a setting of the session and sleeps in one statement, or as near as the database lets one come. */
  readonly setSetting: string;
  readonly readSetting: string;
  readonly heldLocks: string;
  readonly running: string;
}

const MARKER = 'row_46_marker';
const DIALECTS: Readonly<Record<RealKind, Dialect>> = {
  postgresql: {
    lockAndSleep: `SELECT pg_advisory_lock(4646), pg_sleep(30) /* ${MARKER} */`,
    openTransaction: 'BEGIN',
    setSetting: "SELECT set_config('dip.leaked', 'yes', false), pg_sleep(30)",
    readSetting: "SELECT current_setting('dip.leaked', true)",
    heldLocks: "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 4646 AND granted",
    running: `SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%${MARKER}%'`,
  },
  mysql: {
    lockAndSleep: `SELECT GET_LOCK('row46', 1), SLEEP(30) /* ${MARKER} */`,
    openTransaction: 'START TRANSACTION',
    setSetting: 'SELECT @leaked := 1, SLEEP(30)',
    readSetting: 'SELECT @leaked',
    heldLocks: "SELECT IS_USED_LOCK('row46') IS NOT NULL",
    running: `SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID() AND INFO LIKE '%${MARKER}%'`,
  },
};

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 46: a statement on ${kind} is slower than its deadline`, () => {
    const { lockAndSleep, openTransaction, setSetting, readSetting, heldLocks, running } = DIALECTS[kind];

    it('is cancelled on the server, and neither lock, setting nor transaction of it reaches the next caller', async () => {
      const random = createRandom(openFaultSeed(process.env, 'row 46'));
      const pool = openDriverPool(kind, url ?? '', { maxConnections: 1 });
      const watch = openDriverPool(kind, url ?? '', { maxConnections: 1 });
      try {
        for (let round = 0; round < 3; round += 1) {
          const timeoutMs = random.between(300, 900);
          await openOne(pool);
          const late = await runTimed(pool, lockAndSleep, timeoutMs);
          expect(late.outcome).toBe('query-timeout');
          expect(late.tookMs).toBeLessThan(timeoutMs + SLACK_MS);
          await expect.poll(() => readNumber(watch, running), { timeout: 3_000 }).toBe(0);
          await expect.poll(() => readNumber(watch, heldLocks), { timeout: 3_000 }).toBe(0);
        }
        await openOne(pool);
        expect(await runTimed(pool, setSetting, 300)).toMatchObject({ outcome: 'query-timeout' });
        expect([null, '']).toContain(await readOne(pool, readSetting));
        await runTimed(pool, openTransaction, 2_000);
        expect(await runTimed(pool, 'SELECT 1', 2_000)).toMatchObject({ outcome: 'worked' });
        expect(pool.statistics()).toMatchObject({ open: 1, idle: 1, waiting: 0 });
      } finally {
        await pool.close(0);
        await watch.close(0);
      }
    });
  });
}

/** The deadline of the row is for the statement: what a new connection takes is none of it. */
async function openOne(pool: DriverPool): Promise<void> {
  expect(await runTimed(pool, 'SELECT 1', 30_000)).toMatchObject({ outcome: 'worked' });
}

async function readOne(pool: DriverPool, statement: string): Promise<unknown> {
  return (await pool.run(plainStatement(statement), [], within(3_000))).rows[0]?.[0];
}

async function readNumber(pool: DriverPool, statement: string): Promise<number> {
  return Number(await readOne(pool, statement));
}
