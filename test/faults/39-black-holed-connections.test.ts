import { describe, expect, inject, it } from 'vitest';
import type {} from '../support/databases.ts';
import { expectFigures } from '../support/expect-figures.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { ONE, openDriverPool, runTimed, SLACK_MS } from './driver-pools.ts';

/** A second for the cancel that nobody answers, then a new connection. */
const REFILL_MS = 3_000;

/** Keeps each connection for long enough that two calls need two. */
const HOLD = { postgresql: 'SELECT pg_sleep(0.2)', mysql: 'SELECT SLEEP(0.2)' } as const;

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 39: established connections to ${kind} are black-holed`, () => {
    it('holds every deadline, is never stuck at zero and refills when the network is back', async ({ task }) => {
      const random = createRandom(openFaultSeed(process.env, 'row 39'));
      const { hostname: host, port } = new URL(url ?? '');
      const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
      const pool = openDriverPool(kind, url ?? '', { port: proxy.port, maxConnections: 3 });
      try {
        await Promise.all([1, 2, 3].map(() => runTimed(pool, ONE, 5_000)));
        expect(pool.statistics().open).toBeGreaterThan(0);
        await proxy.setToxics({ type: 'blackhole' });
        for (let round = 0; round < 3; round += 1) {
          const timeouts = Array.from({ length: 8 }, () => random.between(200, 900));
          const results = await Promise.all(timeouts.map((timeoutMs) => runTimed(pool, ONE, timeoutMs)));
          for (const [index, { outcome, tookMs }] of results.entries()) {
            expect(['query-timeout', 'pool-exhausted', 'connect-timeout']).toContain(outcome);
            expect(tookMs).toBeLessThan((timeouts[index] ?? 0) + SLACK_MS);
          }
        }
        await proxy.setToxics();
        proxy.dropAll();
        const startedAt = performance.now();
        await waitFor('the pool to serve again', async () => (await runTimed(pool, ONE, 500)).outcome === 'worked');
        expectFigures(task, [
          {
            what: `${kind} serves again after`,
            measured: performance.now() - startedAt,
            unit: 'ms',
            atMost: REFILL_MS,
          },
        ]);
        expect(
          (await Promise.all([1, 2, 3].map(() => runTimed(pool, ONE, 2_000)))).map(({ outcome }) => outcome),
        ).toEqual(['worked', 'worked', 'worked']);
        expect(pool.statistics().waiting).toBe(0);
      } finally {
        await pool.close(0);
        await proxy.close();
      }
    });

    it('opens next to the dead connections when only the established ones are cut off', async () => {
      const { hostname: host, port } = new URL(url ?? '');
      const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
      const pool = openDriverPool(kind, url ?? '', { port: proxy.port, maxConnections: 2 });
      try {
        await Promise.all([1, 2].map(() => runTimed(pool, HOLD[kind], 5_000)));
        expect(pool.statistics().open).toBe(2);
        proxy.blackholeEstablished();
        const { outcome, tookMs } = await runTimed(pool, ONE, 400);
        expect(outcome).toBe('query-timeout');
        expect(tookMs).toBeLessThan(400 + SLACK_MS);
        expect(await runTimed(pool, ONE, REFILL_MS)).toMatchObject({ outcome: 'worked' });
      } finally {
        await pool.close(0);
        await proxy.close();
      }
    });
  });
}
