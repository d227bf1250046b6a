import type { DeadlineWatch, Wait } from '../../util/deadline-watch.ts';
import { type Ending, race } from '../../util/race.ts';
import { DriverError, type DriverErrorKind, type RunOptions } from '../driver.ts';

export type LimitReason = 'timeout' | 'aborted' | 'closed';

/**
 * What ends a call: its deadline, its caller's signal, the end of the pool. Open until the first of them comes, then
 * reached for that reason, for good.
 */
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

  /** What the caller is told when it is reached; `onTimeout` and `message` are for the deadline. */
  toError(onTimeout: DriverErrorKind, message: string): DriverError {
    if (this.#reason === 'closed') return new DriverError('closed', 'The pool was closed under the statement');
    if (this.#reason === 'aborted') return new DriverError('cancelled', 'The caller gave up');
    return new DriverError(onTimeout, message);
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
