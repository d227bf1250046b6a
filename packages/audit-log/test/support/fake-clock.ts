import type { Clock } from '../../src/clock.ts';

/** A clock that moves only when it is told to; wall clock and monotonic clock may be moved apart. */
export class FakeClock implements Clock {
  #wallMs: number;
  #monotonicMs = 1_000;
  readonly #timers = new Set<{ readonly dueAt: number; readonly callback: () => void }>();

  constructor(wallMs = Date.UTC(2026, 0, 15, 12)) {
    this.#wallMs = wallMs;
  }

  now(): number {
    return this.#wallMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  setTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { dueAt: this.#monotonicMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /** Timers that have neither fired nor been cancelled. */
  get pendingTimers(): number {
    return this.#timers.size;
  }

  /** Moves both clocks and fires what falls due on the way, in order. */
  advance(ms: number): void {
    const target = this.#monotonicMs + ms;
    for (;;) {
      const [next] = [...this.#timers].filter((timer) => timer.dueAt <= target).sort((a, b) => a.dueAt - b.dueAt);
      if (next === undefined) break;
      this.#moveTo(Math.max(next.dueAt, this.#monotonicMs));
      this.#timers.delete(next);
      next.callback();
    }
    this.#moveTo(target);
  }

  /** Moves the wall clock alone, as an operator who sets the time does. */
  jumpWall(ms: number): void {
    this.#wallMs += ms;
  }

  #moveTo(monotonicMs: number): void {
    this.#wallMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}
