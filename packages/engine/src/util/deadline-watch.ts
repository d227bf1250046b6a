import type { Clock } from './clock.ts';
import { type Ending, race } from './race.ts';
import { SoonestTimer } from './soonest-timer.ts';

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
  readonly #waits = new Set<Wait>();
  readonly #timer: SoonestTimer;
  #isFinishing = false;

  constructor(clock: Clock) {
    this.#timer = new SoonestTimer(clock, (nowMs) => this.#expireDue(nowMs + TIMER_GRAIN_MS));
  }

  /** Waits that are watched now. */
  get size(): number {
    return this.#waits.size;
  }

  add(wait: Wait): void {
    this.#waits.add(wait);
    this.#timer.need(wait.endsAtMs);
  }

  delete(wait: Wait): void {
    this.#waits.delete(wait);
    if (this.#isFinishing && this.#waits.size === 0) this.#timer.cancel();
  }

  /** No wait will be added any more: the timer goes with the last one, whose end is awaited as ever. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#waits.size === 0) this.#timer.cancel();
  }

  /** Waits for a promise until `endsAtMs`, then resolves to `late`. */
  race<Result, Late>(promise: Promise<Result>, endsAtMs: number, late: Late): Promise<Result | Late> {
    return race(promise, new WatchedEnding(this, endsAtMs), () => late);
  }

  /** Ends every wait now, whatever time it has left. */
  close(): void {
    for (const wait of this.#waits) if (this.#waits.delete(wait)) wait.expire();
    this.#timer.cancel();
  }

  /** Returns when the next of them is due. */
  #expireDue(dueAtMs: number): number {
    const due: Wait[] = [];
    for (const wait of this.#waits) if (wait.endsAtMs <= dueAtMs) due.push(wait);
    // One that expires may end others that are due too.
    for (const wait of due) if (this.#waits.delete(wait)) wait.expire();
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (const { endsAtMs } of this.#waits) if (endsAtMs < nextAtMs) nextAtMs = endsAtMs;
    return nextAtMs;
  }
}

class WatchedEnding implements Ending, Wait {
  readonly #watch: DeadlineWatch;
  readonly endsAtMs: number;
  #listener = () => {};

  constructor(watch: DeadlineWatch, endsAtMs: number) {
    this.#watch = watch;
    this.endsAtMs = endsAtMs;
  }

  onReach(listener: () => void): () => void {
    this.#listener = listener;
    this.#watch.add(this);
    return () => this.#watch.delete(this);
  }

  expire(): void {
    this.#listener();
  }
}
