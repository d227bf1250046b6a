import type { DriverPool } from '../../../drivers/driver.ts';
import type { Clock } from '../../../util/clock.ts';
import { withDeadline } from '../../../util/with-deadline.ts';

const CLOSE_SLACK_MS = 1_000;

/** Pools that no longer serve and let their last statements finish. Nobody waits for them but the end of the engine. */
export class PoolDrains {
  readonly #clock: Clock;
  readonly #onError: (error: unknown) => void;
  readonly #drains = new Set<Promise<void>>();

  constructor(clock: Clock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  get size(): number {
    return this.#drains.size;
  }

  add(pool: DriverPool, graceMs: number): void {
    const drain = pool.close(graceMs).catch(this.#onError);
    this.#drains.add(drain);
    void drain.finally(() => this.#drains.delete(drain));
  }

  /** Resolves when all are closed, or when `graceMs` is over. */
  async settle(graceMs: number): Promise<void> {
    const deadline = { clock: this.#clock, endsAtMs: this.#clock.monotonicMs() + graceMs + CLOSE_SLACK_MS };
    try {
      await withDeadline(Promise.all(this.#drains), deadline, () => {
        throw new Error('a pool is still draining');
      });
    } catch (error) {
      this.#onError(error);
    }
  }
}
