export interface BoundedMapLimits {
  readonly maxEntries: number;
  /** Default: only the number of entries counts. */
  readonly maxBytes?: number;
}

/** A map that drops what was set longest ago when it holds too many entries, or entries too large together. */
export class BoundedMap<Value> {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  /** In the order of setting. */
  readonly #entries = new Map<string, { readonly value: Value; readonly sizeBytes: number }>();
  #bytes = 0;

  constructor({ maxEntries, maxBytes = Number.POSITIVE_INFINITY }: BoundedMapLimits) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Of all entries together. */
  get sizeBytes(): number {
    return this.#bytes;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** As `get`; what is found counts as set just now. */
  use(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /** @param sizeBytes what the value takes, by estimate; one larger than the whole map is not kept, nor what it replaces */
  set(key: string, value: Value, sizeBytes = 0): void {
    this.delete(key);
    if (sizeBytes > this.#maxBytes) return;
    this.#entries.set(key, { value, sizeBytes });
    this.#bytes += sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.sizeBytes ?? 0;
    this.#entries.delete(key);
  }
}
