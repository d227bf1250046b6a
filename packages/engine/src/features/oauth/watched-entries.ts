import { StateUnavailableError } from '../../state/state-errors.ts';
import type { Clock } from '../../util/clock.ts';
import { withDeadline } from '../../util/with-deadline.ts';

/** What was read is taken without asking for this long; a revocation is seen by every engine after it at the latest. */
const FRESH_MS = 3_000;
/** From this age on an entry that is used is read again in the background, so that a busy one is never waited for. */
const REFRESH_AFTER_MS = 1_500;
/** How long a caller waits for a reading while there is something older to go by. */
const PATIENCE_MS = 1_000;
/** While the state database does not answer, what was known goes on counting for this long. */
const STALE_LIMIT_MS = 300_000;
const MAX_ENTRIES = 10_000;

interface Entry<Value> {
  readonly value: Value;
  readonly readAt: number;
  /** When the last reading failed; null when it did not. */
  failedAt: number | null;
}

interface Reading<Value> {
  readonly startedAt: number;
  readonly result: Promise<Value | undefined>;
}

export interface WatchedEntriesOptions<Value> {
  readonly clock: Clock;
  /** Undefined when there is none; rejects when that cannot be told. */
  readonly read: (id: string) => Promise<Value | undefined>;
}

/**
 * Entries of the state by id, kept in memory and read again while they are used. States of an entry: absent -> `fresh`
 * (given at once) -> `due` (given at once and read again in the background) -> `old` (read again first) -> fresh or
 * absent. Nothing is remembered of what was not found, so that a new one counts at once. While the state database does
 * not answer, an old entry counts on, and callers wait for it once and not each time.
 */
export class WatchedEntries<Value> {
  readonly #clock: Clock;
  readonly #read: (id: string) => Promise<Value | undefined>;
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #readings = new Map<string, Reading<Value>>();

  constructor({ clock, read }: WatchedEntriesOptions<Value>) {
    this.#clock = clock;
    this.#read = read;
  }

  /** The entry, at once when it is known well enough. Rejects with `StateUnavailableError` when nothing is known. */
  find(id: string): Value | undefined | Promise<Value | undefined> {
    const entry = this.#entries.get(id);
    if (entry === undefined) return this.#reading(id).result;
    const now = this.#clock.monotonicMs();
    const known = this.#known(id, entry, now);
    if (known !== undefined) return known;
    const reading = this.#reading(id);
    return now - entry.readAt < STALE_LIMIT_MS ? this.#patiently(reading, entry, now) : reading.result;
  }

  /** The entry if it is known well enough to go by without waiting. */
  peek(id: string): Value | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : this.#known(id, entry, this.#clock.monotonicMs());
  }

  #known(id: string, { value, readAt, failedAt }: Entry<Value>, now: number): Value | undefined {
    const ageMs = now - readAt;
    if (ageMs < REFRESH_AFTER_MS) return value;
    const isAway = failedAt !== null && now - failedAt < PATIENCE_MS;
    if (isAway) return ageMs < STALE_LIMIT_MS ? value : undefined;
    if (ageMs >= FRESH_MS) return undefined;
    this.#reading(id);
    return value;
  }

  #reading(id: string): Reading<Value> {
    let reading = this.#readings.get(id);
    if (reading === undefined) {
      const startedAt = this.#clock.monotonicMs();
      const result = this.#readAnew(id, startedAt).finally(() => this.#readings.delete(id));
      // One that runs in the background is waited for by nobody.
      result.catch(() => {});
      reading = { startedAt, result };
      this.#readings.set(id, reading);
    }
    return reading;
  }

  async #readAnew(id: string, startedAt: number): Promise<Value | undefined> {
    try {
      const value = await this.#read(id);
      this.#entries.delete(id);
      if (value === undefined) return undefined;
      if (this.#entries.size >= MAX_ENTRIES) this.#dropOldest();
      this.#entries.set(id, { value, readAt: startedAt, failedAt: null });
      return value;
    } catch (error) {
      const entry = this.#entries.get(id);
      if (entry !== undefined && error instanceof StateUnavailableError) entry.failedAt = this.#clock.monotonicMs();
      throw error;
    }
  }

  async #patiently(reading: Reading<Value>, old: Entry<Value>, now: number): Promise<Value | undefined> {
    const endsAtMs = reading.startedAt + PATIENCE_MS;
    if (endsAtMs <= now) return old.value;
    try {
      return await withDeadline(reading.result, { clock: this.#clock, endsAtMs }, () => old.value);
    } catch (error) {
      if (error instanceof StateUnavailableError) return old.value;
      throw error;
    }
  }

  #dropOldest(): void {
    const [oldest] = this.#entries.keys();
    if (oldest !== undefined) this.#entries.delete(oldest);
  }
}
