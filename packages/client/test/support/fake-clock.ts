import type { Clock } from '../../src/util/clock.ts';

/** Time that moves only by `advance`. */
export class FakeClock implements Clock {
  #nowMs = Date.parse('2026-11-23T10:00:00Z');
  #monotonicMs = 1_000;
  readonly #timers = new Set<{ atMs: number; callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  setTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { atMs: this.#monotonicMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => this.#timers.delete(timer) };
  }

  /** Wall clock alone, as when somebody sets the machine's time. */
  jumpWallClock(byMs: number): void {
    this.#nowMs += byMs;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Moves time on, fires what is due in order, and lets promises settle after each. */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#timers.delete(due);
      this.#move(due.atMs);
      due.callback();
      await settle();
    }
    this.#move(untilMs);
    await settle();
  }

  #move(toMs: number): void {
    this.#nowMs += toMs - this.#monotonicMs;
    this.#monotonicMs = toMs;
  }
}

/** How much faster the fast clock goes: a time-out of 15 s is 750 ms then, which a busy machine still keeps. */
export const FAST_FACTOR = 20;

/** Real time, so many times faster: what waits for seconds is over in milliseconds, on real sockets. */
export function createFastClock(factor = FAST_FACTOR): Clock {
  const startedAtMs = Date.now();
  return {
    now: () => startedAtMs + performance.now() * factor,
    monotonicMs: () => performance.now() * factor,
    setTimer(delayMs, callback) {
      const timer = setTimeout(callback, delayMs / factor);
      return { cancel: () => clearTimeout(timer) };
    },
  };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}
