import type { Clock } from '../../util/clock.ts';
import type { RunOptions } from '../driver.ts';

/** Node fires a timer that is longer at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type LimitReason = 'timeout' | 'aborted' | 'closed';

/** What a call may wait for: its deadline, its caller's signal, the end of the pool. The first to come counts. */
export class CallLimit {
  #reason: LimitReason | undefined;
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #listeners = new Set<() => void>();
  readonly #timer: { cancel(): void };
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = () => this.reach('aborted');

  constructor(clock: Clock, options: RunOptions) {
    this.#clock = clock;
    this.#endsAtMs = clock.monotonicMs() + options.timeoutMs;
    this.#timer = clock.setTimer(Math.min(Math.max(0, options.timeoutMs), LONGEST_TIMER_MS), () =>
      this.reach('timeout'),
    );
    this.#signal = options.signal;
    if (this.#signal?.aborted) this.reach('aborted');
    else this.#signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get reason(): LimitReason | undefined {
    return this.#reason;
  }

  /** Until the deadline; negative after it. */
  get remainingMs(): number {
    return this.#endsAtMs - this.#clock.monotonicMs();
  }

  reach(reason: LimitReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of [...this.#listeners]) listener();
  }

  /** Calls back once when the limit is reached; at once if it was. Returns the way to stop listening. */
  onReach(listener: () => void): () => void {
    if (this.#reason !== undefined) {
      listener();
      return () => {};
    }
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Settles with the work, or rejects with `LIMIT_REACHED` as soon as the limit is reached, whatever the work does. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.onReach(() => reject(LIMIT_REACHED));
      work.then(
        (value) => {
          stop();
          resolve(value);
        },
        (error: unknown) => {
          stop();
          reject(error);
        },
      );
    });
  }

  dispose(): void {
    this.#timer.cancel();
    this.#signal?.removeEventListener('abort', this.#onAbort);
    this.#listeners.clear();
  }
}

/** Marks that the limit, not the work, ended the wait; the reason is on the limit. */
export const LIMIT_REACHED = Symbol('limit reached');
