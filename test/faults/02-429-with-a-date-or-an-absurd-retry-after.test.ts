import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient } from '../../packages/client/test/support/bodies.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { problem } from '../../packages/client/test/support/scripted-server.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CAP_MS = 1_200;
/** Full jitter of the first round. */
const BACKOFF_MAX_MS = 250;
/** A busy machine may be late; early is what must not be. */
const LATE_MS = 2_000;

const seed = openFaultSeed(process.env, 'row 2');
const random = createRandom(seed);
const SKEW_MS = random.pick([-600_000, 600_000, 0]);

/** The server's clock is off by ten minutes, one way or the other; its own Date says so. */
function httpDate(nowMs: number, offsetMs: number): string {
  return new Date(nowMs + SKEW_MS + offsetMs).toUTCString();
}

describe('429 with a date, or with a Retry-After that makes no sense', () => {
  const waitSeconds = random.between(1, 2);
  it.each<[string, (nowMs: number) => string | undefined, number, number]>([
    ['seconds', () => '1', 1_000, 1_000],
    ['a date ahead', (nowMs) => httpDate(nowMs, 1_000 * waitSeconds), 1_000, CAP_MS],
    ['a date that has passed', (nowMs) => httpDate(nowMs, -1_000 * random.between(1, 1_000_000)), 0, BACKOFF_MAX_MS],
    ['zero', () => '0', 0, BACKOFF_MAX_MS],
    ['minus one', () => '-1', 0, BACKOFF_MAX_MS],
    ['thirty years', () => '1000000000', CAP_MS, CAP_MS],
    ['a power of ten', () => '1e9', 0, BACKOFF_MAX_MS],
    ['a word', () => random.pick(['soon', 'later', 'NaN', 'Infinity', '∞']), 0, BACKOFF_MAX_MS],
    ['nothing', () => undefined, 0, BACKOFF_MAX_MS],
  ])('%s: waits as told, or a bounded while, and goes on', async (name, retryAfter, leastMs, mostMs) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { maxRetryAfterMs: CAP_MS, random: random.next });
    let refusedAtMs = 0;
    let waitedMs = 0;
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      if (refusedAtMs > 0) {
        waitedMs = performance.now() - refusedAtMs;
        return false;
      }
      refusedAtMs = performance.now();
      const nowMs = Date.now();
      const value = retryAfter(nowMs);
      const encoded = value === undefined ? {} : { 'retry-after': Buffer.from(value, 'utf8').toString('latin1') };
      problem(response, 429, 'RATE_LIMITED', { date: httpDate(nowMs, 0), ...encoded });
      return true;
    };
    await client.connectors.put(connectorBody('c1'));
    expect(engine.changes).toEqual(['create c1']);
    expect(waitedMs).toBeGreaterThanOrEqual(leastMs - 1);
    expect(waitedMs).toBeLessThanOrEqual(mostMs + LATE_MS);
    const wasCapped = name === 'thirty years' || (name === 'a date ahead' && waitSeconds === 2);
    expect(client.stats().retryAfterCapped).toBe(wasCapped ? 1 : 0);
  });
});
