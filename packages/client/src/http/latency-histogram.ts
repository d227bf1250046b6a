import type { AttemptOutcome } from '../telemetry/attempt.ts';

/** Milliseconds; percentiles are within 5 % of the true value. Zero when nothing was recorded. */
export interface LatencySnapshot {
  readonly count: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  readonly outcomes: Readonly<Record<AttemptOutcome, number>>;
}

/** Each bucket is this much wider than the one before: a percentile read from its middle is off by 4.5 % at most. */
const GROWTH = 2 ** (1 / 8);
const SMALLEST_MS = 0.05;
const BUCKETS = 200;

/** Latencies in buckets that grow by a constant factor: constant memory, no sample dropped. */
export class LatencyHistogram {
  readonly #buckets = new Uint32Array(BUCKETS);
  readonly #outcomes: Record<AttemptOutcome, number> = {
    success: 0,
    'client-error': 0,
    'rate-limited': 0,
    'server-error': 0,
    connection: 0,
    timeout: 0,
    aborted: 0,
  };
  #count = 0;
  #maxMs = 0;

  record(latencyMs: number, outcome: AttemptOutcome): void {
    const bucket = bucketOf(latencyMs);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#outcomes[outcome] += 1;
    this.#count += 1;
    if (latencyMs > this.#maxMs) this.#maxMs = latencyMs;
  }

  snapshot(): LatencySnapshot {
    return {
      count: this.#count,
      p50Ms: this.#percentile(0.5),
      p95Ms: this.#percentile(0.95),
      p99Ms: this.#percentile(0.99),
      maxMs: this.#maxMs,
      outcomes: { ...this.#outcomes },
    };
  }

  #percentile(fraction: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.ceil(fraction * this.#count);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= rank) return Math.min(middleOf(bucket), this.#maxMs);
    }
    return this.#maxMs;
  }
}

function bucketOf(latencyMs: number): number {
  if (!(latencyMs > SMALLEST_MS)) return 0;
  return Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(latencyMs / SMALLEST_MS) / Math.log(GROWTH)));
}

function middleOf(bucket: number): number {
  return bucket === 0 ? SMALLEST_MS : SMALLEST_MS * GROWTH ** (bucket - 0.5);
}
