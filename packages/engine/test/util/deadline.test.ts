import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { Deadline } from '../../src/util/deadline.ts';
import { DeadlineWatch, type Wait } from '../../src/util/deadline-watch.ts';

describe('a deadline', () => {
  it('counts from when the request was read and keeps 25 ms back for the answer', () => {
    const clock = new FakeClock();
    const startedAt = clock.monotonicMs();
    clock.advance(200);
    const deadline = new Deadline(clock, startedAt, 3000);
    expect(deadline.endsAtMs).toBe(startedAt + 3000);
    expect(deadline.remainingMs()).toBe(3000 - 25 - 200);
    expect(deadline.workEndsAtMs).toBeLessThan(deadline.answerAtMs);
    expect(deadline.answerAtMs).toBeLessThan(deadline.endsAtMs);
  });

  it('keeps a twentieth back of a short budget', () => {
    const clock = new FakeClock();
    expect(new Deadline(clock, clock.monotonicMs(), 100).remainingMs()).toBe(95);
  });

  it('has nothing left once it is past', () => {
    const clock = new FakeClock();
    const deadline = new Deadline(clock, clock.monotonicMs(), 100);
    expect(deadline.isPast).toBe(false);
    clock.advance(95);
    expect(deadline.isPast).toBe(true);
    clock.advance(1000);
    expect(deadline.remainingMs()).toBe(0);
  });
});

describe('a deadline watch', () => {
  const setUp = () => {
    const clock = new FakeClock();
    const watch = new DeadlineWatch(clock);
    const expired: string[] = [];
    const wait = (name: string, inMs: number): Wait => ({
      endsAtMs: clock.monotonicMs() + inMs,
      expire: () => expired.push(name),
    });
    return { clock, watch, expired, wait };
  };

  it('ends each wait at its own time, in whatever order they came', () => {
    const { clock, watch, expired, wait } = setUp();
    for (const [name, inMs] of [
      ['late', 300],
      ['early', 100],
      ['middle', 200],
    ] as const)
      watch.add(wait(name, inMs));
    clock.advance(99);
    expect(expired).toEqual([]);
    clock.advance(51);
    expect(expired).toEqual(['early']);
    clock.advance(150);
    expect(expired).toEqual(['early', 'middle', 'late']);
    expect(watch.size).toBe(0);
  });

  it('has one timer for any number of waits, and none once all have ended', () => {
    const { clock, watch, wait } = setUp();
    for (let index = 0; index < 1000; index += 1) watch.add(wait(String(index), 100 + index));
    expect(clock.pendingTimers).toBe(1);
    clock.advance(2000);
    expect(clock.pendingTimers).toBe(0);
  });

  it('never ends a wait that was withdrawn, not even by one that ends at the same time', () => {
    const { clock, watch, expired, wait } = setUp();
    const second = wait('second', 100);
    watch.add({
      endsAtMs: clock.monotonicMs() + 100,
      expire: () => watch.delete(second),
    });
    watch.add(second);
    clock.advance(200);
    expect(expired).toEqual([]);
  });

  it('gives up on a promise at its time and ignores what it does later', async () => {
    const { clock, watch } = setUp();
    const { promise, reject } = Promise.withResolvers<string>();
    const raced = watch.race(promise, clock.monotonicMs() + 50, 'late');
    clock.advance(60);
    reject(new Error('too late to matter'));
    expect(await raced).toBe('late');
    expect(watch.size).toBe(0);
  });

  it('passes on what a promise in time resolves or rejects to', async () => {
    const { clock, watch } = setUp();
    expect(await watch.race(Promise.resolve('answer'), clock.monotonicMs() + 50, 'late')).toBe('answer');
    await expect(watch.race(Promise.reject(new Error('failed')), clock.monotonicMs() + 50, 'late')).rejects.toThrow(
      'failed',
    );
    expect(watch.size).toBe(0);
  });

  it('has no timer any more when it is finishing and its last wait was undone', () => {
    const { clock, watch, expired, wait } = setUp();
    const [first, second] = [wait('first', 100), wait('second', 200)];
    watch.add(first);
    watch.add(second);
    watch.finish();
    watch.delete(first);
    expect(clock.pendingTimers).toBe(1);
    watch.delete(second);
    expect([clock.pendingTimers, expired]).toEqual([0, []]);
  });

  it('ends every wait when it is closed, those that another one brings too, and leaves no timer behind', () => {
    const { clock, watch, expired, wait } = setUp();
    watch.add({
      endsAtMs: clock.monotonicMs() + 100,
      expire: () => watch.add(wait('brought', 500)),
    });
    watch.add(wait('other', 300));
    watch.close();
    expect([expired.toSorted(), watch.size]).toEqual([['brought', 'other'], 0]);
    clock.advance(1000);
    expect(clock.pendingTimers).toBe(0);
  });
});
