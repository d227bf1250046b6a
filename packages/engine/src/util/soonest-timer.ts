import type { Clock } from './clock.ts';

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * One timer for many moments: it fires at the soonest that was asked for. Asking for a later one costs a comparison, so
 * thousands of calls a second with deadlines seconds away need no timer each.
 */
export class SoonestTimer {
  readonly #clock: Clock;
  readonly #onDue: (nowMs: number, lateMs: number) => number;
  #dueAtMs = Number.POSITIVE_INFINITY;
  #timer: { cancel(): void } | undefined;

  /** `onDue` does what is due and returns the next moment that matters, or infinity. */
  constructor(clock: Clock, onDue: (nowMs: number, lateMs: number) => number) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  need(atMs: number): void {
    if (atMs >= this.#dueAtMs) return;
    this.#timer?.cancel();
    this.#dueAtMs = atMs;
    const delayMs = Math.min(LONGEST_TIMER_MS, Math.max(0, atMs - this.#clock.monotonicMs()));
    this.#timer = this.#clock.setTimer(delayMs, () => this.#fire());
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#dueAtMs = Number.POSITIVE_INFINITY;
  }

  #fire(): void {
    const dueAtMs = this.#dueAtMs;
    this.#timer = undefined;
    this.#dueAtMs = Number.POSITIVE_INFINITY;
    const nowMs = this.#clock.monotonicMs();
    this.need(this.#onDue(nowMs, nowMs - dueAtMs));
  }
}
