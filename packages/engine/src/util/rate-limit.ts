import { BoundedMap } from './bounded-map.ts';
import type { Clock } from './clock.ts';
import { TokenBucket } from './token-bucket.ts';

export interface RateLimitOptions {
  readonly perSecond: number;
  /** How many may follow each other at once. */
  readonly burst: number;
}

const MAX_NAMES = 10_000;

/**
 * So many a second for each name (a client, an address). A name that is not known has a full bucket; when too many are
 * known, the one that was used longest ago, which is the most likely to be full again, is forgotten.
 */
export class RateLimit {
  readonly #options: RateLimitOptions;
  readonly #clock: Clock;
  readonly #buckets = new BoundedMap<TokenBucket>({ maxEntries: MAX_NAMES });

  constructor(options: RateLimitOptions, clock: Clock) {
    this.#options = options;
    this.#clock = clock;
  }

  /** Whole seconds until `name` may go ahead; 0 when it may now. Counts nothing. */
  waitSeconds(name: string): number {
    const waitMs = this.#buckets.get(name)?.waitMs(this.#clock.monotonicMs()) ?? 0;
    return Math.ceil(waitMs / 1000);
  }

  /** Counts one, whether `name` may go ahead or not. */
  spend(name: string): void {
    this.#bucketOf(name).spend(this.#clock.monotonicMs());
  }

  /** Counts one if `name` may go ahead. @returns the milliseconds it must wait instead, else 0; and its bucket */
  take(name: string): { readonly waitMs: number; readonly bucket: TokenBucket } {
    const bucket = this.#bucketOf(name);
    return { waitMs: bucket.take(this.#clock.monotonicMs()), bucket };
  }

  #bucketOf(name: string): TokenBucket {
    const { perSecond, burst } = this.#options;
    const bucket = this.#buckets.get(name) ?? new TokenBucket(perSecond, this.#clock.monotonicMs(), burst);
    // Set again, because the map drops what was set longest ago.
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
