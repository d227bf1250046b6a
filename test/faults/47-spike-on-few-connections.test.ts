import { describe, expect, inject, it } from 'vitest';
import type { DriverPool } from '../../packages/engine/src/drivers/driver.ts';
import type {} from '../support/databases.ts';
import { expectFigures } from '../support/expect-figures.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { openDriverPool, runTimed } from './driver-pools.ts';

const SPIKE = 50;
const WARM = 5;
const MAX = 20;
const CONNECT_MS = 150;
/** What a statement of the spike takes on the server. */
const HELD = 'SELECT pg_sleep(0.01)';

const url = inject('postgresUrl');

describe.skipIf(url === null)('row 47: fifty callers at once on five connections that take long to open', () => {
  it('serves all of them in at most twice the time of a pool of fixed size, and does not open a connection for each', async ({
    task,
  }) => {
    openFaultSeed(process.env, 'row 47');
    const { hostname: host, port } = new URL(url ?? '');
    const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
    const growing = openDriverPool('postgresql', url ?? '', {
      port: proxy.port,
      minConnections: WARM,
      maxConnections: MAX,
    });
    const fixed = openDriverPool('postgresql', url ?? '', {
      port: proxy.port,
      minConnections: WARM,
      maxConnections: WARM,
    });
    try {
      await Promise.all([warm(growing), warm(fixed)]);
      // Several round trips of a login together take what a slow server's login takes.
      await proxy.setToxics({ type: 'latency', latencyMs: CONNECT_MS / 6 });
      const before = proxy.accepted;
      const fixedP99 = await spike(fixed);
      expect(proxy.accepted).toBe(before);
      const growingP99 = await spike(growing);
      expectFigures(task, [
        { what: 'p99 of a fixed pool', measured: fixedP99, unit: 'ms' },
        { what: 'p99 of a growing one', measured: growingP99 / fixedP99, unit: 'times', atMost: 2 },
        { what: 'connections opened for 50 callers', measured: proxy.accepted - before, unit: '', atMost: MAX - WARM },
      ]);
      expect(growing.statistics().open).toBeLessThanOrEqual(MAX);
    } finally {
      await growing.close(0);
      await fixed.close(0);
      await proxy.close();
    }
  });

  it('leaves nothing waiting after spike upon spike', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 47, spikes'));
    const pool = openDriverPool('postgresql', url ?? '', { minConnections: 1, maxConnections: 6 });
    try {
      for (let round = 0; round < 10; round += 1) {
        const calls = Array.from({ length: random.between(1, SPIKE) }, () => runTimed(pool, 'SELECT 1', 5_000));
        for (const { outcome } of await Promise.all(calls)) expect(outcome).toBe('worked');
        expect(pool.statistics()).toMatchObject({ waiting: 0 });
        expect(pool.statistics().open).toBeLessThanOrEqual(6);
      }
    } finally {
      await pool.close(0);
    }
  });
});

async function warm(pool: DriverPool): Promise<void> {
  await Promise.all(Array.from({ length: WARM }, () => runTimed(pool, 'SELECT pg_sleep(0.1)', 10_000)));
}

/** The slowest of a spike's calls: of fifty, the p99. */
async function spike(pool: DriverPool): Promise<number> {
  const calls = await Promise.all(Array.from({ length: SPIKE }, () => runTimed(pool, HELD, 10_000)));
  for (const { outcome } of calls) expect(outcome).toBe('worked');
  const sorted = calls.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return sorted.at(-1) ?? 0;
}
