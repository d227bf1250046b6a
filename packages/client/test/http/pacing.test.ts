import { describe, expect, it } from 'vitest';
import { createRandom } from '../support/random.ts';
import { type Limit, type SimulatedArrival, simulate } from './simulated-limit.ts';

const EVEN: Limit = { says: 'quota', rate: 50, burst: 50 };

function percent(part: number, of: number): number {
  return (100 * part) / of;
}

function sentIn(arrivals: readonly SimulatedArrival[], fromMs: number, toMs: number): number {
  return arrivals.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length;
}

describe.each([1, 2, 3])('a gate, chance %i', (seed) => {
  const random = createRandom(seed);

  it.each([
    { rate: 50, burst: 50, items: 300 },
    { rate: 50, burst: 10, items: 300 },
    { rate: 20, burst: 5, items: 120 },
    { rate: 200, burst: 200, items: 1_000 },
    { rate: 5, burst: 5, items: 60 },
  ])('is never refused by a quota of $rate/s with a burst of $burst, and leaves none of it', async (limit) => {
    const { refused, timeOverIdeal } = await simulate({ ...EVEN, ...limit }, limit, random);
    expect(refused).toBe(0);
    expect(timeOverIdeal).toBeLessThanOrEqual(1.02);
  });

  it.each([
    { rate: 50, items: 600 },
    { rate: 20, items: 400 },
    { rate: 200, items: 1_500 },
  ])('finds $rate/s from refusals that name a time', async ({ rate, items }) => {
    const limit: Limit = { says: 'retry-after', rate, burst: rate };
    const { refused, timeOverIdeal } = await simulate(limit, { items }, random);
    expect(timeOverIdeal).toBeLessThanOrEqual(1.1);
    expect(percent(refused, items)).toBeLessThanOrEqual(5);
  });

  it.each([
    { rate: 50, burst: 50, items: 600 },
    { rate: 20, burst: 20, items: 500 },
    { rate: 50, burst: 10, items: 600 },
    { rate: 200, burst: 200, items: 1_500 },
  ])('finds $rate/s with a burst of $burst from bare refusals', async ({ items, ...limit }) => {
    const { refused, timeOverIdeal } = await simulate({ ...limit, says: 'nothing' }, { items }, random);
    expect(timeOverIdeal).toBeLessThanOrEqual(1.15);
    expect(percent(refused, items)).toBeLessThanOrEqual(5);
  });

  it('learns even with a quota that says more is left than there is', async () => {
    const limit: Limit = { ...EVEN, quotaOf: () => ({ remaining: 900, resetSeconds: 10, ratePerSecond: 100 }) };
    const { refused, timeOverIdeal } = await simulate(limit, { items: 600 }, random);
    expect(timeOverIdeal).toBeLessThanOrEqual(1.1);
    expect(percent(refused, 600)).toBeLessThanOrEqual(5);
  });

  it('waits for the renewal of a quota that names no rate', async () => {
    const quotaOf: Limit['quotaOf'] = (quota) => ({ ...quota, ratePerSecond: null });
    const limit: Limit = { says: 'quota', rate: 50, burst: 250, windowSeconds: 5, quotaOf };
    const { refused, timeOverIdeal } = await simulate(limit, { items: 970 }, random);
    expect(timeOverIdeal).toBeLessThanOrEqual(1.2);
    expect(percent(refused, 970)).toBeLessThanOrEqual(1);
  });

  it('gets along with a quota that is renewed all at once', async () => {
    const limit: Limit = { says: 'quota', rate: 50, burst: 250, windowSeconds: 5 };
    const { refused, timeOverIdeal } = await simulate(limit, { items: 970 }, random);
    // The first window is spent at once and then waited for; those after it are spread.
    expect(timeOverIdeal).toBeLessThanOrEqual(1.45);
    expect(percent(refused, 970)).toBeLessThanOrEqual(1);
  });

  it('follows a quota that halves, and one that doubles, within a second', async () => {
    const changes = [
      { atMs: 5_000, rate: 25 },
      { atMs: 10_000, rate: 50 },
    ];
    const { arrivals, refused } = await simulate({ ...EVEN, changes }, { items: 2_000, untilMs: 15_000 }, random);
    expect(refused).toBe(0);
    for (let fromMs = 6_000; fromMs <= 9_000; fromMs += 100) {
      expect(Math.abs(sentIn(arrivals, fromMs, fromMs + 1_000) - 25)).toBeLessThanOrEqual(2.5);
    }
    for (let fromMs = 11_000; fromMs <= 14_000; fromMs += 100) {
      expect(Math.abs(sentIn(arrivals, fromMs, fromMs + 1_000) - 50)).toBeLessThanOrEqual(5);
    }
  });

  it.each(['retry-after', 'nothing'] as const)('follows an untold limit (%s) within three seconds', async (says) => {
    const changes = [
      { atMs: 6_000, rate: 25 },
      { atMs: 14_000, rate: 50 },
    ];
    const limit: Limit = { ...EVEN, says, changes };
    const { arrivals, refused } = await simulate(limit, { items: 4_000, untilMs: 22_000 }, random);
    expect(Math.abs(sentIn(arrivals, 9_000, 14_000) / 5 - 25)).toBeLessThanOrEqual(2.5);
    // More than the rate for a while is no mistake: the bucket was full.
    expect(sentIn(arrivals, 17_000, 22_000) / 5).toBeGreaterThanOrEqual(45);
    expect(percent(refused, arrivals.length)).toBeLessThanOrEqual(5);
  });

  it('shares a quota evenly with two other clients that do the same', async () => {
    const { arrivals, refused, timeOverIdeal } = await simulate(EVEN, { items: 300, clients: 3 }, random);
    expect(timeOverIdeal).toBeLessThanOrEqual(1.1);
    expect(percent(refused, 900)).toBeLessThanOrEqual(2);
    const accepted = arrivals.filter((arrival) => arrival.accepted).slice(0, 600);
    for (const client of [0, 1, 2]) {
      expect(percent(accepted.filter((arrival) => arrival.client === client).length, 600)).toBeGreaterThanOrEqual(25);
    }
  });
});
