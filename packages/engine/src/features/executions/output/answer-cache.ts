import { BoundedMap } from '../../../util/bounded-map.ts';
import type { MappedOutput } from './map-output.ts';

export interface AnswerCacheLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** An earlier answer of the database; times are monotonic milliseconds. */
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
  readonly #answers: BoundedMap<CachedAnswer>;

  constructor(limits: AnswerCacheLimits) {
    this.#answers = new BoundedMap(limits);
  }

  get size(): number {
    return this.#answers.size;
  }

  get bytes(): number {
    return this.#answers.sizeBytes;
  }

  fresh(key: string, nowMs: number): CachedAnswer | undefined {
    const answer = this.stale(key, nowMs);
    return answer !== undefined && nowMs < answer.freshUntilMs ? answer : undefined;
  }

  /** An answer past its time that still counts while the database fails. */
  stale(key: string, nowMs: number): CachedAnswer | undefined {
    const answer = this.#answers.use(key);
    if (answer === undefined || nowMs < answer.staleUntilMs) return answer;
    this.#answers.delete(key);
    return undefined;
  }

  put(key: string, answer: CachedAnswer): void {
    this.#answers.set(key, answer, weigh(key, answer));
  }
}

/** A text has two bytes a unit at most. */
function weigh(key: string, { output }: CachedAnswer): number {
  return 2 * (key.length + output.members.length) + ENTRY_BYTES;
}
