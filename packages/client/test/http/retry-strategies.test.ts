import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DipswitchError } from '../../src/errors.ts';
import { type AttemptReport, decideRetry, fullJitterMs, type RetryContext } from '../../src/http/retry-strategies.ts';

const CONTEXT: RetryContext = {
  repeatable: true,
  failedAttempts: 1,
  rateLimitedInARow: 0,
  canRefreshToken: true,
  maxFailedAttempts: 5,
  maxRetryAfterMs: 30_000,
  nowMs: Date.parse('2026-11-23T10:00:00Z'),
  random: () => 0.5,
};

function answered(status: number, headers: Record<string, string> = {}): AttemptReport {
  return { kind: 'answer', answer: { status, headers: new Map(Object.entries(headers)), json: undefined } };
}

function failed(
  code: 'CONNECTION_FAILED' | 'RESPONSE_TOO_LARGE' | 'ATTEMPT_TIMEOUT',
  reachedServer = true,
): AttemptReport {
  return { kind: 'failure', error: new DipswitchError(code, 'x'), reachedServer };
}

const limited = { ...CONTEXT, rateLimitedInARow: 1 };

const retry = (delayMs: number, holds: 'all' | 'this', capped = false) => ({ action: 'retry', delayMs, holds, capped });
const giveUp = { action: 'give-up' };

describe('decideRetry', () => {
  it.each<[string, AttemptReport, RetryContext, object]>([
    ['an answer', answered(200), CONTEXT, giveUp],
    ['a refusal', answered(400), CONTEXT, giveUp],
    ['a conflict', answered(412), CONTEXT, giveUp],
    ['a redirect', answered(302), CONTEXT, giveUp],
    ['not implemented', answered(501), CONTEXT, giveUp],
    ['401', answered(401), CONTEXT, { action: 'refresh-token' }],
    ['401 with the new token', answered(401), { ...CONTEXT, canRefreshToken: false }, giveUp],
    ['429 with seconds', answered(429, { 'retry-after': '2' }), limited, retry(2_000, 'all')],
    [
      '429 with a date',
      answered(429, { 'retry-after': 'Mon, 23 Nov 2026 12:00:04 GMT', date: 'Mon, 23 Nov 2026 12:00:00 GMT' }),
      limited,
      retry(4_000, 'all'),
    ],
    ['429 with an absurd wait', answered(429, { 'retry-after': '1000000000' }), limited, retry(30_000, 'all', true)],
    ['429 at the cap', answered(429, { 'retry-after': '30' }), limited, retry(30_000, 'all')],
    ['429 with zero', answered(429, { 'retry-after': '0' }), limited, retry(125, 'all')],
    ['429 with -1', answered(429, { 'retry-after': '-1' }), limited, retry(125, 'all')],
    ['429 with a word', answered(429, { 'retry-after': 'soon' }), limited, retry(125, 'all')],
    ['429 with nothing', answered(429), limited, retry(125, 'all')],
    ['the third 429 with nothing', answered(429), { ...CONTEXT, rateLimitedInARow: 3 }, retry(500, 'all')],
    ['429 on what is not repeatable', answered(429), { ...limited, repeatable: false }, retry(125, 'all')],
    ['429 after many failures', answered(429), { ...limited, failedAttempts: 99 }, retry(125, 'all')],
    ['503', answered(503), CONTEXT, retry(125, 'this')],
    ['503 with seconds', answered(503, { 'retry-after': '7' }), CONTEXT, retry(7_000, 'this')],
    ['500', answered(500), { ...CONTEXT, failedAttempts: 2 }, retry(250, 'this')],
    ['502', answered(502), CONTEXT, retry(125, 'this')],
    ['504', answered(504), CONTEXT, retry(125, 'this')],
    ['408', answered(408), CONTEXT, retry(125, 'this')],
    ['the last 503', answered(503), { ...CONTEXT, failedAttempts: 5 }, giveUp],
    ['503 on what is not repeatable', answered(503), { ...CONTEXT, repeatable: false }, giveUp],
    ['a reset', failed('CONNECTION_FAILED'), CONTEXT, retry(125, 'this')],
    ['a time-out', failed('ATTEMPT_TIMEOUT'), CONTEXT, retry(125, 'this')],
    ['the last reset', failed('CONNECTION_FAILED'), { ...CONTEXT, failedAttempts: 5 }, giveUp],
    ['a reset of what is not repeatable', failed('CONNECTION_FAILED'), { ...CONTEXT, repeatable: false }, giveUp],
    [
      'a refused connection of what is not repeatable',
      failed('CONNECTION_FAILED', false),
      { ...CONTEXT, repeatable: false },
      retry(125, 'this'),
    ],
    ['an answer that is too large', failed('RESPONSE_TOO_LARGE'), CONTEXT, giveUp],
  ])('%s', (_name, report, context, expected) => {
    expect(decideRetry(report, context)).toEqual(expected);
  });

  it('never waits longer than the cap, nor less than nothing, whatever the server says', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.nat(100), (retryAfter, date, round) => {
        const report = answered(429, { 'retry-after': retryAfter, date });
        const decision = decideRetry(report, { ...CONTEXT, rateLimitedInARow: round });
        expect(decision.action).toBe('retry');
        if (decision.action !== 'retry') return;
        expect(decision.delayMs).toBeGreaterThanOrEqual(0);
        expect(decision.delayMs).toBeLessThanOrEqual(30_000);
      }),
    );
  });
});

describe('fullJitterMs', () => {
  it.each([
    [1, 250],
    [2, 500],
    [5, 4_000],
    [7, 10_000],
    [500, 10_000],
  ])('stays below the ceiling of round %i', (round, ceilingMs) => {
    expect(fullJitterMs(round, () => 0)).toBe(0);
    expect(fullJitterMs(round, () => 0.999999)).toBeLessThan(ceilingMs);
    expect(fullJitterMs(round, () => 0.999999)).toBeGreaterThan(ceilingMs * 0.99);
  });
});
