import { describe, expect, it } from 'vitest';
import { WatchedEntries } from '../../../src/features/oauth/watched-entries.ts';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import { FakeClock } from '../../support/fake-clock.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Entries over one value that the test changes, takes away, holds back or makes fail. */
function createFixture() {
  const clock = new FakeClock();
  const stored: {
    value: string | undefined;
    failure: Error | undefined;
    held: PromiseWithResolvers<void> | undefined;
  } = {
    value: 'first',
    failure: undefined,
    held: undefined,
  };
  let readings = 0;
  const entries = new WatchedEntries<string>({
    clock,
    read: async () => {
      readings += 1;
      await stored.held?.promise;
      if (stored.failure !== undefined) throw stored.failure;
      return stored.value;
    },
  });
  return { clock, stored, entries, readings: () => readings };
}

describe('WatchedEntries', () => {
  it('reads once for many who ask at the same time', async () => {
    const { entries, readings } = createFixture();
    expect(await Promise.all([entries.find('a'), entries.find('a'), entries.find('a')])).toEqual([
      'first',
      'first',
      'first',
    ]);
    expect(readings()).toBe(1);
  });

  it('gives what is known at once, and reads a busy entry again before it is three seconds old', async () => {
    const { clock, stored, entries, readings } = createFixture();
    await entries.find('a');
    stored.value = 'second';
    clock.advance(1_499);
    expect([entries.find('a'), readings()]).toEqual(['first', 1]);
    clock.advance(1);
    expect([entries.find('a'), readings()]).toEqual(['first', 2]);
    await settle();
    expect([entries.find('a'), readings()]).toEqual(['second', 2]);
  });

  it('reads an entry that nobody used for three seconds before it gives it', async () => {
    const { clock, stored, entries } = createFixture();
    await entries.find('a');
    stored.value = 'second';
    clock.advance(3_000);
    expect(entries.peek('a')).toBeUndefined();
    expect(await entries.find('a')).toBe('second');
  });

  it('forgets at once what is gone', async () => {
    const { clock, stored, entries, readings } = createFixture();
    await entries.find('a');
    stored.value = undefined;
    clock.advance(3_000);
    expect(await entries.find('a')).toBeUndefined();
    expect(await entries.find('a')).toBeUndefined();
    expect(readings()).toBe(3);
  });

  it('waits for a state database that is silent once, for a second, and goes by what it knew', async () => {
    const { clock, stored, entries } = createFixture();
    await entries.find('a');
    stored.held = Promise.withResolvers();
    clock.advance(3_000);
    const waiting = Promise.resolve(entries.find('a'));
    clock.advance(999);
    await settle();
    let answered = false;
    void waiting.then(() => {
      answered = true;
    });
    await settle();
    expect(answered).toBe(false);
    clock.advance(1);
    expect(await waiting).toBe('first');
    expect(await entries.find('a')).toBe('first');
    expect(clock.pendingTimers).toBe(0);
    stored.held.resolve();
  });

  it('does not wait at all for a state database that was silent while a busy entry fell due', async () => {
    const { clock, stored, entries } = createFixture();
    await entries.find('a');
    stored.held = Promise.withResolvers();
    clock.advance(1_500);
    entries.find('a');
    clock.advance(1_500);
    expect(await entries.find('a')).toBe('first');
    stored.held.resolve();
  });

  it('asks a state database that refuses once a second and not for each caller, for five minutes', async () => {
    const { clock, stored, entries, readings } = createFixture();
    await entries.find('a');
    stored.failure = new StateUnavailableError('away');
    clock.advance(3_000);
    for (let caller = 0; caller < 10; caller += 1) expect(await entries.find('a')).toBe('first');
    expect(readings()).toBe(2);
    clock.advance(1_000);
    expect(await entries.find('a')).toBe('first');
    expect(readings()).toBe(3);
    clock.advance(296_000);
    await expect(entries.find('a')).rejects.toBe(stored.failure);
  });

  it('passes on a failure that is not about being away', async () => {
    const { clock, stored, entries } = createFixture();
    await entries.find('a');
    stored.failure = new TypeError('a bug');
    clock.advance(3_000);
    await expect(entries.find('a')).rejects.toThrow('a bug');
  });
});
