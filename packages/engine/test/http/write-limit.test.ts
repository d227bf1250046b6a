import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { WriteLimit } from '../../src/http/write-limit.ts';

describe('WriteLimit', () => {
  it('lets one second of requests through at once and refuses the next with the time to wait', () => {
    const limit = new WriteLimit(50, new FakeClock());
    const allowed = Array.from({ length: 50 }, () => limit.take('a')).filter((decision) => decision.allowed);
    expect(allowed).toHaveLength(50);
    expect(limit.take('a')).toEqual({
      allowed: false,
      retryAfterSeconds: 1,
      headers: { 'ratelimit-policy': '"write";q=50;w=1', ratelimit: '"write";r=0;t=1', 'retry-after': '1' },
    });
  });

  it('says on each allowed answer how many are left', () => {
    const limit = new WriteLimit(50, new FakeClock());
    expect(limit.take('a').headers).toEqual({
      'ratelimit-policy': '"write";q=50;w=1',
      ratelimit: '"write";r=49;t=1',
    });
    expect(limit.take('a').headers.ratelimit).toBe('"write";r=48;t=1');
  });

  it('allows again exactly when one request has been refilled, not a millisecond earlier', () => {
    const clock = new FakeClock();
    const limit = new WriteLimit(50, clock);
    for (let count = 0; count < 50; count += 1) limit.take('a');
    clock.advance(19);
    expect(limit.take('a').allowed).toBe(false);
    clock.advance(1);
    expect(limit.take('a').allowed).toBe(true);
    expect(limit.take('a').allowed).toBe(false);
  });

  it('counts each client by itself', () => {
    const limit = new WriteLimit(1, new FakeClock());
    expect([limit.take('a').allowed, limit.take('a').allowed, limit.take('b').allowed]).toEqual([true, false, true]);
  });

  it('does not move with the wall clock', () => {
    const clock = new FakeClock();
    const limit = new WriteLimit(1, clock);
    limit.take('a');
    clock.jumpWall(3_600_000);
    expect(limit.take('a').allowed).toBe(false);
  });

  it('never lets more through in any span than the rate and one burst allow', () => {
    const runs = fc.array(
      fc.record({ waitMs: fc.integer({ min: 0, max: 400 }), tries: fc.integer({ min: 1, max: 9 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), runs, (perSecond, steps) => {
        const clock = new FakeClock();
        const limit = new WriteLimit(perSecond, clock);
        let [elapsedMs, allowed] = [0, 0];
        for (const { waitMs, tries } of steps) {
          clock.advance(waitMs);
          elapsedMs += waitMs;
          for (let count = 0; count < tries; count += 1) if (limit.take('a').allowed) allowed += 1;
          expect(allowed).toBeLessThanOrEqual(perSecond + Math.floor((elapsedMs * perSecond) / 1000));
        }
      }),
    );
  });

  it('never tells a client to wait for less than it takes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 60 }), (perSecond, tries) => {
        const clock = new FakeClock();
        const limit = new WriteLimit(perSecond, clock);
        let decision = limit.take('a');
        for (let count = 1; count < tries; count += 1) decision = limit.take('a');
        clock.advance(decision.retryAfterSeconds * 1000);
        expect(decision.allowed || limit.take('a').allowed).toBe(true);
      }),
    );
  });
});
