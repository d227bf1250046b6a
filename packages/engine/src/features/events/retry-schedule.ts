const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** Wait before each attempt, counted from the one before. After the last one the delivery is dead. */
export const ATTEMPT_DELAYS_MS: readonly number[] = [
  0,
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  20 * HOUR_MS,
  24 * HOUR_MS,
];

/** A receiver may put us off for as long as the longest step of the schedule, not for years. */
const RETRY_AFTER_MAX_MS = 24 * HOUR_MS;

/** Up to a tenth later, so that the deliveries that failed together do not come back together. */
const JITTER = 0.1;

/**
 * Wait before the next attempt, or null when `attempts` made so far were all there are. `retryAfterMs` can only make
 * it longer. `random` is in [0, 1).
 */
export function nextDelayMs(attempts: number, random: number, retryAfterMs: number | null): number | null {
  const delay = ATTEMPT_DELAYS_MS[attempts];
  if (delay === undefined) return null;
  return Math.max(Math.round(delay * (1 + JITTER * random)), retryAfterMs ?? 0);
}

/** Reads `Retry-After`, seconds or an HTTP date, as milliseconds from `now`, capped; null when it is neither. */
export function parseRetryAfter(value: string | null, now: number): number | null {
  const text = value?.trim() ?? '';
  if (/^[0-9]+$/.test(text)) return Math.min(Number(text) * SECOND_MS, RETRY_AFTER_MAX_MS);
  // Date.parse takes "-1" and "2" for dates; an HTTP date begins with the name of a day.
  const at = /^[A-Za-z]{3,9}, /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : Math.min(Math.max(at - now, 0), RETRY_AFTER_MAX_MS);
}
