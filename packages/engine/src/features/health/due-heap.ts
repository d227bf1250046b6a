interface Entry {
  readonly key: string;
  dueAt: number;
  index: number;
}

/** Keys ordered by when they are due: setting, deleting and taking the first cost the logarithm of the size. */
export class DueHeap {
  readonly #entries = new Map<string, Entry>();
  readonly #heap: Entry[] = [];

  get size(): number {
    return this.#heap.length;
  }

  /** Adds the key, or moves it to another time. */
  set(key: string, dueAt: number): void {
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.dueAt = dueAt;
      this.#sink(this.#rise(known));
      return;
    }
    const entry: Entry = { key, dueAt, index: this.#heap.length };
    this.#entries.set(key, entry);
    this.#heap.push(entry);
    this.#rise(entry);
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    const last = this.#heap.pop();
    if (last === undefined || last === entry) return;
    this.#place(last, entry.index);
    this.#sink(this.#rise(last));
  }

  dueAt(key: string): number | undefined {
    return this.#entries.get(key)?.dueAt;
  }

  /** When the first key is due; undefined when empty. */
  nextDueAt(): number | undefined {
    return this.#heap[0]?.dueAt;
  }

  /** Takes the first key if it is due by `now`. */
  takeDue(now: number): string | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.dueAt > now) return undefined;
    this.delete(first.key);
    return first.key;
  }

  clear(): void {
    this.#entries.clear();
    this.#heap.length = 0;
  }

  #rise(entry: Entry): Entry {
    while (entry.index > 0) {
      const parentIndex = (entry.index - 1) >> 1;
      const parent = this.#heap[parentIndex];
      if (parent === undefined || parent.dueAt <= entry.dueAt) break;
      this.#place(parent, entry.index);
      this.#place(entry, parentIndex);
    }
    return entry;
  }

  #sink(entry: Entry): void {
    for (;;) {
      const left = this.#heap[2 * entry.index + 1];
      const right = this.#heap[2 * entry.index + 2];
      const child = right !== undefined && left !== undefined && right.dueAt < left.dueAt ? right : left;
      if (child === undefined || child.dueAt >= entry.dueAt) return;
      const childIndex = child.index;
      this.#place(child, entry.index);
      this.#place(entry, childIndex);
    }
  }

  #place(entry: Entry, index: number): void {
    this.#heap[index] = entry;
    entry.index = index;
  }
}
