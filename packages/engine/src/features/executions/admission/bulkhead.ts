/** An execution that wants a place. */
export interface Entrant {
  /** A place is free now. Returns false when it is no longer wanted; then it goes to the next. */
  grant(): boolean;
}

export type Entry = 'entered' | 'waiting' | 'full' | 'too-slow';

/** How much of the service time a single execution moves the average. */
const AVERAGING = 0.2;

/**
 * The places of one data action. At most `limit` executions are inside, as many again wait in the order they came, the
 * rest is turned away at once; so is an execution that would have to wait for longer than it has.
 */
export class Bulkhead {
  #limit: number;
  #inside = 0;
  #serviceMs = 0;
  readonly #waiting = new Set<Entrant>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Whether the next one to come would be turned away. */
  get isFull(): boolean {
    return this.#inside >= this.#limit && this.#waiting.size >= this.#limit;
  }

  /** How long the next one to come would wait, by how long recent executions took. */
  get expectedWaitMs(): number {
    if (this.#inside < this.#limit) return 0;
    return ((this.#waiting.size + 1) / this.#limit) * this.#serviceMs;
  }

  setLimit(limit: number): void {
    this.#limit = limit;
    this.#admit();
  }

  /** `entered`: to be followed by one `leave`. `waiting`: by one `grant`, unless it is withdrawn before. */
  enter(entrant: Entrant, remainingMs: number): Entry {
    if (this.#inside < this.#limit) {
      this.#inside += 1;
      return 'entered';
    }
    if (this.isFull) return 'full';
    if (this.expectedWaitMs > remainingMs) return 'too-slow';
    this.#waiting.add(entrant);
    return 'waiting';
  }

  withdraw(entrant: Entrant): void {
    this.#waiting.delete(entrant);
  }

  leave(heldMs: number): void {
    this.#inside -= 1;
    this.#serviceMs = this.#serviceMs === 0 ? heldMs : this.#serviceMs + AVERAGING * (heldMs - this.#serviceMs);
    if (this.#waiting.size > 0) this.#admit();
  }

  #admit(): void {
    for (const entrant of this.#waiting) {
      if (this.#inside >= this.#limit) return;
      this.#waiting.delete(entrant);
      this.#inside += 1;
      if (!entrant.grant()) this.#inside -= 1;
    }
  }
}
