/**
 * What a `Retry-After` says. `wait`: from now. `now`: zero or a date that has passed, which with a refusal names no
 * useful time. `nonsense`: neither a number of seconds nor a date.
 */
export type RetryAfter =
  | { readonly kind: 'wait'; readonly delayMs: number }
  | { readonly kind: 'now' }
  | { readonly kind: 'absent' }
  | { readonly kind: 'nonsense' };

/** The three date forms of RFC 9110 section 5.6.7; `Date.parse` alone would also take `-1` for a date. */
const HTTP_DATE =
  /^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, \d{2}-[A-Z][a-z]{2}-\d{2} \d{2}:\d{2}:\d{2} GMT|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d{2}:\d{2}:\d{2} \d{4})$/;

/** Milliseconds since the epoch, or null for what is no HTTP-date. */
export function parseHttpDate(text: string): number | null {
  if (!HTTP_DATE.test(text)) return null;
  // asctime carries no zone, and means GMT.
  const time = Date.parse(text.endsWith('GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? null : time;
}

/**
 * Reads `Retry-After`. A date is taken relative to the server's own `Date` header, so that a wrong clock on this side
 * changes nothing; without one, relative to `nowMs`.
 *
 * @see RFC 9110 section 10.2.3
 */
export function parseRetryAfter(value: string | undefined, serverDate: string | undefined, nowMs: number): RetryAfter {
  if (value === undefined) return { kind: 'absent' };
  const text = value.trim();
  if (/^\d+$/.test(text)) {
    const seconds = Number(text);
    return seconds === 0 ? { kind: 'now' } : { kind: 'wait', delayMs: seconds * 1000 };
  }
  const at = parseHttpDate(text);
  if (at === null) return { kind: 'nonsense' };
  const base = (serverDate === undefined ? null : parseHttpDate(serverDate.trim())) ?? nowMs;
  return at > base ? { kind: 'wait', delayMs: at - base } : { kind: 'now' };
}
