import { describe, expect, it } from 'vitest';
import { createGate } from '../../src/http/gate.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEVER = new AbortController().signal;

describe('gate', () => {
  it('lets everybody pass while it is open', async () => {
    const gate = createGate(new FakeClock());
    await expect(gate.pass(Number.POSITIVE_INFINITY, NEVER)).resolves.toBeUndefined();
  });

  it('holds all until the named time, and then lets all pass', async () => {
    const clock = new FakeClock();
    const gate = createGate(clock);
    gate.closeFor(2_000);
    let passed = 0;
    const waiting = Array.from({ length: 16 }, () =>
      gate.pass(Number.POSITIVE_INFINITY, NEVER).then(() => (passed += 1)),
    );
    await clock.advance(1_999);
    expect(passed).toBe(0);
    await clock.advance(1);
    await Promise.all(waiting);
    expect(passed).toBe(16);
  });

  it('is prolonged for those who wait already', async () => {
    const clock = new FakeClock();
    const gate = createGate(clock);
    gate.closeFor(1_000);
    let hasPassed = false;
    const waiting = gate.pass(Number.POSITIVE_INFINITY, NEVER).then(() => (hasPassed = true));
    gate.closeFor(3_000);
    await clock.advance(2_500);
    expect(hasPassed).toBe(false);
    await clock.advance(500);
    await waiting;
  });

  it('is never opened early by a shorter wait', async () => {
    const clock = new FakeClock();
    const gate = createGate(clock);
    gate.closeFor(3_000);
    gate.closeFor(10);
    let hasPassed = false;
    const waiting = gate.pass(Number.POSITIVE_INFINITY, NEVER).then(() => (hasPassed = true));
    await clock.advance(2_999);
    expect(hasPassed).toBe(false);
    await clock.advance(1);
    await waiting;
  });

  it('says at once that the wait is longer than the deadline', async () => {
    const clock = new FakeClock();
    const gate = createGate(clock);
    gate.closeFor(10_000);
    const call = gate.pass(clock.monotonicMs() + 9_999, NEVER);
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(clock.timers).toBe(0);
  });

  it('lets go of whoever is aborted, and leaves no timer', async () => {
    const clock = new FakeClock();
    const gate = createGate(clock);
    gate.closeFor(10_000);
    const controller = new AbortController();
    const call = gate.pass(Number.POSITIVE_INFINITY, controller.signal);
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow('enough');
    expect(clock.timers).toBe(0);
  });
});
