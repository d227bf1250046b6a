import { describe, expect, it } from 'vitest';
import { createGate, type Gate, type Permit } from '../../src/http/gate.ts';
import type { PaceReport } from '../../src/http/lane-pace.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEVER = new AbortController().signal;
const FOREVER = Number.POSITIVE_INFINITY;
const ACCEPTED: PaceReport = { refused: false, counted: true, quota: null, namesTime: false };

function setUp(): { clock: FakeClock; gate: Gate } {
  const clock = new FakeClock();
  return { clock, gate: createGate({ clock, longestWaitMs: 30_000 }) };
}

function quotaOf(remaining: number, ratePerSecond: number | null): PaceReport {
  return { ...ACCEPTED, quota: { remaining, resetSeconds: 1, ratePerSecond } };
}

/** Passes and ends `count` requests that are sent together; resolves to how many have passed at any time. */
function send(gate: Gate, count: number): { passed: number; permits: Permit[] } {
  const sent = { passed: 0, permits: [] as Permit[] };
  for (let index = 0; index < count; index += 1) {
    void gate.pass('write', FOREVER, NEVER).then((permit) => {
      sent.passed += 1;
      sent.permits.push(permit);
    });
  }
  return sent;
}

describe('a closed gate', () => {
  it('holds all until the named time, and then lets through as the pace allows', async () => {
    const { clock, gate } = setUp();
    gate.closeFor(2_000);
    const sent = send(gate, 16);
    await clock.advance(1_999);
    expect(sent.passed).toBe(0);
    await clock.advance(1);
    expect(sent.passed).toBe(4);
    while (sent.permits.length > 0) {
      sent.permits.shift()?.end(ACCEPTED);
      await clock.advance(0);
    }
    expect(sent.passed).toBe(16);
  });

  it('is prolonged for those who wait already, and never opened early by a shorter wait', async () => {
    const { clock, gate } = setUp();
    gate.closeFor(1_000);
    const sent = send(gate, 1);
    gate.closeFor(3_000);
    gate.closeFor(10);
    await clock.advance(2_999);
    expect(sent.passed).toBe(0);
    await clock.advance(1);
    expect(sent.passed).toBe(1);
  });

  it('closes both lanes', async () => {
    const { clock, gate } = setUp();
    gate.closeFor(1_000);
    let hasPassed = false;
    void gate.pass('read', FOREVER, NEVER).then(() => (hasPassed = true));
    await clock.advance(999);
    expect(hasPassed).toBe(false);
    await clock.advance(1);
    expect(hasPassed).toBe(true);
  });

  it('says at once that the wait is longer than the deadline, to callers that come and callers that wait', async () => {
    const { clock, gate } = setUp();
    gate.closeFor(5_000);
    const waiting = gate.pass('write', clock.monotonicMs() + 9_999, NEVER);
    gate.closeFor(10_000);
    await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    const deadlineAtMs = clock.monotonicMs() + 9_999;
    await expect(gate.pass('write', deadlineAtMs, NEVER)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await expect(gate.whenOpen(deadlineAtMs, NEVER)).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(clock.timers).toBe(0);
  });

  it('lets go of callers that are aborted, and leaves no timer', async () => {
    const { clock, gate } = setUp();
    gate.closeFor(10_000);
    const controller = new AbortController();
    const calls = [gate.pass('write', FOREVER, controller.signal), gate.whenOpen(FOREVER, controller.signal)];
    controller.abort(new Error('enough'));
    for (const call of calls) await expect(call).rejects.toThrow('enough');
    expect(clock.timers).toBe(0);
    expect(gate.state('write').waiting).toBe(0);
  });
});

describe('an open gate', () => {
  it('lets a few through before the first answer, and more with each that is accepted', async () => {
    const { clock, gate } = setUp();
    const sent = send(gate, 40);
    await clock.advance(0);
    expect(sent.passed).toBe(4);
    for (let count = 0; count < 20; count += 1) {
      sent.permits.shift()?.end(ACCEPTED);
      await clock.advance(0);
    }
    expect(sent.passed - 20).toBe(6);
  });

  it('lets through what the quota leaves, and one more for each that is refilled', async () => {
    const { clock, gate } = setUp();
    const first = send(gate, 1);
    await clock.advance(0);
    first.permits[0]?.end(quotaOf(3, 10));
    const sent = send(gate, 9);
    await clock.advance(0);
    expect(sent.passed).toBe(3);
    await clock.advance(99);
    expect(sent.passed).toBe(3);
    await clock.advance(1);
    expect(sent.passed).toBe(4);
    expect(gate.state('write')).toEqual({ limitPerSecond: 10, source: 'header', waiting: 5 });
  });

  it('counts reads and writes apart', async () => {
    const { clock, gate } = setUp();
    const first = send(gate, 1);
    await clock.advance(0);
    first.permits[0]?.end(quotaOf(0, 1));
    await expect(gate.pass('read', FOREVER, NEVER)).resolves.toBeDefined();
    expect(gate.state('read')).toEqual({ limitPerSecond: null, source: 'none', waiting: 0 });
  });

  it('lets one through after the longest wait, however far off the renewal is said to be', async () => {
    const { clock, gate } = setUp();
    const first = send(gate, 1);
    await clock.advance(0);
    first.permits[0]?.end({ ...ACCEPTED, quota: { remaining: 0, resetSeconds: 86_400, ratePerSecond: null } });
    const sent = send(gate, 2);
    await clock.advance(29_999);
    expect(sent.passed).toBe(0);
    await clock.advance(1);
    expect(sent.passed).toBe(1);
  });

  it('goes on when nothing that was under way was answered', async () => {
    const { clock, gate } = setUp();
    const sent = send(gate, 8);
    await clock.advance(0);
    for (const permit of sent.permits.splice(0)) permit.end(null);
    await clock.advance(0);
    expect(sent.passed).toBe(8);
  });
});
