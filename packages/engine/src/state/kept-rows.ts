import { BoundedMap } from '../util/bounded-map.ts';
import type { Clock } from '../util/clock.ts';
import { withDeadline } from '../util/with-deadline.ts';
import { StateUnavailableError } from './state-errors.ts';

export interface KeptRowsOptions<Row> {
  readonly clock: Clock;
  /** `known` is what was read before. Rejects with `StateUnavailableError` when the state database does not answer. */
  readonly read: (key: string, known: Row | undefined) => Promise<Row>;
  /** What is not there is not kept, so that a new one counts at once. Default: all but undefined. */
  readonly isKept?: (row: Row) => boolean;
  /** A row is answered without asking for this long: what others change is seen after it at the latest. */
  readonly freshMs: number;
  /** From this age on a row that is in use is read again in the background. Default: never. */
  readonly readAheadAfterMs?: number;
  /** While the state database does not answer, what was known counts for this long. Default: `freshMs`, so no longer. */
  readonly staleLimitMs?: number;
  /** How long a caller waits for a reading while there is something older to go by. Default: 1 s. */
  readonly patienceMs?: number;
  readonly maxEntries: number;
  /** Default: only the number of rows counts. */
  readonly maxBytes?: number;
  /** What a row takes, by estimate. */
  readonly toSizeBytes?: (row: Row) => number;
  /** Told of a reading in the background that failed. */
  readonly onReadAheadFailed?: (key: string, error: unknown) => void;
}

const DEFAULT_PATIENCE_MS = 1_000;
/** How long a state database that failed is left alone. */
const RETRY_AFTER_MS = 1_000;

interface Kept<Row> {
  readonly row: Row;
  /** Monotonic time at which the reading that found it began. */
  readonly readAt: number;
  /** Monotonic time of the last reading since then that failed. */
  failedAt: number;
  /** Whether it failed because the state database was away. */
  isAway: boolean;
}

interface Reading<Row> {
  readonly startedAt: number;
  readonly result: Promise<Row>;
}

/**
 * Rows of the state by key, kept in memory and read again while they are used. States of a row: absent -> `fresh`
 * (answered at once) -> `ageing` (answered at once, and read again in the background) -> `due` (read first) -> fresh or
 * absent. While the state database is away a due row is answered as it is, up to `staleLimitMs`; callers wait for it
 * once and not each time. For each key there is one reading at a time, for all who wait.
 */
export class KeptRows<Row> {
  readonly #options: KeptRowsOptions<Row>;
  readonly #clock: Clock;
  readonly #readAheadAfterMs: number;
  readonly #staleLimitMs: number;
  readonly #patienceMs: number;
  /** In the order of reading: what was read longest ago is dropped first. */
  readonly #kept: BoundedMap<Kept<Row>>;
  readonly #readings = new Map<string, Reading<Row>>();

  constructor(options: KeptRowsOptions<Row>) {
    this.#options = options;
    this.#clock = options.clock;
    this.#readAheadAfterMs = options.readAheadAfterMs ?? options.freshMs;
    this.#staleLimitMs = options.staleLimitMs ?? options.freshMs;
    this.#patienceMs = options.patienceMs ?? DEFAULT_PATIENCE_MS;
    this.#kept = new BoundedMap({
      maxEntries: options.maxEntries,
      maxBytes: options.maxBytes ?? Number.POSITIVE_INFINITY,
    });
  }

  /** The row, at once when it is known well enough. @throws StateUnavailableError when nothing young enough is known */
  get(key: string): Row | Promise<Row> {
    const kept = this.#kept.get(key);
    if (kept === undefined) return this.#read(key).result;
    const now = this.#clock.monotonicMs();
    if (this.#mayAnswer(key, kept, now)) return kept.row;
    const reading = this.#read(key);
    return now - kept.readAt < this.#staleLimitMs ? this.#patiently(reading, kept.row) : reading.result;
  }

  /** The row if it is known well enough to go by without waiting. */
  peek(key: string): Row | undefined {
    const kept = this.#kept.get(key);
    return kept !== undefined && this.#mayAnswer(key, kept, this.#clock.monotonicMs()) ? kept.row : undefined;
  }

  /** The row has changed: nothing known of it is answered any more. */
  forget(key: string): void {
    this.#kept.delete(key);
    // A reading that began before may have seen what was; the next caller begins another.
    this.#readings.delete(key);
  }

  #mayAnswer(key: string, kept: Kept<Row>, now: number): boolean {
    const ageMs = now - kept.readAt;
    if (ageMs < this.#readAheadAfterMs) return true;
    if (ageMs < this.#options.freshMs) {
      this.#readAhead(key, kept, now);
      return true;
    }
    return ageMs < this.#staleLimitMs && this.#isAway(key, kept, now);
  }

  #isAway(key: string, { failedAt, isAway }: Kept<Row>, now: number): boolean {
    if (isAway && now - failedAt < RETRY_AFTER_MS) return true;
    const reading = this.#readings.get(key);
    return reading !== undefined && now - reading.startedAt >= this.#patienceMs;
  }

  #readAhead(key: string, kept: Kept<Row>, now: number): void {
    if (this.#readings.has(key) || now - kept.failedAt < RETRY_AFTER_MS) return;
    this.#read(key).result.catch((error: unknown) => this.#options.onReadAheadFailed?.(key, error));
  }

  #read(key: string): Reading<Row> {
    const running = this.#readings.get(key);
    if (running !== undefined) return running;
    const known = this.#kept.get(key);
    const startedAt = this.#clock.monotonicMs();
    const reading: Reading<Row> = { startedAt, result: this.#options.read(key, known?.row) };
    this.#readings.set(key, reading);
    const end = (): boolean => {
      const isCurrent = this.#readings.get(key) === reading;
      if (isCurrent) this.#readings.delete(key);
      return isCurrent;
    };
    reading.result.then(
      (row) => {
        if (end()) this.#keep(key, row, startedAt);
      },
      (error: unknown) => {
        end();
        if (known === undefined) return;
        known.failedAt = this.#clock.monotonicMs();
        known.isAway = error instanceof StateUnavailableError;
      },
    );
    return reading;
  }

  #keep(key: string, row: Row, readAt: number): void {
    const { isKept = (found) => found !== undefined, toSizeBytes } = this.#options;
    if (!isKept(row)) this.#kept.delete(key);
    else this.#kept.set(key, { row, readAt, failedAt: Number.NEGATIVE_INFINITY, isAway: false }, toSizeBytes?.(row));
  }

  /** What is read, or what is known when the state database does not say in time. */
  async #patiently({ result, startedAt }: Reading<Row>, known: Row): Promise<Row> {
    const endsAtMs = startedAt + this.#patienceMs;
    try {
      return await withDeadline(result, { clock: this.#clock, endsAtMs }, () => known);
    } catch (error) {
      if (error instanceof StateUnavailableError) return known;
      throw error;
    }
  }
}
