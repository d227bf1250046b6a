import { describe, expect, it } from 'vitest';
import type { Clock } from '../../packages/client/src/util/clock.ts';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { createFastClock, FAST_FACTOR } from '../../packages/client/test/support/fake-clock.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { problem } from '../../packages/client/test/support/scripted-server.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const TEN_MINUTES_MS = 600_000;
const CONNECTORS = 60;
const random = createRandom(openFaultSeed(process.env, 'row 15'));

/** A wall clock that is wrong by so much; monotonic time and timers are right, as on a real machine. */
function createWrongClock(skewMs: number): Clock {
  const right = createFastClock();
  return { ...right, now: () => right.now() + skewMs };
}

describe.each([
  ['ten minutes fast', TEN_MINUTES_MS],
  ['ten minutes slow', -TEN_MINUTES_MS],
])('a client whose clock is %s', (_name, skewMs) => {
  it('asks for one token only, as lifetimes run on the monotonic clock', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { clock: createWrongClock(skewMs) });
    const bodies = Array.from({ length: CONNECTORS }, (_item, index) => connectorBody(`c${index}`));
    const result = await client.apply(await client.plan(desiredState(bodies)), { concurrency: 8 });
    expect(result.summary).toMatchObject({ created: CONNECTORS, failed: 0 });
    expect(client.stats().tokenRequests).toBe(1);
  });

  it('waits until the date of Retry-After by the clock of the server, not by its own', async () => {
    await using engine = await FakeEngine.start();
    const waitSeconds = random.between(2, 8);
    const refusedAt = random.between(5, CONNECTORS - 20);
    let puts = 0;
    let refusedAtMs = 0;
    const early: number[] = [];
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      puts += 1;
      // The header names a whole second, so the wait may be told up to one second shorter than it is meant.
      if (refusedAtMs > 0 && request.atMs - refusedAtMs < ((waitSeconds - 1) * 1000) / FAST_FACTOR) early.push(puts);
      if (puts !== refusedAt) return false;
      refusedAtMs = request.atMs;
      const nowMs = Date.now();
      problem(response, 429, 'RATE_LIMITED', {
        date: new Date(nowMs).toUTCString(),
        'retry-after': new Date(nowMs + waitSeconds * 1000).toUTCString(),
      });
      return true;
    };
    await using client = createTestClient(engine.url, { clock: createWrongClock(skewMs) });
    const bodies = Array.from({ length: CONNECTORS }, (_item, index) => connectorBody(`c${index}`));
    const startedAtMs = performance.now();
    const result = await client.apply(await client.plan(desiredState(bodies)), { concurrency: 1 });
    expect(result.summary).toMatchObject({ created: CONNECTORS, failed: 0 });
    expect(early).toEqual([]);
    // A date taken by its own slow clock would be ten minutes away and cut to the cap of 30 s.
    expect((performance.now() - startedAtMs) * FAST_FACTOR).toBeGreaterThan((waitSeconds - 1) * 1000);
    expect(client.stats()).toMatchObject({ tokenRequests: 1, retryAfterCapped: 0 });
  });
});
