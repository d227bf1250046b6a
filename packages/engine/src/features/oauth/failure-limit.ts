import type { Clock } from '../../util/clock.ts';

const MAX_ENTRIES = 10_000;

export interface FailureLimitOptions {
  /** Failures that may follow each other at once. */
  readonly burst: number;
  /** Failures forgiven in a second. */
  readonly perSecond: number;
}

/** Counts failures by a name (a client at an address, an address) and says when the name must wait. */
export class FailureLimit {
  readonly #options: FailureLimitOptions;
  readonly #clock: Clock;
  readonly #failures = new Map<string, { count: number; at: number }>();

  constructor(options: FailureLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Whole seconds to wait; 0 when another attempt may be made now. */
  waitSeconds(name: string): number {
    const excess = this.#current(name) - this.#options.burst + 1;
    return excess <= 0 ? 0 : Math.ceil(excess / this.#options.perSecond);
  }

  fail(name: string): void {
    const count = this.#current(name) + 1;
    this.#failures.delete(name);
    if (this.#failures.size >= MAX_ENTRIES) {
      const [oldest] = this.#failures.keys();
      if (oldest !== undefined) this.#failures.delete(oldest);
    }
    this.#failures.set(name, { count, at: this.#clock.monotonicMs() });
  }

  #current(name: string): number {
    const entry = this.#failures.get(name);
    if (entry === undefined) return 0;
    const forgiven = ((this.#clock.monotonicMs() - entry.at) / 1000) * this.#options.perSecond;
    return Math.max(0, entry.count - forgiven);
  }
}
