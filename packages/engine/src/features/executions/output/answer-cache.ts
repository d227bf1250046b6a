import type { MappedOutput } from './map-output.ts';

export interface AnswerCacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An answer that the database gave before; times are monotonic milliseconds. */
export interface CachedAnswer {
  readonly output: MappedOutput;
  readonly storedAtMs: number;
  readonly freshUntilMs: number;
  readonly staleUntilMs: number;
}

/** What an entry weighs beyond its texts. */
const ENTRY_BYTES = 200;

/**
 * Answers of reads in memory, the least recently used dropped first. An entry past its last use is dropped when it is
 * come across, and by its age at the latest.
 */
export class AnswerCache {
  readonly #limits: AnswerCacheLimits;
  readonly #entries = new Map<string, CachedAnswer>();
  #bytes = 0;

  constructor(limits: AnswerCacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  fresh(key: string, nowMs: number): CachedAnswer | undefined {
    const answer = this.#usable(key, nowMs);
    return answer !== undefined && nowMs < answer.freshUntilMs ? answer : undefined;
  }

  /** An answer past its time that still counts while the database fails. */
  stale(key: string, nowMs: number): CachedAnswer | undefined {
    return this.#usable(key, nowMs);
  }

  put(key: string, answer: CachedAnswer): void {
    this.#drop(key);
    const bytes = weigh(key, answer);
    if (bytes > this.#limits.maxBytes) return;
    this.#entries.set(key, answer);
    this.#bytes += bytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#limits.maxBytes && this.#entries.size <= this.#limits.maxEntries) return;
      this.#drop(oldest);
    }
  }

  #usable(key: string, nowMs: number): CachedAnswer | undefined {
    const answer = this.#entries.get(key);
    if (answer === undefined) return undefined;
    if (nowMs >= answer.staleUntilMs) {
      this.#drop(key);
      return undefined;
    }
    // The order of a map is that of insertion: what was just used goes to the end.
    this.#entries.delete(key);
    this.#entries.set(key, answer);
    return answer;
  }

  #drop(key: string): void {
    const answer = this.#entries.get(key);
    if (answer === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= weigh(key, answer);
  }
}

/** A text has two bytes a unit at most. */
function weigh(key: string, { output }: CachedAnswer): number {
  return 2 * (key.length + output.members.length) + ENTRY_BYTES;
}
