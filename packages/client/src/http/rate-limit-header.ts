/** What is left of a quota, and the seconds until it is renewed. */
export interface RateLimitState {
  readonly remaining: number;
  readonly resetSeconds: number;
}

/**
 * Reads the tightest quota of a `RateLimit` header; null where it says nothing usable. Takes the structured form
 * (`"default";r=3;t=1`) and the older list (`limit=50, remaining=3, reset=1`).
 *
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function parseRateLimit(value: string | undefined): RateLimitState | null {
  if (value === undefined || value.length > 1000) return null;
  if (/\bremaining=/.test(value)) return stateOf(value, /\bremaining=(\d{1,9})\b/, /\breset=(\d{1,9})\b/);
  let tightest: RateLimitState | null = null;
  for (const item of value.split(',')) {
    const state = stateOf(item, /;\s*r=(\d{1,9})\b/, /;\s*t=(\d{1,9})\b/);
    if (state !== null && (tightest === null || state.remaining < tightest.remaining)) tightest = state;
  }
  return tightest;
}

function stateOf(text: string, remaining: RegExp, reset: RegExp): RateLimitState | null {
  const left = remaining.exec(text)?.[1];
  const seconds = reset.exec(text)?.[1];
  return left === undefined || seconds === undefined
    ? null
    : { remaining: Number(left), resetSeconds: Number(seconds) };
}
