import type { Clock } from '../util/clock.ts';

/** What the limit says to one request; the header texts are those of draft-ietf-httpapi-ratelimit-headers. */
export interface LimitDecision {
  readonly allowed: boolean;
  /** Whole seconds until a request is allowed again; 0 when it was allowed. */
  readonly retryAfterSeconds: number;
  readonly headers: Readonly<Record<string, string>>;
}

/** Units of credit that one request costs; integers, so that the limit never drifts. */
const COST = 1_000_000;
const MAX_CLIENTS = 10_000;

interface Bucket {
  credit: number;
  /** Microseconds of the monotonic clock up to which credit has been given. */
  creditedAt: number;
}

/**
 * Limits writes to `perSecond` for each client: a bucket that holds one second's worth and refills evenly. States of a
 * bucket: absent (same as full), in use; a full one is forgotten when many clients are known.
 */
export class WriteLimit {
  readonly #perSecond: number;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(perSecond: number, clock: Clock) {
    this.#perSecond = perSecond;
    this.#clock = clock;
  }

  /** Counts one request of `client`. */
  take(client: string): LimitDecision {
    const bucket = this.#refilled(client);
    const allowed = bucket.credit >= COST;
    if (allowed) bucket.credit -= COST;
    const remaining = Math.floor(bucket.credit / COST);
    const fullInSeconds = this.#secondsUntil(this.#capacity() - bucket.credit);
    const retryAfterSeconds = allowed ? 0 : Math.max(1, this.#secondsUntil(COST - bucket.credit));
    return {
      allowed,
      retryAfterSeconds,
      headers: {
        'ratelimit-policy': `"write";q=${this.#perSecond};w=1`,
        ratelimit: `"write";r=${remaining};t=${Math.max(1, fullInSeconds)}`,
        ...(allowed ? {} : { 'retry-after': String(retryAfterSeconds) }),
      },
    };
  }

  #refilled(client: string): Bucket {
    const now = Math.floor(this.#clock.monotonicMs() * 1000);
    let bucket = this.#buckets.get(client);
    if (bucket === undefined) {
      if (this.#buckets.size >= MAX_CLIENTS) this.#forgetFull(now);
      bucket = { credit: this.#capacity(), creditedAt: now };
      this.#buckets.set(client, bucket);
    }
    this.#refill(bucket, now);
    return bucket;
  }

  #refill(bucket: Bucket, now: number): void {
    // One microsecond is worth `perSecond` units, because a request costs a million of them.
    bucket.credit = Math.min(this.#capacity(), bucket.credit + (now - bucket.creditedAt) * this.#perSecond);
    bucket.creditedAt = now;
  }

  #forgetFull(now: number): void {
    for (const [client, bucket] of this.#buckets) {
      this.#refill(bucket, now);
      if (bucket.credit === this.#capacity()) this.#buckets.delete(client);
    }
  }

  #capacity(): number {
    return this.#perSecond * COST;
  }

  #secondsUntil(credit: number): number {
    return Math.ceil(credit / this.#perSecond / COST);
  }
}
