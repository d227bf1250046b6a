/** What this package needs of time; the clocks of client and engine both are one. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. */
  now(): number;
  /** Monotonic milliseconds; only differences mean anything. */
  monotonicMs(): number;
  setTimer(delayMs: number, callback: () => void): { cancel(): void };
}
