/** Credit that one token costs; rates are whole numbers as a rule, and whole credit never drifts. */
const TOKEN = 1_000_000;

/** So many a second. At most `burst` are saved up: one second's worth unless told, and always at least one. */
export class TokenBucket {
  #perSecond: number;
  #capacity: number;
  #credit: number;
  /** Microseconds of the monotonic clock up to which credit has been given. */
  #creditedAtUs: number;

  /** The bucket is full. `nowMs`, here and below, is monotonic. */
  constructor(perSecond: number, nowMs: number, burst: number = Math.max(1, perSecond)) {
    this.#perSecond = perSecond;
    this.#capacity = burst * TOKEN;
    this.#credit = this.#capacity;
    this.#creditedAtUs = Math.floor(nowMs * 1000);
  }

  setRate(perSecond: number): void {
    this.#perSecond = perSecond;
    this.#capacity = Math.max(1, perSecond) * TOKEN;
    this.#credit = Math.min(this.#credit, this.#capacity);
  }

  /** Returns 0 when one may go ahead, which is counted; else in how many milliseconds it may. */
  take(nowMs: number): number {
    const waitMs = this.waitMs(nowMs);
    if (waitMs === 0) this.#credit -= TOKEN;
    return waitMs;
  }

  /** Counts one that has happened whether it was allowed or not, so that the wait may grow beyond one token's. */
  spend(nowMs: number): void {
    this.#refill(nowMs);
    this.#credit -= TOKEN;
  }

  /** In how many milliseconds the next one may go ahead; 0 when it may now. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#credit >= TOKEN ? 0 : this.#msUntil(TOKEN);
  }

  /** How many may go ahead at once, as of the last call. */
  get left(): number {
    return Math.max(0, Math.floor(this.#credit / TOKEN));
  }

  /** In how many milliseconds it is full, as of the last call. */
  get fullInMs(): number {
    return this.#msUntil(this.#capacity);
  }

  #refill(nowMs: number): void {
    const nowUs = Math.floor(nowMs * 1000);
    // A token costs a million, so that each microsecond is worth `perSecond`.
    this.#credit = Math.min(this.#capacity, this.#credit + (nowUs - this.#creditedAtUs) * this.#perSecond);
    this.#creditedAtUs = nowUs;
  }

  #msUntil(credit: number): number {
    return (credit - this.#credit) / this.#perSecond / 1000;
  }
}
