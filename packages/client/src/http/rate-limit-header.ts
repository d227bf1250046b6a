/** What a server says is left of its tightest quota. */
export interface Quota {
  readonly remaining: number;
  /** Until the quota is whole again. */
  readonly resetSeconds: number;
  /** The quota over its window; null where the server names no window. */
  readonly ratePerSecond: number | null;
}

/** Longer values are not read: they come from no honest server. */
const MAX_LENGTH = 1000;

/**
 * Reads `RateLimit` with its `RateLimit-Policy`, or the older forms: one list (`limit=50, remaining=3, reset=1`), three
 * headers, `X-RateLimit-*`. Null where they say nothing usable. Of several quotas the one with the least left counts.
 *
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function parseQuota(headers: ReadonlyMap<string, string>, nowMs: number): Quota | null {
  const current = read(headers, 'ratelimit');
  const policy = read(headers, 'ratelimit-policy');
  if (current !== undefined) {
    return /\bremaining=/.test(current) ? quotaOfList(current, policy) : quotaOfItems(current, policy);
  }
  return quotaOfThree(headers, 'ratelimit', policy, nowMs) ?? quotaOfThree(headers, 'x-ratelimit', undefined, nowMs);
}

function read(headers: ReadonlyMap<string, string>, name: string): string | undefined {
  const value = headers.get(name);
  return value === undefined || value.length > MAX_LENGTH ? undefined : value;
}

function quotaOfItems(text: string, policy: string | undefined): Quota | null {
  let tightest: Quota | null = null;
  for (const item of text.split(',')) {
    const remaining = numberOf(item, /;\s*r=(\d{1,9})\b/);
    const resetSeconds = numberOf(item, /;\s*t=(\d{1,9})\b/);
    if (remaining === null || resetSeconds === null) continue;
    if (tightest !== null && tightest.remaining <= remaining) continue;
    tightest = { remaining, resetSeconds, ratePerSecond: rateOfPolicy(policy, nameOf(item)) };
  }
  return tightest;
}

function quotaOfList(text: string, policy: string | undefined): Quota | null {
  return quotaOf(numberOf(text, /\bremaining=(\d{1,9})\b/), numberOf(text, /\breset=(\d{1,9})\b/), policy);
}

function quotaOfThree(
  headers: ReadonlyMap<string, string>,
  prefix: string,
  policy: string | undefined,
  nowMs: number,
): Quota | null {
  const remaining = numberOf(read(headers, `${prefix}-remaining`) ?? '', /^\s*(\d{1,9})\b/);
  const reset = numberOf(read(headers, `${prefix}-reset`) ?? '', /^\s*(\d{1,12})\b/);
  // Some servers name a moment, in seconds since the epoch, rather than a distance.
  const resetSeconds = reset !== null && reset > 1e9 ? Math.max(0, reset - nowMs / 1000) : reset;
  return quotaOf(remaining, resetSeconds, policy ?? read(headers, `${prefix}-limit`));
}

function quotaOf(remaining: number | null, resetSeconds: number | null, policy: string | undefined): Quota | null {
  if (remaining === null || resetSeconds === null) return null;
  return { remaining, resetSeconds, ratePerSecond: rateOfPolicy(policy, null) };
}

/** `"name";q=50;w=1` of the current draft, `50;w=1` of the older ones. */
function rateOfPolicy(policy: string | undefined, name: string | null): number | null {
  for (const item of policy?.split(',') ?? []) {
    if (name !== null && nameOf(item) !== name) continue;
    const quota = numberOf(item, /;\s*q=(\d{1,9})\b/) ?? numberOf(item, /^\s*(\d{1,9})\s*;/);
    const windowSeconds = numberOf(item, /;\s*w=(\d{1,9})\b/);
    if (quota !== null && windowSeconds !== null && quota > 0 && windowSeconds > 0) return quota / windowSeconds;
  }
  return null;
}

function nameOf(item: string): string {
  return (item.split(';', 1)[0] ?? '').trim();
}

function numberOf(text: string, pattern: RegExp): number | null {
  const match = pattern.exec(text)?.[1];
  return match === undefined ? null : Number(match);
}
