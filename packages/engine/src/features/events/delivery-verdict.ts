import { nextDelayMs, parseRetryAfter } from './retry-schedule.ts';
import type { WebhookAnswer, WebhookFailure } from './webhook-transport.ts';

/** What an attempt ended with. `UNSIGNABLE`: the secret of the endpoint could not be opened. */
export type AttemptResult = WebhookAnswer | { readonly failure: WebhookFailure | 'UNSIGNABLE' };

export type DeliveryVerdict =
  | { readonly state: 'delivered'; readonly status: number }
  /** `isGone`: the receiver wants nothing ever again, so its endpoint is disabled. */
  | { readonly state: 'dead'; readonly status: number | null; readonly error: string; readonly isGone: boolean }
  | { readonly state: 'pending'; readonly status: number | null; readonly error: string; readonly delayMs: number };

const GONE = 410;
const RETRY_AFTER_STATUSES: ReadonlySet<number> = new Set([429, 503]);

/** Decides what becomes of a delivery after an attempt; `attempts` counts that attempt. */
export function judgeAttempt(result: AttemptResult, attempts: number, now: number, random: number): DeliveryVerdict {
  if ('failure' in result) return retryOrDie(null, result.failure, attempts, random, null);
  const { status } = result;
  if (status >= 200 && status < 300) return { state: 'delivered', status };
  if (status === GONE) return { state: 'dead', status, error: 'ENDPOINT_GONE', isGone: true };
  const retryAfterMs = RETRY_AFTER_STATUSES.has(status) ? parseRetryAfter(result.retryAfter, now) : null;
  return retryOrDie(status, `HTTP_${status}`, attempts, random, retryAfterMs);
}

function retryOrDie(
  status: number | null,
  error: string,
  attempts: number,
  random: number,
  retryAfterMs: number | null,
): DeliveryVerdict {
  const delayMs = nextDelayMs(attempts, random, retryAfterMs);
  if (delayMs === null) return { state: 'dead', status, error, isGone: false };
  return { state: 'pending', status, error, delayMs };
}
