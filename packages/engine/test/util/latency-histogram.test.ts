import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyHistogram } from '../../src/util/latency-histogram.ts';

const durations = fc.array(fc.double({ min: 0.04, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 300 });

describe('LatencyHistogram', () => {
  it('gives each quantile within 5 % of the true one', () => {
    fc.assert(
      fc.property(durations, fc.constantFrom(0.5, 0.95, 0.99, 1), (samples, fraction) => {
        const histogram = new LatencyHistogram();
        for (const sample of samples) histogram.record(sample);
        const truth = samples.toSorted((a, b) => a - b)[Math.ceil(fraction * samples.length) - 1] ?? 0;
        expect(Math.abs(histogram.quantileMs(fraction) - truth) / truth).toBeLessThanOrEqual(0.05);
      }),
    );
  });

  it('counts up to a power of two exactly, the bound itself included', () => {
    fc.assert(
      fc.property(durations, (samples) => {
        const bounds = [0.5, 1, 2, 4, 8, 1024];
        const histogram = new LatencyHistogram();
        for (const sample of [...samples, ...bounds]) histogram.record(sample);
        const truth = bounds.map((bound) => [...samples, ...bounds].filter((sample) => sample <= bound).length);
        expect(histogram.countsUpTo(bounds)).toEqual(truth);
      }),
    );
  });

  it('is as if all samples had come to one when two are added', () => {
    const [left, right, both] = [new LatencyHistogram(), new LatencyHistogram(), new LatencyHistogram()];
    for (const sample of [0.1, 3, 9]) left.record(sample);
    for (const sample of [0.2, 700]) right.record(sample);
    for (const sample of [0.1, 3, 9, 0.2, 700]) both.record(sample);
    left.add(right);
    expect([left.count, left.quantileMs(0.5), left.quantileMs(1)]).toEqual([
      both.count,
      both.quantileMs(0.5),
      both.quantileMs(1),
    ]);
    expect(left.sumMs).toBeCloseTo(both.sumMs);
  });

  it.each([0, -1, Number.NaN, 1e12, Number.POSITIVE_INFINITY])('does not lose count of %d', (sample) => {
    const histogram = new LatencyHistogram();
    histogram.record(sample);
    expect(histogram.count).toBe(1);
    expect(histogram.countsUpTo([2 ** 30])).toEqual([1]);
  });

  it('has quantiles of 0 as long as it is empty', () => {
    expect(new LatencyHistogram().quantileMs(0.99)).toBe(0);
  });
});
