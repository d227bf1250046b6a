import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PHONE } from '../../bench/actions/contestant.ts';
import { type KindFigures, OpenLoop } from '../../bench/load/open-loop.ts';
import { ActionProduct } from '../support/action-product.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { waitFor } from '../support/wait-for.ts';

const postgresUrl = inject('postgresUrl');
/** Size of the connector's pool. */
const POOL = 4;
/** What the statement keeps a connection busy for. */
const HELD_SECONDS = 0.02;
const PEAK_SECONDS = 2;
const OVERLOAD_SECONDS = 3;
const TIMES = 10;
const REFUSAL_P99_MS = 20;
const GOODPUT_PERCENT = 80;
const RECOVERY_MS = 5_000;
/** A run of all tests waits for as long as only a hang takes. */
const PATIENCE_MS = 30_000;
const IN_FLIGHT = 'dip_action_executions_in_flight';

describe.skipIf(postgresUrl === null)('row 36: ten times the load that the pool can take', () => {
  let actions: ActionProduct;
  let token: string;
  let next: () => number;

  beforeAll(async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 36'));
    next = () => random.next();
    actions = await ActionProduct.start({ postgresUrl: postgresUrl ?? '' });
    token = await actions.product.token();
    await actions.publish({
      actionId: 'held-note',
      statement: `select :ani::text as note from pg_sleep(${HELD_SECONDS}) limit 1`,
      input: { type: 'object', required: ['ani'], properties: { ani: { type: 'string', maxLength: 20 } } },
      output: { type: 'object', properties: { note: { type: 'string', maxLength: 20 } } },
      limits: { deadlineMs: 1_000, maxConcurrency: 2 * POOL, ratePerSecond: 100_000 },
      cache: { coalesce: false },
    });
  });
  afterAll(() => actions?.[Symbol.asyncDispose]());

  const execute = async () => (await actions.execute('held-note', { ani: '+15550000001' })).json.outcome;
  /** As many callers as connections, each with its next call when it has an answer: good answers a second. */
  const measurePeak = async (): Promise<number> => {
    const endsAt = performance.now() + PEAK_SECONDS * 1_000;
    const call = async () => {
      let count = 0;
      for (; performance.now() < endsAt; count += 1) expect(await execute()).toBe('FOUND');
      return count;
    };
    const counts = await Promise.all(Array.from({ length: POOL }, call));
    return counts.reduce((sum, count) => sum + count, 0) / PEAK_SECONDS;
  };
  const overload = async (perSecond: number, seconds: number): Promise<KindFigures> => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ ani: PHONE });
    const request = { method: 'POST', path: '/api/v1/dataactions/held-note/execute', headers, body } as const;
    const requestOf = () => ({ kind: 'held', request });
    const { port } = actions.product.engine;
    const loop = new OpenLoop({ port, perSecond, seconds, connections: 200, requestOf, random: next });
    const figures = (await loop.run()).get('held');
    if (figures === undefined) throw new Error('nothing was answered');
    return figures;
  };

  const isServingAll = async (): Promise<boolean> =>
    (await Promise.all(Array.from({ length: POOL }, execute))).every((one) => one === 'FOUND');
  const waitForCalm = async (): Promise<void> => {
    await waitFor('nothing to be in flight', async () => (await actions.readMetric(IN_FLIGHT)) === 0);
    await actions.waitForHealth('HEALTHY');
  };
  /** What holds on any machine: every call is answered, by one of the outcomes that are allowed. */
  const expectAnswered = ({ outcomes, count, failed }: KindFigures, perSecond: number): void => {
    process.stdout.write(`row 36: ${perSecond}/s, ${count} answers: ${JSON.stringify(outcomes)}\n`);
    expect(failed).toBe(0);
    expect(count).toBe(Math.floor(perSecond * OVERLOAD_SECONDS));
    for (const outcome of Object.keys(outcomes)) expect(['FOUND', 'BUSY', 'TIMEOUT']).toContain(outcome);
    expect(outcomes.FOUND?.count).toBeGreaterThan(0);
    expect(outcomes.BUSY?.count).toBeGreaterThan(0);
  };

  it('answers every call with a row or a refusal, and serves everybody again afterwards', async () => {
    expect(await execute()).toBe('FOUND');
    // A peak that was measured while the machine did something else is no overload when it is done with that.
    const perSecond = Math.max(TIMES * (await measurePeak()), (2 * POOL) / HELD_SECONDS);
    expectAnswered(await overload(perSecond, OVERLOAD_SECONDS), perSecond);
    await waitFor('everybody to be served again', isServingAll, { timeoutMs: PATIENCE_MS });
    await waitForCalm();
  });

  it.runIf(isFullLength(process.env))(
    `refuses within ${REFUSAL_P99_MS} ms while it serves ${GOODPUT_PERCENT} % of its peak, and is back after ${RECOVERY_MS} ms`,
    async ({ task }) => {
      expect(await execute()).toBe('FOUND');
      const peak = await measurePeak();
      const figures = await overload(peak * TIMES, OVERLOAD_SECONDS);
      const endedAt = performance.now();
      await waitFor('everybody to be served again', isServingAll, { timeoutMs: PATIENCE_MS });
      const recoveryMs = performance.now() - endedAt;
      expectAnswered(figures, peak * TIMES);
      expect(figures.outcomes.BUSY?.count).toBeGreaterThan(figures.count / 2);
      await waitForCalm();
      const { FOUND: found, BUSY: busy } = figures.outcomes;
      const goodputPercent = ((found?.count ?? 0) / OVERLOAD_SECONDS / peak) * 100;
      expectFigures(task, [
        { what: 'peak of the pool', measured: peak, unit: '/s' },
        { what: 'p99 of a refusal', measured: busy?.p99Ms ?? Number.NaN, unit: 'ms', atMost: REFUSAL_P99_MS },
        { what: 'good answers of the peak', measured: goodputPercent, unit: '%', atLeast: GOODPUT_PERCENT },
        { what: 'everybody served again after', measured: recoveryMs, unit: 'ms', atMost: RECOVERY_MS },
        {
          what: 'peak after the overload',
          measured: await measurePeak(),
          unit: '/s',
          atLeast: (peak * GOODPUT_PERCENT) / 100,
        },
      ]);
    },
  );
});
