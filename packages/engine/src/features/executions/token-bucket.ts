/** So many takings a second, with one second's worth saved up at most, and always at least one. */
export class TokenBucket {
  #ratePerSecond: number;
  #tokens: number;
  #filledAtMs: number;

  constructor(ratePerSecond: number, nowMs: number) {
    this.#ratePerSecond = ratePerSecond;
    this.#tokens = this.#capacity;
    this.#filledAtMs = nowMs;
  }

  setRate(ratePerSecond: number): void {
    this.#ratePerSecond = ratePerSecond;
    this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  /** Returns 0 when it may go ahead, else in how many milliseconds it may. `nowMs` is monotonic. */
  take(nowMs: number): number {
    const grown = this.#tokens + ((nowMs - this.#filledAtMs) / 1000) * this.#ratePerSecond;
    this.#filledAtMs = nowMs;
    this.#tokens = Math.min(this.#capacity, grown);
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return ((1 - this.#tokens) / this.#ratePerSecond) * 1000;
  }

  get #capacity(): number {
    return Math.max(1, this.#ratePerSecond);
  }
}
