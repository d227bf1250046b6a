import { StateUnavailableError } from '../../../state/state-errors.ts';
import type { Clock } from '../../../util/clock.ts';
import type { Logger } from '../../../util/logger.ts';
import type { IdempotencyStore } from './idempotency-store.ts';

export interface IdempotencySweepOptions {
  readonly store: Pick<IdempotencyStore, 'sweep'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const INTERVAL_MS = 600_000;
const AFTER_FULL_BATCH_MS = 1_000;
const BATCH = 1_000;

/**
 * Deletes expired answers of writes now and then, in small batches. Any number of engines may sweep one state
 * database: what one has deleted the others do not find.
 */
export class IdempotencySweep {
  readonly #options: IdempotencySweepOptions;
  #timer: { cancel(): void } | null = null;
  #isClosed = false;

  constructor(options: IdempotencySweepOptions) {
    this.#options = options;
  }

  start(): void {
    this.#schedule(INTERVAL_MS);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed) return;
    this.#timer = this.#options.clock.setTimer(delayMs, () => {
      void this.#sweep().then((swept) => this.#schedule(swept === BATCH ? AFTER_FULL_BATCH_MS : INTERVAL_MS));
    });
  }

  async #sweep(): Promise<number> {
    const { store, clock, logger } = this.#options;
    try {
      return await store.sweep(clock.now(), BATCH);
    } catch (error) {
      if (!(error instanceof StateUnavailableError)) logger.warn({ err: error }, 'expired answers could not be swept');
      return 0;
    }
  }
}
