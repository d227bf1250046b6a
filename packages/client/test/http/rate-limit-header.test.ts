import { describe, expect, it } from 'vitest';
import { parseQuota } from '../../src/http/rate-limit-header.ts';

const NOW_MS = 1_795_000_000_000;

function quota(headers: Record<string, string>) {
  return parseQuota(new Map(Object.entries(headers)), NOW_MS);
}

const left = (remaining: number, resetSeconds: number, ratePerSecond: number | null = null) => ({
  remaining,
  resetSeconds,
  ratePerSecond,
});

describe('parseQuota', () => {
  it.each<[Record<string, string>, object | null]>([
    [{ ratelimit: '"write";r=49;t=1', 'ratelimit-policy': '"write";q=50;w=1' }, left(49, 1, 50)],
    [{ ratelimit: '"write"; r=0; t=30', 'ratelimit-policy': '"write"; q=120; w=60' }, left(0, 30, 2)],
    [{ ratelimit: '"write";r=5;t=1' }, left(5, 1)],
    [{ ratelimit: '"day";r=100;t=3600, "write";r=2;t=1' }, left(2, 1)],
    [
      { ratelimit: '"day";r=100;t=3600, "write";r=2;t=1', 'ratelimit-policy': '"day";q=86400;w=86400,"write";q=5;w=1' },
      left(2, 1, 5),
    ],
    [{ ratelimit: '"write";r=5;t=1', 'ratelimit-policy': '"read";q=5;w=1' }, left(5, 1)],
    [{ ratelimit: '"write";r=5;t=1', 'ratelimit-policy': '"write";q=5;w=0' }, left(5, 1)],
    [{ ratelimit: 'limit=50, remaining=3, reset=1', 'ratelimit-policy': '50;w=1' }, left(3, 1, 50)],
    [{ ratelimit: 'limit=50, remaining=3, reset=1' }, left(3, 1)],
    [
      { 'ratelimit-limit': '100, 100;w=60', 'ratelimit-remaining': '7', 'ratelimit-reset': '30' },
      left(7, 30, 100 / 60),
    ],
    [
      { 'ratelimit-policy': '100;w=10', 'ratelimit-limit': '100', 'ratelimit-remaining': '7', 'ratelimit-reset': '3' },
      left(7, 3, 10),
    ],
    [{ 'x-ratelimit-limit': '60', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '12' }, left(0, 12)],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795000012' }, left(0, 12)],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1794999999' }, left(0, 0)],
    [{ ratelimit: '"write";r=-1;t=1' }, null],
    [{ ratelimit: '"write";r=5' }, null],
    [{ ratelimit: 'nonsense' }, null],
    [{ ratelimit: '' }, null],
    [{ 'ratelimit-remaining': 'many', 'ratelimit-reset': '1' }, null],
    [{}, null],
    [{ ratelimit: `${'x'.repeat(2_000)};r=0;t=1` }, null],
  ])('reads %o', (headers, expected) => {
    expect(quota(headers)).toEqual(expected);
  });
});
