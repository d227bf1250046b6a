import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, inject, it } from 'vitest';
import { ActionProduct } from '../support/action-product.ts';
import type {} from '../support/databases.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { ONE, openDriverPool, runTimed, SLACK_MS } from './driver-pools.ts';

const CONNECT_TIMEOUT_MS = 2_000;
/** What a refusal takes while the breaker is open. */
const FAIL_FAST_MS = 5;

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

const postgresUrl = inject('postgresUrl');
const DOWN_MS = isFullLength(process.env) ? 10_000 : 3_000;
const CALLS_PER_SECOND = 20;

describe.skipIf(postgresUrl === null)('row 38: the database of a data action refuses connections', () => {
  it('opens the breaker: refusals are immediate, and one probe at a time looks for the database', async ({ task }) => {
    const { hostname: host, port } = new URL(postgresUrl ?? '');
    const proxy = await startTcpProxy({ upstream: { host, port: Number(port) } });
    const actions = await ActionProduct.start({ postgresUrl: postgresUrl ?? '', port: proxy.port });
    try {
      await actions.publish({
        actionId: 'one',
        statement: 'select :ani::text as note limit 1',
        input: { type: 'object', required: ['ani'], properties: { ani: { type: 'string', maxLength: 20 } } },
        output: { type: 'object', properties: { note: { type: 'string', maxLength: 20 } } },
        limits: { deadlineMs: 3_000 },
        cache: { coalesce: false },
      });
      const execute = () => actions.execute('one', { ani: '+15550000001' });
      expect((await execute()).json.outcome).toBe('FOUND');
      await proxy.setToxics({ type: 'down' });
      // Three failures in a row open the breaker, and say so here.
      await actions.waitForHealth('UNHEALTHY');
      const before = proxy.accepted;
      const tookMs: number[] = [];
      const endsAt = performance.now() + DOWN_MS;
      while (performance.now() < endsAt) {
        const { json, headers } = await execute();
        expect(json.outcome).toBe('UNAVAILABLE');
        // The engine's own account of the call: what the network and this process add is not its doing.
        tookMs.push(Number(/total;dur=([\d.]+)/.exec(headers.get('server-timing') ?? '')?.[1]));
        await delay(1_000 / CALLS_PER_SECOND);
      }
      const p99Ms = tookMs.toSorted((left, right) => left - right)[Math.floor(tookMs.length * 0.99)] ?? Number.NaN;
      const bound = isFullLength(process.env) ? { atMost: FAIL_FAST_MS } : {};
      expectFigures(task, [
        { what: 'p99 of a refusal in the engine', measured: p99Ms, unit: 'ms', ...bound },
        {
          what: `probes in ${DOWN_MS / 1_000} s of ${CALLS_PER_SECOND} calls a second`,
          measured: proxy.accepted - before,
          unit: '',
          atMost: DOWN_MS / 1_000,
        },
      ]);
      await proxy.setToxics();
      await waitFor('calls to be served', async () => (await execute()).json.outcome === 'FOUND', {
        timeoutMs: 40_000,
      });
    } finally {
      await actions[Symbol.asyncDispose]();
      await proxy.close();
    }
  });
});
