import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from '../../src/util/token-bucket.ts';

describe('a token bucket', () => {
  it('allows one second worth at once, then its rate', () => {
    const bucket = new TokenBucket(5, 0);
    expect(Array.from({ length: 6 }, () => bucket.take(0))).toEqual([0, 0, 0, 0, 0, 200]);
    expect(bucket.take(199)).toBeCloseTo(1);
    expect(bucket.take(200)).toBe(0);
  });

  it('allows one at a time where the rate is below one a second', () => {
    const bucket = new TokenBucket(0.1, 0);
    expect([bucket.take(0), bucket.take(0)]).toEqual([0, 10_000]);
    expect(bucket.take(10_000)).toBe(0);
  });

  it('never allows more than its rate and one second worth, however it is asked', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 200 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 50 }), (gaps, rate) => {
        const bucket = new TokenBucket(rate, 0);
        let now = 0;
        let taken = 0;
        for (const gap of gaps) {
          now += gap;
          if (bucket.take(now) === 0) taken += 1;
        }
        expect(taken).toBeLessThanOrEqual(rate + (now / 1000) * rate + 1e-6);
      }),
    );
  });

  it('saves up no more than a lower rate allows when the rate is lowered', () => {
    const bucket = new TokenBucket(100, 0);
    bucket.setRate(1);
    expect([bucket.take(0), bucket.take(0)]).toEqual([0, 1000]);
  });

  it('counts what has happened all the same, so that the wait grows', () => {
    const bucket = new TokenBucket(2, 0, 3);
    for (let count = 0; count < 3; count += 1) bucket.spend(0);
    expect([bucket.waitMs(0), bucket.left, bucket.fullInMs]).toEqual([500, 0, 1500]);
    bucket.spend(0);
    expect(bucket.waitMs(0)).toBe(1000);
    expect(bucket.waitMs(1000)).toBe(0);
  });
});
