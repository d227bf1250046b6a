import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { createFastClock } from '../../packages/client/test/support/fake-clock.ts';
import { problem } from '../../packages/client/test/support/scripted-server.ts';
import { startLimitedEngine } from '../support/limited-engine.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const random = createRandom(openFaultSeed(process.env, 'row 4'));
const RATE = 200;
const RESERVE = 50;

async function applyUnder503(part: number, items: number, keepGoing: boolean) {
  const clock = createFastClock(4);
  const limited = await startLimitedEngine(
    'quota',
    { rate: RATE, burst: RATE },
    clock.monotonicMs,
    (_request, response) => {
      if (random.next() >= part) return false;
      problem(response, 503, 'STATE_UNAVAILABLE');
      return true;
    },
  );
  await using _ = limited;
  await using client = createTestClient(limited.engine.url, { clock, keepGoing, maxFailedAttempts: 20 });
  const bodies = Array.from({ length: items }, (_item, index) => connectorBody(`c${index}`));
  const result = await client.apply(await client.plan(desiredState(bodies)), { concurrency: 16 });
  return { result, stats: client.stats(), puts: limited.puts, changes: limited.engine.changes };
}

describe('503 on a part of the calls', () => {
  it('tries again within the quota, and says how often', async () => {
    const { result, stats, puts, changes } = await applyUnder503(0.1, 300, false);
    expect(result.summary).toMatchObject({ created: 300, failed: 0, skipped: 0 });
    expect(changes).toHaveLength(300);
    expect(stats.failureRetries).toBe(puts.length - 300);
    expect(stats.retryRatio).toBeCloseTo(stats.failureRetries / stats.requests);
    expect(puts.filter(({ accepted }) => !accepted)).toEqual([]);
  });

  it('ends the run when a third fails: the rest is not sent, and the reason is named', async () => {
    const { result, stats, puts, changes } = await applyUnder503(0.3, 900, false);
    expect(result.ok).toBe(false);
    expect(result.stoppedBy).toMatchObject({ code: 'RETRY_BUDGET_SPENT', retryable: true });
    expect(result.summary.skipped).toBeGreaterThan(0);
    expect(result.summary.created).toBe(changes.length);
    expect(stats.failureRetries).toBeLessThanOrEqual(RESERVE + 0.1 * stats.requests);
    expect(puts.length).toBeLessThan(900);
  });

  it('goes on all the same with keepGoing, and loses nothing', async () => {
    const { result, stats, changes } = await applyUnder503(0.3, 500, true);
    expect(result.summary).toMatchObject({ created: 500, failed: 0, skipped: 0 });
    expect(new Set(changes).size).toBe(500);
    expect(stats.retryRatio).toBeGreaterThan(0.3);
    expect(stats.rateLimited).toBe(0);
  });
});
