import { describe, expect, it } from 'vitest';
import { type AttemptResult, judgeAttempt } from '../../../src/features/events/delivery-verdict.ts';

const answer = (status: number, retryAfter: string | null = null): AttemptResult => ({ status, retryAfter });
const judge = (result: AttemptResult, attempts = 1) => judgeAttempt(result, attempts, 0, 0);

describe('judgeAttempt', () => {
  it.each([200, 201, 202, 204, 299])('takes %i for delivered', (status) => {
    expect(judge(answer(status))).toEqual({ state: 'delivered', status });
  });

  it.each([100, 199, 300, 301, 302, 307, 308, 400, 401, 404, 409, 422, 429, 500, 502, 503, 504])(
    'tries again after %i',
    (status) => {
      expect(judge(answer(status))).toEqual({ state: 'pending', status, error: `HTTP_${status}`, delayMs: 5_000 });
    },
  );

  it('never sends again to a receiver that is gone', () => {
    expect(judge(answer(410))).toEqual({ state: 'dead', status: 410, error: 'ENDPOINT_GONE', isGone: true });
  });

  it.each([429, 503])('honours Retry-After of %i', (status) => {
    expect(judge(answer(status, '60'))).toMatchObject({ state: 'pending', delayMs: 60_000 });
  });

  it('ignores Retry-After of other answers', () => {
    expect(judge(answer(500, '60'))).toMatchObject({ delayMs: 5_000 });
  });

  it.each(['NO_ANSWER', 'ADDRESS_REFUSED', 'TLS_FAILED', 'UNSIGNABLE'] as const)('tries again after %s', (failure) => {
    expect(judge({ failure })).toEqual({ state: 'pending', status: null, error: failure, delayMs: 5_000 });
  });

  it('gives up after the tenth attempt', () => {
    expect(judge(answer(500), 9)).toMatchObject({ state: 'pending' });
    expect(judge(answer(500), 10)).toEqual({ state: 'dead', status: 500, error: 'HTTP_500', isGone: false });
    expect(judge({ failure: 'NO_ANSWER' }, 10)).toMatchObject({ state: 'dead', status: null });
    expect(judge(answer(200), 10)).toMatchObject({ state: 'delivered' });
  });
});
