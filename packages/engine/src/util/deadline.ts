import type { Clock } from './clock.ts';

/**
 * A moment of monotonic time by which a caller has its answer. Made once, where a request is read, and handed down;
 * whoever waits below waits by it and not by a time-out of its own.
 */
export class Deadline {
  readonly #clock: Clock;
  /** Monotonic milliseconds. */
  readonly endsAtMs: number;

  constructor(clock: Clock, endsAtMs: number) {
    this.#clock = clock;
    this.endsAtMs = endsAtMs;
  }

  /** Milliseconds that are left; never negative. */
  remainingMs(): number {
    return Math.max(0, this.endsAtMs - this.#clock.monotonicMs());
  }

  get isPast(): boolean {
    return this.#clock.monotonicMs() >= this.endsAtMs;
  }

  /** This one, or one at `endsAtMs` when that comes first. */
  earlierOf(endsAtMs: number): Deadline {
    return endsAtMs < this.endsAtMs ? new Deadline(this.#clock, endsAtMs) : this;
  }

  /** This one, moved forward by what is needed after it: an answer must still be written when the waiting ends. */
  less(reserveMs: number): Deadline {
    return new Deadline(this.#clock, this.endsAtMs - reserveMs);
  }

  /** Calls back once when it passes, at once if it has; cancelling is harmless afterwards. */
  onPast(callback: () => void): { cancel(): void } {
    return this.#clock.setTimer(this.remainingMs(), callback);
  }
}
