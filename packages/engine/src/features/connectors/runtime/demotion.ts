import type { ProbeResult } from '../../../drivers/driver.ts';
import type { Clock } from '../../../util/clock.ts';

export interface DemotionOptions {
  readonly connectorId: string;
  /** Whether a published data action writes through a connector; asked only of servers that take no writes. */
  readonly needsWrites: (connectorId: string) => Promise<boolean>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

const FIRST_PAUSE_MS = 1_000;
/** The longest that a new primary stays unnoticed by who has to write. */
const LONGEST_PAUSE_MS = 10_000;
/** A refused write reopens the pool at most this often, whatever the health query says of the server. */
const REFUSAL_PAUSE_MS = 5_000;

/**
 * A primary that became a standby goes on answering `SELECT 1`, and its connections stay where they are while its name
 * leads to the new primary. So a connector that has to write and meets a server that takes no writes opens its pool
 * again, at growing pauses, until it has found one that does.
 *
 * States: fine -> demoted by `judge` or `refuse` -> fine by `judge`.
 */
export class Demotion {
  readonly #options: DemotionOptions;
  #wasRefused = false;
  #inARow = 0;
  #refusedAtMs = Number.NEGATIVE_INFINITY;
  #reopenAtMs: number | null = null;

  constructor(options: DemotionOptions) {
    this.#options = options;
  }

  /** Monotonic time at which the pool is to be opened again; null while it is fine. */
  get reopenAtMs(): number | null {
    return this.#reopenAtMs;
  }

  get isDue(): boolean {
    return this.#reopenAtMs !== null && this.#options.clock.monotonicMs() >= this.#reopenAtMs;
  }

  /** A write met a server that takes none. */
  refuse(): void {
    this.#wasRefused = true;
    if (this.#reopenAtMs !== null) return;
    this.#refusedAtMs = Math.max(this.#options.clock.monotonicMs(), this.#refusedAtMs + REFUSAL_PAUSE_MS);
    this.#reopenAtMs = this.#refusedAtMs;
  }

  /** What a probe of the serving pool says. Resolves to true when the connector is demoted. */
  async judge({ readOnly }: Pick<ProbeResult, 'readOnly'>): Promise<boolean> {
    const { clock, random, needsWrites, connectorId } = this.#options;
    const isDemoted = readOnly && (this.#wasRefused || (await needsWrites(connectorId)));
    if (!isDemoted) {
      // The probe may have gone to another server than other connections of the pool lead to: what is planned stays.
      if (this.#reopenAtMs === null || this.isDue) this.reset();
      return false;
    }
    // What is planned stays: a connector that is checked more often would put it off forever.
    if (this.#reopenAtMs !== null && !this.isDue) return true;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, this.#inARow));
    this.#inARow += 1;
    this.#reopenAtMs = clock.monotonicMs() + pauseMs * (0.5 + 0.5 * random());
    return true;
  }

  reset(): void {
    this.#wasRefused = false;
    this.#inARow = 0;
    this.#reopenAtMs = null;
  }
}
