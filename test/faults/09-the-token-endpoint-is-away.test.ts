import { describe, expect, it } from 'vitest';
import type { ApplyProgress } from '../../packages/client/src/index.ts';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { createFastClock } from '../../packages/client/test/support/fake-clock.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { answerToken, problem } from '../../packages/client/test/support/scripted-server.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CONNECTORS = 120;
const OUTAGE_MS = 60_000;
const random = createRandom(openFaultSeed(process.env, 'row 9'));

/** An engine whose tokens are dropped at a random write, and whose token endpoint is then away for `outageMs`. */
async function startAuthlessEngine(clock: ReturnType<typeof createFastClock>, outageMs: number) {
  const engine = await FakeEngine.start();
  const dropAt = random.between(10, CONNECTORS - 10);
  const seen = { puts: 0, issued: 0, valid: '', awayUntilMs: Number.NEGATIVE_INFINITY, refusedTokens: 0 };
  const wayOfFailing = random.pick(['503', 'reset']);
  engine.fault = (request, response) => {
    if (request.path === '/oauth/token') {
      if (clock.monotonicMs() < seen.awayUntilMs) {
        seen.refusedTokens += 1;
        if (wayOfFailing === 'reset') response.socket?.destroy();
        else problem(response, 503, 'STATE_UNAVAILABLE');
        return true;
      }
      seen.issued += 1;
      seen.valid = `token-${seen.issued}`;
      return answerToken(request, response, seen.valid);
    }
    if (request.method === 'PUT') {
      seen.puts += 1;
      if (seen.puts === dropAt) {
        seen.valid = 'dropped';
        seen.awayUntilMs = clock.monotonicMs() + outageMs;
      }
    }
    if (request.headers.authorization === `Bearer ${seen.valid}`) return false;
    problem(response, 401, 'UNAUTHENTICATED');
    return true;
  };
  return { engine, seen };
}

const bodies = Array.from({ length: CONNECTORS }, (_item, index) => connectorBody(`c${index}`));

describe('the token endpoint goes away in the middle of a run', () => {
  it('pauses the run for a minute, goes on by itself and loses nothing', async () => {
    const clock = createFastClock();
    const { engine, seen } = await startAuthlessEngine(clock, OUTAGE_MS);
    await using _ = engine;
    await using client = createTestClient(engine.url, { clock });
    const progress: ApplyProgress[] = [];
    const plan = await client.plan(desiredState(bodies));
    const result = await client.apply(plan, { concurrency: 8, onProgress: (event) => progress.push(event) });
    expect(result.summary).toMatchObject({ created: CONNECTORS, failed: 0, skipped: 0 });
    expect(result.stoppedBy).toBeNull();
    expect(engine.changes).toHaveLength(CONNECTORS);
    expect(seen.refusedTokens).toBeGreaterThan(1);
    expect(seen.issued).toBe(2);
    // One pause for all workers, told once, and as long as the outage but for the time of a last try.
    const resumed = progress.filter((event) => event.type === 'resumed');
    expect(progress.filter((event) => event.type === 'paused')).toHaveLength(1);
    expect(resumed).toHaveLength(1);
    expect(resumed[0]?.pausedMs).toBeGreaterThan(OUTAGE_MS * 0.5);
  });

  it('ends with AUTH_UNAVAILABLE when patience is over, and starts nothing more', async () => {
    const clock = createFastClock();
    const { engine } = await startAuthlessEngine(clock, Number.POSITIVE_INFINITY);
    await using _ = engine;
    await using client = createTestClient(engine.url, { clock });
    const plan = await client.plan(desiredState(bodies));
    const startedAtMs = clock.monotonicMs();
    const result = await client.apply(plan, { concurrency: 8, authPatienceMs: 20_000 });
    expect(result).toMatchObject({ ok: false, stoppedBy: { code: 'AUTH_UNAVAILABLE' } });
    expect(result.summary.created).toBe(engine.changes.length);
    expect(result.summary.skipped).toBeGreaterThan(0);
    expect(clock.monotonicMs() - startedAtMs).toBeGreaterThanOrEqual(20_000);
  });

  it('ends the pause at once when the caller stops the run', async () => {
    const clock = createFastClock();
    const { engine } = await startAuthlessEngine(clock, Number.POSITIVE_INFINITY);
    await using _ = engine;
    await using client = createTestClient(engine.url, { clock });
    const stop = new AbortController();
    const plan = await client.plan(desiredState(bodies));
    const result = await client.apply(plan, {
      concurrency: 8,
      authPatienceMs: 3_600_000,
      stopSignal: stop.signal,
      onProgress: (event) => event.type === 'paused' && stop.abort(),
    });
    expect(result.ok).toBe(false);
    expect(result.summary.created).toBe(engine.changes.length);
  });
});
