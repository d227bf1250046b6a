import type { ConnectorRuntimes } from '../../connectors/runtime/connector-runtimes.ts';

/** A number of executions that may be under way together; any more are turned away, never kept waiting. */
export class InFlightLimit {
  #limit: number;
  #inFlight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  setLimit(limit: number): void {
    this.#limit = limit;
  }

  /** When true, one `leave` follows. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.#limit) return false;
    this.#inFlight += 1;
    return true;
  }

  leave(): void {
    this.#inFlight -= 1;
  }
}

/** Executions that one connection of a pool may have to answer for, at work and waiting. */
const EXECUTIONS_PER_CONNECTION = 16;
/** While the size of the pool is not known, and for pools of one or two. */
const LEAST_LIMIT = 64;
/** A pool is asked for its size this often. */
const REFRESH_MS = 1_000;

/** Bounds what is under way on one connector, so that its pool's queue is bounded, whatever its actions allow. */
export class ConnectorLimit {
  readonly #id: string;
  readonly #runtimes: Pick<ConnectorRuntimes, 'snapshot'>;
  readonly #limit = new InFlightLimit(LEAST_LIMIT);
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(id: string, runtimes: Pick<ConnectorRuntimes, 'snapshot'>) {
    this.#id = id;
    this.#runtimes = runtimes;
  }

  get inFlight(): number {
    return this.#limit.inFlight;
  }

  /** When true, one `leave` follows. `nowMs` is monotonic. */
  tryEnter(nowMs: number): boolean {
    if (nowMs - this.#readAtMs >= REFRESH_MS) {
      this.#readAtMs = nowMs;
      const max = this.#runtimes.snapshot(this.#id).pool?.max ?? 0;
      this.#limit.setLimit(Math.max(LEAST_LIMIT, max * EXECUTIONS_PER_CONNECTION));
    }
    return this.#limit.tryEnter();
  }

  leave(): void {
    this.#limit.leave();
  }
}
