import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { DueHeap } from '../../../src/features/health/due-heap.ts';
import { firstDelayMs, HealthScheduler, withJitter } from '../../../src/features/health/health-scheduler.ts';

describe('DueHeap', () => {
  it('gives the keys back in order, whatever was set, moved and deleted before', () => {
    const key = fc.integer({ min: 0, max: 20 }).map(String);
    const change = fc.oneof(
      fc.record({ key, dueAt: fc.integer({ min: 0, max: 1_000 }) }),
      fc.record({ key, dueAt: fc.constant(null) }),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 200 }), (changes) => {
        const heap = new DueHeap();
        const model = new Map<string, number>();
        for (const { key: each, dueAt } of changes) {
          if (dueAt === null) {
            heap.delete(each);
            model.delete(each);
          } else {
            heap.set(each, dueAt);
            model.set(each, dueAt);
          }
        }
        expect(heap.size).toBe(model.size);
        const taken: number[] = [];
        for (let next = heap.takeDue(1_000); next !== undefined; next = heap.takeDue(1_000))
          taken.push(model.get(next) ?? -1);
        expect(taken).toEqual([...model.values()].sort((a, b) => a - b));
      }),
    );
  });
});

describe('the health scheduler', () => {
  const open = (options: { burst?: number; burstPauseMs?: number } = {}) => {
    const clock = new FakeClock();
    const due: string[] = [];
    const scheduler = new HealthScheduler({ clock, random: () => 0.5, onDue: (key) => due.push(key), ...options });
    return { clock, due, scheduler };
  };

  it('calls each key once, when it is due', () => {
    const { clock, due, scheduler } = open();
    scheduler.schedule('b', 200);
    scheduler.schedule('a', 100);
    clock.advance(99);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(['a']);
    clock.advance(1_000);
    expect(due).toEqual(['a', 'b']);
    expect(scheduler.size).toBe(0);
  });

  it('moves a key that is scheduled again, and expedites only forward', () => {
    const { clock, due, scheduler } = open();
    scheduler.schedule('a', 100);
    scheduler.schedule('a', 500);
    scheduler.expedite('a', 900);
    expect(scheduler.dueInMs('a')).toBe(500);
    scheduler.expedite('a', 300);
    expect(scheduler.dueInMs('a')).toBe(300);
    clock.advance(299);
    expect(due).toEqual([]);
    clock.advance(1);
    expect(due).toEqual(['a']);
  });

  it('is not moved by the wall clock', () => {
    const { clock, due, scheduler } = open();
    scheduler.schedule('a', 1_000);
    clock.jumpWall(-7_200_000);
    clock.advance(999);
    expect(due).toEqual([]);
    clock.jumpWall(3_600_000);
    clock.advance(1);
    expect(due).toEqual(['a']);
  });

  it('spreads what became overdue while the process stood still', () => {
    const { clock, due, scheduler } = open({ burst: 10, burstPauseMs: 50 });
    for (let index = 0; index < 35; index += 1) scheduler.schedule(String(index), 0);
    clock.advance(0);
    expect(due).toHaveLength(10);
    clock.advance(50);
    expect(due).toHaveLength(20);
    clock.advance(100);
    expect(due).toHaveLength(35);
  });

  it('holds one timer however many keys there are, and none when closed', () => {
    const { clock, due, scheduler } = open();
    for (let index = 0; index < 1_000; index += 1) scheduler.schedule(String(index), 1_000 - index);
    expect(clock.pendingTimers).toBe(1);
    scheduler.cancel('999');
    expect(scheduler.dueInMs('999')).toBeUndefined();
    scheduler.close();
    scheduler.schedule('late', 0);
    clock.advance(10_000);
    expect(due).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  it('checks few connectors at once after a start, and many over their interval', () => {
    expect(firstDelayMs(10, 60_000, () => 0.999)).toBeLessThan(50);
    expect(firstDelayMs(100_000, 60_000, () => 0.999)).toBeCloseTo(59_940, 0);
    expect(withJitter(60_000, () => 0)).toBe(54_000);
    expect(withJitter(60_000, () => 1)).toBeCloseTo(66_000, 5);
  });
});
