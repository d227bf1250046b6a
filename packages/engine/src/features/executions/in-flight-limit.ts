/** A number of executions that may be under way together; who comes on top is turned away, never kept waiting. */
export class InFlightLimit {
  #limit: number;
  #inFlight = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  setLimit(limit: number): void {
    this.#limit = limit;
  }

  /** When true, one `leave` follows. */
  tryEnter(): boolean {
    if (this.#inFlight >= this.#limit) return false;
    this.#inFlight += 1;
    return true;
  }

  leave(): void {
    this.#inFlight -= 1;
  }
}
