const FIRST_SWEEP_SIZE = 1_000;

/**
 * One object for each key, for as long as somebody else holds it. What nobody holds any more is forgotten, so that keys
 * may come and go for as long as the engine runs.
 */
export class WeakRegistry<Value extends object> {
  readonly #values = new Map<string, WeakRef<Value>>();
  #sweepAtSize = FIRST_SWEEP_SIZE;

  of(key: string, create: () => Value): Value {
    const known = this.#values.get(key)?.deref();
    if (known !== undefined) return known;
    const value = create();
    this.#values.set(key, new WeakRef(value));
    if (this.#values.size >= this.#sweepAtSize) this.#sweep();
    return value;
  }

  #sweep(): void {
    for (const [key, value] of this.#values) if (value.deref() === undefined) this.#values.delete(key);
    this.#sweepAtSize = Math.max(FIRST_SWEEP_SIZE, 2 * this.#values.size);
  }
}
