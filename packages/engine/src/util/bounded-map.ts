export interface BoundedMapLimits {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** A map that drops what was set longest ago when it holds too many entries, or entries too large together. */
export class BoundedMap<Value> {
  readonly #limits: BoundedMapLimits;
  /** In the order of setting. */
  readonly #entries = new Map<string, { readonly value: Value; readonly sizeBytes: number }>();
  #bytes = 0;

  constructor(limits: BoundedMapLimits) {
    this.#limits = limits;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** @param sizeBytes what the value takes, by estimate; one larger than the whole map is not kept, nor what it replaces */
  set(key: string, value: Value, sizeBytes: number): void {
    this.delete(key);
    if (sizeBytes > this.#limits.maxBytes) return;
    this.#entries.set(key, { value, sizeBytes });
    this.#bytes += sizeBytes;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.maxEntries && this.#bytes <= this.#limits.maxBytes) return;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    this.#bytes -= this.#entries.get(key)?.sizeBytes ?? 0;
    this.#entries.delete(key);
  }
}
