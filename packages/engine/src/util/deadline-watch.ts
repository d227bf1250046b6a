import type { Clock } from './clock.ts';

/** Something that waits, and what becomes of it when it has waited long enough. */
export interface Wait {
  /** Monotonic milliseconds. */
  readonly endsAtMs: number;
  /** Called once, and only while it is watched; must not throw. */
  expire(): void;
}

/** Timers are no more exact than this, so what falls due so soon is due. */
const TIMER_GRAIN_MS = 1;

/**
 * Ends waits by their deadlines, with one timer for all of them: thousands come and go for each one that expires, and
 * a timer of its own would cost each of them more than the rest of its watching.
 */
export class DeadlineWatch {
  readonly #clock: Clock;
  readonly #waits = new Set<Wait>();
  #timer: { cancel(): void } | null = null;
  #firesAtMs = Number.POSITIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Waits that are watched now. */
  get size(): number {
    return this.#waits.size;
  }

  add(wait: Wait): void {
    this.#waits.add(wait);
    if (wait.endsAtMs < this.#firesAtMs) this.#arm(wait.endsAtMs);
  }

  delete(wait: Wait): void {
    this.#waits.delete(wait);
  }

  /**
   * Waits for a promise until `endsAtMs`, then gives `late`. What the promise does after that is ignored, its rejection
   * too.
   */
  race<Result, Late>(promise: Promise<Result>, endsAtMs: number, late: Late): Promise<Result | Late> {
    return new Promise((resolve, reject) => {
      const wait: Wait = { endsAtMs, expire: () => resolve(late) };
      this.add(wait);
      promise.then(
        (result) => {
          this.delete(wait);
          resolve(result);
        },
        (error) => {
          this.delete(wait);
          reject(error);
        },
      );
    });
  }

  /** Ends every wait now, whatever time it has left. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#firesAtMs = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) if (this.#waits.delete(wait)) wait.expire();
  }

  #arm(atMs: number): void {
    this.#timer?.cancel();
    this.#firesAtMs = atMs;
    this.#timer = this.#clock.setTimer(Math.max(0, atMs - this.#clock.monotonicMs()), () => this.#fire());
  }

  #fire(): void {
    this.#timer = null;
    this.#firesAtMs = Number.POSITIVE_INFINITY;
    const dueAtMs = this.#clock.monotonicMs() + TIMER_GRAIN_MS;
    const due: Wait[] = [];
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) {
      if (wait.endsAtMs <= dueAtMs) due.push(wait);
      else if (wait.endsAtMs < nextAtMs) nextAtMs = wait.endsAtMs;
    }
    if (nextAtMs < Number.POSITIVE_INFINITY) this.#arm(nextAtMs);
    // One that expires may end others that are due too.
    for (const wait of due) if (this.#waits.delete(wait)) wait.expire();
  }
}
