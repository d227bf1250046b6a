/** A bucket of `burst` requests that refills evenly with `rate` a second; full at first. */
export class TokenBucket {
  readonly burst: number;
  #rate: number;
  #credit: number;
  #creditedAtMs: number;

  constructor(rate: number, burst: number, nowMs: number) {
    this.#rate = rate;
    this.burst = burst;
    this.#credit = burst;
    this.#creditedAtMs = nowMs;
  }

  get rate(): number {
    return this.#rate;
  }

  setRate(rate: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#rate = rate;
  }

  take(nowMs: number): boolean {
    this.#refill(nowMs);
    if (this.#credit < 1) return false;
    this.#credit -= 1;
    return true;
  }

  get remaining(): number {
    return Math.floor(this.#credit);
  }

  /** Whole seconds until the bucket is full; at least one. */
  get fullInSeconds(): number {
    return Math.max(1, Math.ceil((this.burst - this.#credit) / this.#rate));
  }

  /** Whole seconds until one request is allowed; at least one. */
  get nextInSeconds(): number {
    return Math.max(1, Math.ceil((1 - this.#credit) / this.#rate));
  }

  #refill(nowMs: number): void {
    this.#credit = Math.min(this.burst, this.#credit + ((nowMs - this.#creditedAtMs) * this.#rate) / 1000);
    this.#creditedAtMs = nowMs;
  }
}
