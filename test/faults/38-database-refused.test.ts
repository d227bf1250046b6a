import { describe, expect, inject, it } from 'vitest';
import type {} from '../support/databases.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { ONE, openDriverPool, runTimed, SLACK_MS } from './driver-pools.ts';

const CONNECT_TIMEOUT_MS = 2_000;

for (const [kind, url] of [
  ['postgresql', inject('postgresUrl')],
  ['mysql', inject('mysqlUrl')],
] as const) {
  describe.skipIf(url === null)(`row 38: ${kind} refuses connections`, () => {
    it('fails every call fast and bounded, opens no storm, and serves when the database is back', async () => {
      const random = createRandom(openFaultSeed(process.env, 'row 38'));
      const { hostname: host, port } = new URL(url ?? '');
      const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
      const pool = openDriverPool(kind, url ?? '', { port: proxy.port, connectTimeoutMs: CONNECT_TIMEOUT_MS });
      try {
        expect(await runTimed(pool, ONE, 5_000)).toMatchObject({ outcome: 'worked' });
        await proxy.setToxics({ type: 'down' });
        const calls = Array.from({ length: 60 }, () => runTimed(pool, ONE, random.between(2_500, 10_000)));
        for (const { outcome, tookMs } of await Promise.all(calls)) {
          expect(['refused', 'connection-lost']).toContain(outcome);
          expect(tookMs).toBeLessThan(CONNECT_TIMEOUT_MS + SLACK_MS);
        }
        expect(pool.statistics()).toMatchObject({ open: 0, waiting: 0 });
        await proxy.setToxics();
        expect(await runTimed(pool, ONE, 5_000)).toMatchObject({ outcome: 'worked' });
      } finally {
        await pool.close(0);
        await proxy.close();
      }
    });

    it('is bounded by the connect timeout when the database accepts and is silent', async () => {
      const { hostname: host, port } = new URL(url ?? '');
      const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
      await proxy.setToxics({ type: 'blackhole' });
      const pool = openDriverPool(kind, url ?? '', { port: proxy.port, connectTimeoutMs: 700 });
      try {
        const calls = Array.from({ length: 20 }, () => runTimed(pool, ONE, 30_000));
        for (const { outcome, tookMs } of await Promise.all(calls)) {
          expect(outcome).toBe('connect-timeout');
          expect(tookMs).toBeLessThan(700 + SLACK_MS);
        }
      } finally {
        await pool.close(0);
        await proxy.close();
      }
    });
  });
}
