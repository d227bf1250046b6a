import { describe, expect, it } from 'vitest';
import { ATTEMPT_DELAYS_MS, nextDelayMs, parseRetryAfter } from '../../../src/features/events/retry-schedule.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const now = Date.parse('2026-01-15T12:00:00Z');

describe('nextDelayMs', () => {
  it('follows the published schedule and ends after its last attempt', () => {
    const delays = ATTEMPT_DELAYS_MS.map((_, attempts) => nextDelayMs(attempts, 0, null));
    expect(delays).toEqual([
      0,
      5 * SECOND,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
    ]);
    expect(nextDelayMs(10, 0, null)).toBeNull();
    expect(nextDelayMs(10, 0, HOUR)).toBeNull();
  });

  it('spreads by up to a tenth, never earlier', () => {
    expect(nextDelayMs(2, 0, null)).toBe(5 * MINUTE);
    expect(nextDelayMs(2, 0.5, null)).toBe(5.25 * MINUTE);
    expect(nextDelayMs(2, 0.999_999, null)).toBe(5.5 * MINUTE);
  });

  it('waits as long as the receiver asks, and never shorter than the schedule', () => {
    expect(nextDelayMs(1, 0, 2 * MINUTE)).toBe(2 * MINUTE);
    expect(nextDelayMs(2, 0, 1 * SECOND)).toBe(5 * MINUTE);
  });
});

describe('parseRetryAfter', () => {
  it.each([
    ['120', 120 * SECOND],
    [' 0 ', 0],
    ['Thu, 15 Jan 2026 12:01:30 GMT', 90 * SECOND],
    ['Thu, 15 Jan 2026 11:00:00 GMT', 0],
    ['999999999', 24 * HOUR],
    ['Fri, 15 Jan 2044 12:00:00 GMT', 24 * HOUR],
    ['-1', null],
    ['1.5', null],
    ['soon', null],
    ['', null],
    ['Thu, nonsense', null],
    [null, null],
  ])('reads %j as %j', (text, expected) => {
    expect(parseRetryAfter(text, now)).toBe(expected);
  });
});
