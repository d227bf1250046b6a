import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { KeptRows } from '../../src/state/kept-rows.ts';
import { StateUnavailableError } from '../../src/state/state-errors.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Rows over one value that the test changes, takes away, holds back or makes fail. */
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
  const rows = new KeptRows<string | undefined>({
    clock,
    ...{ freshMs: 3_000, readAheadAfterMs: 1_500, patienceMs: 1_000, staleLimitMs: 300_000, maxEntries: 10 },
    read: async () => {
      readings += 1;
      await stored.held?.promise;
      if (stored.failure !== undefined) throw stored.failure;
      return stored.value;
    },
  });
  return { clock, stored, rows, readings: () => readings };
}

describe('KeptRows', () => {
  it('reads once for many who ask at the same time', async () => {
    const { rows, readings } = createFixture();
    expect(await Promise.all([rows.get('a'), rows.get('a'), rows.get('a')])).toEqual(['first', 'first', 'first']);
    expect(readings()).toBe(1);
  });

  it('gives what is known at once, and reads a busy entry again before it is three seconds old', async () => {
    const { clock, stored, rows, readings } = createFixture();
    await rows.get('a');
    stored.value = 'second';
    clock.advance(1_499);
    expect([rows.get('a'), readings()]).toEqual(['first', 1]);
    clock.advance(1);
    expect([rows.get('a'), readings()]).toEqual(['first', 2]);
    await settle();
    expect([rows.get('a'), readings()]).toEqual(['second', 2]);
  });

  it('reads an entry that nobody used for three seconds before it gives it', async () => {
    const { clock, stored, rows } = createFixture();
    await rows.get('a');
    stored.value = 'second';
    clock.advance(3_000);
    expect(rows.peek('a')).toBeUndefined();
    expect(await rows.get('a')).toBe('second');
  });

  it('forgets at once what is gone', async () => {
    const { clock, stored, rows, readings } = createFixture();
    await rows.get('a');
    stored.value = undefined;
    clock.advance(3_000);
    expect(await rows.get('a')).toBeUndefined();
    expect(await rows.get('a')).toBeUndefined();
    expect(readings()).toBe(3);
  });

  it('waits for a state database that is silent once, for a second, and goes by what it knew', async () => {
    const { clock, stored, rows } = createFixture();
    await rows.get('a');
    stored.held = Promise.withResolvers();
    clock.advance(3_000);
    const waiting = Promise.resolve(rows.get('a'));
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
    expect(await rows.get('a')).toBe('first');
    expect(clock.pendingTimers).toBe(0);
    stored.held.resolve();
  });

  it('does not wait at all for a state database that was silent while a busy entry fell due', async () => {
    const { clock, stored, rows } = createFixture();
    await rows.get('a');
    stored.held = Promise.withResolvers();
    clock.advance(1_500);
    rows.get('a');
    clock.advance(1_500);
    expect(await rows.get('a')).toBe('first');
    stored.held.resolve();
  });

  it('asks a state database that refuses once a second and not for each caller, for five minutes', async () => {
    const { clock, stored, rows, readings } = createFixture();
    await rows.get('a');
    stored.failure = new StateUnavailableError('away');
    clock.advance(3_000);
    for (let caller = 0; caller < 10; caller += 1) expect(await rows.get('a')).toBe('first');
    expect(readings()).toBe(2);
    clock.advance(1_000);
    expect(await rows.get('a')).toBe('first');
    expect(readings()).toBe(3);
    clock.advance(296_000);
    await expect(rows.get('a')).rejects.toBe(stored.failure);
  });

  it('does not read again in the background what failed a moment ago, and says nothing of it to callers', async () => {
    const { clock, stored, rows, readings } = createFixture();
    await rows.get('a');
    stored.failure = new StateUnavailableError('away');
    clock.advance(1_500);
    for (let caller = 0; caller < 3; caller += 1) {
      expect(rows.get('a')).toBe('first');
      await settle();
    }
    expect(readings()).toBe(2);
    clock.advance(1_000);
    expect(rows.get('a')).toBe('first');
    expect(readings()).toBe(3);
  });

  it('forgets what changed here, and does not take up what was read before', async () => {
    const { stored, rows, readings } = createFixture();
    stored.held = Promise.withResolvers();
    const before = rows.get('a');
    rows.forget('a');
    stored.value = 'second';
    stored.held.resolve();
    await before;
    expect(rows.peek('a')).toBeUndefined();
    expect(await rows.get('a')).toBe('second');
    expect([rows.get('a'), readings()]).toEqual(['second', 2]);
  });

  it('counts no longer than it is fresh when it is not told otherwise', async () => {
    const clock = new FakeClock();
    let failure: Error | undefined;
    const read = async () => {
      if (failure !== undefined) throw failure;
      return 'first';
    };
    const rows = new KeptRows<string>({ clock, read, freshMs: 3_000, maxEntries: 10 });
    await rows.get('a');
    failure = new StateUnavailableError('away');
    clock.advance(2_999);
    expect(rows.get('a')).toBe('first');
    clock.advance(1);
    await expect(rows.get('a')).rejects.toBe(failure);
  });

  it('passes on a failure that is not about being away', async () => {
    const { clock, stored, rows } = createFixture();
    await rows.get('a');
    stored.failure = new TypeError('a bug');
    clock.advance(3_000);
    await expect(rows.get('a')).rejects.toThrow('a bug');
    await expect(rows.get('a')).rejects.toThrow('a bug');
  });
});
