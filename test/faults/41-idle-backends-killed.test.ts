import { createConnection } from 'mysql2/promise';
import pg from 'pg';
import { describe, expect, inject, it } from 'vitest';
import { createDatabaseAccount, type RealKind } from '../support/database-accounts.ts';
import type {} from '../support/databases.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { ONE, openDriverPool, runTimed } from './driver-pools.ts';

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 41: an administrator ends idle sessions of ${kind}`, () => {
    it('does not end the process, forgets the sessions at once, and the next call works', async () => {
      const random = createRandom(openFaultSeed(process.env, 'row 41'));
      const account = await createDatabaseAccount(kind, url ?? '', `dip_row41_${kind}`);
      const own = new URL(url ?? '');
      own.username = account.username;
      own.password = account.password;
      const pool = openDriverPool(kind, own.href, { maxConnections: 5, minConnections: 0 });
      const failures: unknown[] = [];
      const onFailure = (error: unknown) => failures.push(error);
      process.on('uncaughtExceptionMonitor', onFailure);
      try {
        for (let round = 0; round < 5; round += 1) {
          // Held long enough that each has a connection of its own and none is still being opened when they die.
          const count = random.between(2, 5);
          await Promise.all(Array.from({ length: count }, () => runTimed(pool, HOLD[kind], 5_000)));
          expect(pool.statistics().open).toBe(count);
          await KILL[kind](url ?? '', account.username);
          await expect.poll(() => pool.statistics().open, { timeout: 5_000, interval: 5 }).toBe(0);
          expect(await runTimed(pool, ONE, 5_000)).toMatchObject({ outcome: 'worked' });
        }
        expect(failures).toEqual([]);
      } finally {
        process.off('uncaughtExceptionMonitor', onFailure);
        await pool.close(0);
        await account.drop();
      }
    });
  });
}

const HOLD: Readonly<Record<RealKind, string>> = {
  postgresql: 'SELECT pg_sleep(0.2)',
  mysql: 'SELECT SLEEP(0.2)',
};

const KILL: Readonly<Record<RealKind, (url: string, username: string) => Promise<void>>> = {
  async postgresql(url, username) {
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1', [username]);
    await admin.end();
  },
  async mysql(url, username) {
    const admin = await createConnection(url);
    await admin.query(`KILL USER '${username}'`);
    await admin.end();
  },
};
