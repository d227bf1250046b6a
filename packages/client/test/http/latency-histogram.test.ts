import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/http/latency-histogram.ts';

describe('LatencyHistogram', () => {
  it('is all zero before the first sample', () => {
    const { count, p50Ms, p99Ms, maxMs, outcomes } = new LatencyHistogram().snapshot();
    expect([count, p50Ms, p99Ms, maxMs]).toEqual([0, 0, 0, 0]);
    expect(Object.values(outcomes).every((value) => value === 0)).toBe(true);
  });

  it('counts by outcome', () => {
    const histogram = new LatencyHistogram();
    histogram.record(1, 'success');
    histogram.record(2, 'success');
    histogram.record(3, 'rate-limited');
    expect(histogram.snapshot()).toMatchObject({ count: 3, maxMs: 3, outcomes: { success: 2, 'rate-limited': 1 } });
  });

  it('keeps every percentile within 5 % of the true one', () => {
    const samples = fc.array(fc.double({ min: 0.1, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 300 });
    fc.assert(
      fc.property(samples, (latencies) => {
        const histogram = new LatencyHistogram();
        for (const latencyMs of latencies) histogram.record(latencyMs, 'success');
        const sorted = [...latencies].sort((left, right) => left - right);
        const snapshot = histogram.snapshot();
        for (const [fraction, found] of [
          [0.5, snapshot.p50Ms],
          [0.95, snapshot.p95Ms],
          [0.99, snapshot.p99Ms],
        ] as const) {
          const truth = sorted[Math.ceil(fraction * sorted.length) - 1] ?? 0;
          expect(Math.abs(found - truth) / truth).toBeLessThanOrEqual(0.05);
        }
      }),
    );
  });

  it.each([0, -1, Number.NaN, 1e12])('takes the odd sample %d', (latencyMs) => {
    const histogram = new LatencyHistogram();
    histogram.record(latencyMs, 'timeout');
    expect(histogram.snapshot().count).toBe(1);
  });
});
