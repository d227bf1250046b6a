import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { RateLimit } from '../../src/util/rate-limit.ts';

describe('a rate limit', () => {
  it('lets a name that is not known go ahead, and asking for it counts nothing', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, new FakeClock());
    expect([limit.waitSeconds('a'), limit.waitSeconds('a'), limit.take('a').waitMs]).toEqual([0, 0, 0]);
    expect([limit.waitSeconds('a'), limit.waitSeconds('b')]).toEqual([1, 0]);
  });

  it('forgives what was spent at its rate', () => {
    const clock = new FakeClock();
    const limit = new RateLimit({ perSecond: 1, burst: 20 }, clock);
    for (let count = 0; count < 22; count += 1) limit.spend('a');
    expect(limit.waitSeconds('a')).toBe(3);
    clock.advance(2_999);
    expect(limit.waitSeconds('a')).toBe(1);
    clock.advance(1);
    expect(limit.waitSeconds('a')).toBe(0);
  });

  it('forgets the name that was used longest ago when it knows too many', () => {
    const limit = new RateLimit({ perSecond: 1, burst: 1 }, new FakeClock());
    for (const name of ['first', 'second', 'first']) limit.spend(name);
    for (let count = 0; count < 9_999; count += 1) limit.spend(`name ${count}`);
    expect([limit.waitSeconds('first'), limit.waitSeconds('second')]).toEqual([2, 0]);
  });
});
