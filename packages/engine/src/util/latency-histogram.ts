/** A bucket is this much wider than the one before: a percentile read from its middle is off by 4.5 % at most. */
const BUCKETS_PER_DOUBLING = 8;
/** 1/32 ms; what is shorter counts as this. A power of two, so that every power of two is the edge of a bucket. */
const SMALLEST_MS = 2 ** -5;
/** Up to 131 s. */
const DOUBLINGS = 22;
const BUCKETS = DOUBLINGS * BUCKETS_PER_DOUBLING + 1;

/** Durations in buckets that grow by a constant factor: constant memory, no sample dropped, nothing allocated. */
export class LatencyHistogram {
  readonly #buckets = new Float64Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  record(durationMs: number): void {
    const bucket = bucketOf(durationMs);
    this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + 1;
    this.#count += 1;
    this.#sumMs += durationMs;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  /** Milliseconds that this fraction of the samples does not exceed, within 5 %; 0 when there are none. */
  quantileMs(fraction: number): number {
    if (this.#count === 0) return 0;
    const rank = Math.ceil(fraction * this.#count);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      seen += this.#buckets[bucket] ?? 0;
      if (seen >= rank) return Math.min(middleOf(bucket), this.#maxMs);
    }
    return this.#maxMs;
  }

  /** How many samples do not exceed each bound. Bounds are powers of two of a millisecond, ascending. */
  countsUpTo(boundsMs: readonly number[]): number[] {
    let bucket = 0;
    let seen = 0;
    return boundsMs.map((boundMs) => {
      const last = Math.min(BUCKETS - 1, edgeOf(boundMs));
      for (; bucket <= last; bucket += 1) seen += this.#buckets[bucket] ?? 0;
      return seen;
    });
  }

  /** Adds the samples of another one. */
  add(other: LatencyHistogram): void {
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      this.#buckets[bucket] = (this.#buckets[bucket] ?? 0) + (other.#buckets[bucket] ?? 0);
    }
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
    if (other.#maxMs > this.#maxMs) this.#maxMs = other.#maxMs;
  }
}

/** Bucket 0 ends at `SMALLEST_MS`, each other one at its edge, the edge included. */
function bucketOf(durationMs: number): number {
  if (!(durationMs > SMALLEST_MS)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(edgeOf(durationMs)));
}

function edgeOf(durationMs: number): number {
  return Math.log2(durationMs / SMALLEST_MS) * BUCKETS_PER_DOUBLING;
}

function middleOf(bucket: number): number {
  return bucket === 0 ? SMALLEST_MS : SMALLEST_MS * 2 ** ((bucket - 0.5) / BUCKETS_PER_DOUBLING);
}
