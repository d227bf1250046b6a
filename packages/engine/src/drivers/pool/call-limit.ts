import type { DeadlineWatch, Wait } from '../../util/deadline-watch.ts';
import { type Ending, race } from '../../util/race.ts';
import type { RunOptions } from '../driver.ts';

export type LimitReason = 'timeout' | 'aborted' | 'closed';

/** What a call may wait for: its deadline, its caller's signal, the end of the pool. The first to come counts. */
export class CallLimit implements Ending, Wait {
  readonly endsAtMs: number;
  #reason: LimitReason | undefined;
  readonly #deadlines: DeadlineWatch;
  readonly #listeners = new Set<() => void>();
  readonly #signal: AbortSignal | undefined;

  constructor(deadlines: DeadlineWatch, { endsAtMs, signal }: RunOptions) {
    this.endsAtMs = endsAtMs;
    this.#deadlines = deadlines;
    this.#signal = signal;
    deadlines.add(this);
    if (signal?.aborted) this.reach('aborted');
    else signal?.addEventListener('abort', this, { once: true });
  }

  get reason(): LimitReason | undefined {
    return this.#reason;
  }

  reach(reason: LimitReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    for (const listener of [...this.#listeners]) listener();
  }

  /** The deadline has passed. */
  expire(): void {
    this.reach('timeout');
  }

  /** The caller gave up. */
  handleEvent(): void {
    this.reach('aborted');
  }

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
    return race(work, this, throwLimitReached);
  }

  dispose(): void {
    this.#deadlines.delete(this);
    this.#signal?.removeEventListener('abort', this);
    this.#listeners.clear();
  }
}

/** Marks that the limit, not the work, ended the wait; the reason is on the limit. */
export const LIMIT_REACHED = Symbol('limit reached');

function throwLimitReached(): never {
  throw LIMIT_REACHED;
}
