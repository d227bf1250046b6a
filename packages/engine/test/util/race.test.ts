import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { onAbort, race } from '../../src/util/race.ts';
import { withDeadline } from '../../src/util/with-deadline.ts';

const NEVER = new Promise<never>(() => {});

describe('a race against an ending', () => {
  it('settles with the promise when that is first, and stops listening', async () => {
    const { signal } = new AbortController();
    expect(await race(Promise.resolve('answer'), onAbort(signal), () => 'late')).toBe('answer');
    await expect(race(Promise.reject(new Error('failed')), onAbort(signal), () => 'late')).rejects.toThrow('failed');
  });

  it('settles with what comes instead when the ending is first, also when it has come already', async () => {
    const controller = new AbortController();
    const raced = race(NEVER, onAbort(controller.signal), () => 'late');
    controller.abort();
    expect(await raced).toBe('late');
    expect(await race(NEVER, onAbort(controller.signal), () => 'late')).toBe('late');
  });

  it('rejects with what is thrown instead', async () => {
    const late = () => {
      throw new Error('too late');
    };
    await expect(race(NEVER, onAbort(AbortSignal.abort()), late)).rejects.toThrow('too late');
  });
});

describe('waiting with a deadline', () => {
  it('ends at its moment and leaves no timer', async () => {
    const clock = new FakeClock();
    const waited = withDeadline(NEVER, { clock, endsAtMs: clock.monotonicMs() + 50 }, () => 'late');
    clock.advance(49);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(1);
    expect(await waited).toBe('late');
    expect(clock.pendingTimers).toBe(0);
  });

  it('leaves no timer when the promise is first', async () => {
    const clock = new FakeClock();
    const deadline = { clock, endsAtMs: clock.monotonicMs() + 50 };
    expect(await withDeadline(Promise.resolve('answer'), deadline, () => 'late')).toBe('answer');
    expect(clock.pendingTimers).toBe(0);
  });

  it('rejects with the reason of its signal, and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const deadline = { clock, endsAtMs: clock.monotonicMs() + 50, signal: controller.signal };
    const waited = withDeadline(NEVER, deadline, () => 'late');
    controller.abort(new Error('enough'));
    await expect(waited).rejects.toThrow('enough');
    await expect(withDeadline(NEVER, deadline, () => 'late')).rejects.toThrow('enough');
    expect(clock.pendingTimers).toBe(0);
  });
});
