import type { Clock } from './clock.ts';

/** What is kept back of a budget so that the answer still leaves in time: this share of it, and at most so much. */
const RESERVE_SHARE = 0.05;
const RESERVE_MAX_MS = 25;

/**
 * The time by which a caller has its answer. Made once, from when the request was read, and handed down; code that waits
 * below waits by it and not by a time-out of its own. All times are monotonic milliseconds.
 */
export class Deadline {
  readonly #clock: Clock;
  /** When the caller must have its answer. */
  readonly endsAtMs: number;
  /** When waiting for others ends, so that the answer can still be written. */
  readonly answerAtMs: number;
  /** When the work that is waited for ends by itself: a little earlier, so that it can say how it ended. */
  readonly workEndsAtMs: number;

  constructor(clock: Clock, startedAtMs: number, budgetMs: number) {
    const reserveMs = Math.min(RESERVE_MAX_MS, budgetMs * RESERVE_SHARE);
    this.#clock = clock;
    this.endsAtMs = startedAtMs + budgetMs;
    this.answerAtMs = this.endsAtMs - reserveMs / 2;
    this.workEndsAtMs = this.endsAtMs - reserveMs;
  }

  /** Milliseconds that are left for work; never negative. */
  remainingMs(): number {
    return Math.max(0, this.workEndsAtMs - this.#clock.monotonicMs());
  }

  /** Whether there is no time left for work. */
  get isPast(): boolean {
    return this.#clock.monotonicMs() >= this.workEndsAtMs;
  }
}
