import { describe, expect, it } from 'vitest';
import { parseRateLimit } from '../../src/http/rate-limit-header.ts';

describe('parseRateLimit', () => {
  it.each([
    ['"write";r=49;t=1', { remaining: 49, resetSeconds: 1 }],
    ['"write"; r=0; t=30', { remaining: 0, resetSeconds: 30 }],
    ['"day";r=100;t=3600, "write";r=2;t=1', { remaining: 2, resetSeconds: 1 }],
    ['limit=50, remaining=3, reset=1', { remaining: 3, resetSeconds: 1 }],
    ['"write";r=-1;t=1', null],
    ['"write";r=5', null],
    ['nonsense', null],
    ['', null],
    [undefined, null],
    [`${'x'.repeat(2_000)};r=0;t=1`, null],
  ])('reads %s', (value, expected) => {
    expect(parseRateLimit(value)).toEqual(expected);
  });
});
