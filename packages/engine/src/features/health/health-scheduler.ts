import type { Clock } from '../../util/clock.ts';
import { DueHeap } from './due-heap.ts';

export interface HealthSchedulerOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Called when a key is due. It is not due again until it is scheduled again. Must not throw. */
  readonly onDue: (key: string) => void;
  /** Keys started at most in one go. Default 32. */
  readonly burst?: number;
  /** Pause between two such bursts, in milliseconds. Default 50. */
  readonly burstPauseMs?: number;
}

/**
 * Says when each connector wants attention next: one heap and one timer for all of them, on the monotonic clock, so
 * that neither a changed wall clock nor the number of connectors matters.
 *
 * A process that was stopped for a while finds everything overdue at once; bursts with pauses spread that again.
 */
export interface HealthScheduler {
  /** Makes the key due after `delayMs`, in place of whatever was scheduled for it. */
  schedule(key: string, delayMs: number): void;
  /** As `schedule`, but never later than already scheduled. */
  expedite(key: string, delayMs: number): void;
  cancel(key: string): void;
  /** Milliseconds until the key is due, 0 when overdue; undefined when it is not scheduled. */
  dueInMs(key: string): number | undefined;
  readonly size: number;
  close(): void;
}

export function createHealthScheduler(options: HealthSchedulerOptions): HealthScheduler {
  const { clock, onDue } = options;
  const burst = options.burst ?? 32;
  const burstPauseMs = options.burstPauseMs ?? 50;
  const heap = new DueHeap();
  let timer: { cancel(): void } | undefined;
  let timerAt = Number.POSITIVE_INFINITY;
  let quietUntil = 0;
  let closed = false;

  const arm = (): void => {
    const due = heap.nextDueAt();
    if (closed || due === undefined) return;
    const at = Math.max(due, quietUntil);
    if (at >= timerAt) return;
    timer?.cancel();
    timerAt = at;
    timer = clock.setTimer(Math.max(0, at - clock.monotonicMs()), fire);
  };

  const fire = (): void => {
    timer = undefined;
    timerAt = Number.POSITIVE_INFINITY;
    const now = clock.monotonicMs();
    for (let started = 0; started < burst && !closed; started += 1) {
      const key = heap.takeDue(now);
      if (key === undefined) break;
      if (started === burst - 1) quietUntil = now + burstPauseMs;
      onDue(key);
    }
    arm();
  };

  return {
    schedule(key, delayMs) {
      if (closed) return;
      heap.set(key, clock.monotonicMs() + delayMs);
      arm();
    },
    expedite(key, delayMs) {
      const known = heap.dueAt(key);
      if (closed || (known !== undefined && known <= clock.monotonicMs() + delayMs)) return;
      heap.set(key, clock.monotonicMs() + delayMs);
      arm();
    },
    cancel: (key) => heap.delete(key),
    dueInMs(key) {
      const due = heap.dueAt(key);
      return due === undefined ? undefined : Math.max(0, due - clock.monotonicMs());
    },
    get size() {
      return heap.size;
    },
    close() {
      closed = true;
      timer?.cancel();
      heap.clear();
    },
  };
}

/** `intervalMs`, a tenth more or less: checks that began together drift apart. */
export function withJitter(intervalMs: number, random: () => number): number {
  return intervalMs * (0.9 + 0.2 * random());
}

/**
 * When a pool that was just opened is checked again: anywhere in its interval. Pools are opened in crowds (a start, an
 * apply of many connectors), and jitter alone would take hours to spread their checks evenly.
 */
export function phaseDelayMs(intervalMs: number, random: () => number): number {
  return intervalMs * (0.1 + 0.9 * random());
}

/** First checks per second after a start: a few connectors are checked at once, many are spread over their interval. */
const FIRST_CHECKS_PER_SECOND = 200;

/** When the first of `count` connectors' checks is due after a start: anywhere in their common window. */
export function firstDelayMs(count: number, intervalMs: number, random: () => number): number {
  return random() * Math.min(intervalMs, (count / FIRST_CHECKS_PER_SECOND) * 1000);
}
