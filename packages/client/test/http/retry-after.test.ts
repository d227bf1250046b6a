import { describe, expect, it } from 'vitest';
import { parseHttpDate, parseRetryAfter } from '../../src/http/retry-after.ts';

const NOW = Date.parse('2026-11-23T10:00:00Z');
const SERVER_DATE = 'Mon, 23 Nov 2026 10:10:00 GMT';

describe('parseRetryAfter', () => {
  it.each([
    ['2', { kind: 'wait', delayMs: 2_000 }],
    [' 120 ', { kind: 'wait', delayMs: 120_000 }],
    ['1000000000', { kind: 'wait', delayMs: 1_000_000_000_000 }],
    ['0', { kind: 'now' }],
    ['-1', { kind: 'nonsense' }],
    ['1e9', { kind: 'nonsense' }],
    ['1.5', { kind: 'nonsense' }],
    ['soon', { kind: 'nonsense' }],
    ['', { kind: 'nonsense' }],
    [undefined, { kind: 'absent' }],
    ['Mon, 23 Nov 2026 10:10:05 GMT', { kind: 'wait', delayMs: 5_000 }],
    ['Monday, 23-Nov-26 10:10:05 GMT', { kind: 'wait', delayMs: 5_000 }],
    ['Mon Nov 23 10:10:05 2026', { kind: 'wait', delayMs: 5_000 }],
    ['Mon, 23 Nov 2026 10:09:00 GMT', { kind: 'now' }],
    ['Thu, 01 Jan 1970 00:00:00 GMT', { kind: 'now' }],
    ['Mon, 99 Nov 2026 10:10:05 GMT', { kind: 'nonsense' }],
    ['2026-11-23T10:10:05Z', { kind: 'nonsense' }],
  ])('reads %s', (value, expected) => {
    expect(parseRetryAfter(value, SERVER_DATE, NOW)).toEqual(expected);
  });

  it("takes a date relative to the server's clock, ten minutes off ours", () => {
    const later = 'Mon, 23 Nov 2026 10:10:03 GMT';
    expect(parseRetryAfter(later, SERVER_DATE, NOW)).toEqual({ kind: 'wait', delayMs: 3_000 });
  });

  it.each([undefined, 'rubbish'])('takes a date relative to our clock when the server dates itself %s', (date) => {
    expect(parseRetryAfter('Mon, 23 Nov 2026 10:00:03 GMT', date, NOW)).toEqual({ kind: 'wait', delayMs: 3_000 });
  });
});

describe('parseHttpDate', () => {
  it.each(['-1', '5', 'Nov 23 2026', 'Mon'])('refuses %s, which Date.parse may take', (text) => {
    expect(parseHttpDate(text)).toBeNull();
  });
});
