import type { Clock } from '../../util/clock.ts';
import { SoonestTimer } from '../../util/soonest-timer.ts';
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
export class HealthScheduler {
  readonly #options: HealthSchedulerOptions;
  readonly #burst: number;
  readonly #burstPauseMs: number;
  readonly #heap = new DueHeap();
  readonly #timer: SoonestTimer;
  #quietUntil = 0;
  #isClosed = false;

  constructor(options: HealthSchedulerOptions) {
    this.#options = options;
    this.#burst = options.burst ?? 32;
    this.#burstPauseMs = options.burstPauseMs ?? 50;
    this.#timer = new SoonestTimer(options.clock, (nowMs) => this.#fire(nowMs));
  }

  get size(): number {
    return this.#heap.size;
  }

  /** Makes the key due after `delayMs`, instead of whatever was scheduled for it. */
  schedule(key: string, delayMs: number): void {
    if (this.#isClosed) return;
    this.#heap.set(key, this.#options.clock.monotonicMs() + delayMs);
    this.#timer.need(this.#nextAt());
  }

  /** As `schedule`, but never later than already scheduled. */
  expedite(key: string, delayMs: number): void {
    const known = this.#heap.dueAt(key);
    if (known === undefined || known > this.#options.clock.monotonicMs() + delayMs) this.schedule(key, delayMs);
  }

  cancel(key: string): void {
    this.#heap.delete(key);
  }

  /** Milliseconds until the key is due, 0 when overdue; undefined when it is not scheduled. */
  dueInMs(key: string): number | undefined {
    const due = this.#heap.dueAt(key);
    return due === undefined ? undefined : Math.max(0, due - this.#options.clock.monotonicMs());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer.cancel();
    this.#heap.clear();
  }

  #nextAt(): number {
    const due = this.#heap.nextDueAt();
    return this.#isClosed || due === undefined ? Number.POSITIVE_INFINITY : Math.max(due, this.#quietUntil);
  }

  /** Returns when it is to fire again. */
  #fire(nowMs: number): number {
    for (let started = 0; started < this.#burst && !this.#isClosed; started += 1) {
      const key = this.#heap.takeDue(nowMs);
      if (key === undefined) break;
      if (started === this.#burst - 1) this.#quietUntil = nowMs + this.#burstPauseMs;
      this.#options.onDue(key);
    }
    return this.#nextAt();
  }
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
