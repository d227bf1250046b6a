import { monitorEventLoopDelay } from 'node:perf_hooks';
import { describe, expect, inject, it } from 'vitest';
import { plainStatement } from '../../packages/engine/test/support/plain-statement.ts';
import { within } from '../../packages/engine/test/support/within.ts';
import type {} from '../support/databases.ts';
import { expectFigures } from '../support/expect-figures.ts';
import { openFaultSeed } from '../support/random.ts';
import { openDriverPool } from './driver-pools.ts';

const MEBIBYTE = 1024 * 1024;
const CAPS = { access: 'read', maxRows: 1000, maxBytes: 131_072 } as const;
const MILLION = {
  postgresql: "SELECT n, repeat('x', 50) AS text FROM generate_series(1, 1000000) AS n",
  mysql: "SELECT seq, REPEAT('x', 50) AS text FROM seq_1_to_1000000",
} as const;

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 34: ${kind} has a million rows for one statement`, () => {
    it('blocks the event loop for no longer than a moment and keeps no more than the caps', async ({ task }) => {
      openFaultSeed(process.env, 'row 34');
      const pool = openDriverPool(kind, url ?? '');
      const delay = monitorEventLoopDelay({ resolution: 5 });
      try {
        await pool.run(plainStatement('SELECT 1'), [], within(5_000));
        const before = process.memoryUsage().rss;
        delay.enable();
        const million = plainStatement(MILLION[kind], CAPS);
        for (let round = 0; round < 10; round += 1) {
          const result = await pool.run(million, [], within(10_000));
          expect(result.truncated).toBe(true);
          expect(result.rows.length).toBeLessThanOrEqual(CAPS.maxRows);
          expect(result.rows.length).toBeGreaterThan(0);
        }
        delay.disable();
        const grownMiB = (process.memoryUsage().rss - before) / MEBIBYTE;
        expectFigures(task, [
          { what: `p99 of the loop delay, ${kind}`, measured: delay.percentile(99) / 1e6, unit: 'ms', atMost: 100 },
          { what: `memory grown, ${kind}`, measured: grownMiB, unit: 'MiB', atMost: 100 },
        ]);
      } finally {
        await pool.close(0);
      }
    });
  });
}
