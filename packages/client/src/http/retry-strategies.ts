import type { DipswitchError } from '../errors.ts';
import type { WireAnswer } from '../wire.ts';
import { parseRetryAfter } from './retry-after.ts';

/** How one attempt ended. `reachedServer` is false only when it surely never got there. */
export type AttemptReport =
  | { readonly kind: 'answer'; readonly answer: WireAnswer }
  | { readonly kind: 'failure'; readonly error: DipswitchError; readonly reachedServer: boolean };

/** What the loop knows of the call so far. */
export interface RetryContext {
  readonly repeatable: boolean;
  /** Attempts that failed, this one included where it did; 429 and 401 do not count. */
  readonly failedAttempts: number;
  /** 429 answers in a row, this one included. */
  readonly rateLimitedInARow: number;
  readonly canRefreshToken: boolean;
  readonly maxFailedAttempts: number;
  readonly maxRetryAfterMs: number;
  readonly nowMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export type RetryDecision =
  | {
      readonly action: 'retry';
      readonly delayMs: number;
      /** `all`: nobody may send before; `this`: only this call waits. */
      readonly holds: 'all' | 'this';
      /** The server named a longer wait than is believed. */
      readonly capped: boolean;
    }
  | { readonly action: 'refresh-token' }
  | { readonly action: 'give-up' };

/** Decides, does nothing. Undefined: not mine. */
export type RetryStrategy = (report: AttemptReport, context: RetryContext) => RetryDecision | undefined;

const GIVE_UP: RetryDecision = { action: 'give-up' };
const BACKOFF_BASE_MS = 250;
const BACKOFF_MAX_MS = 10_000;

/** Statuses by which a server, or a proxy before it, says that the same request may work later. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 500, 502, 503, 504]);

/** Full jitter: uniform in [0, base * 2^round), the ceiling bounded. */
export function fullJitterMs(round: number, random: () => number): number {
  return random() * Math.min(BACKOFF_MAX_MS, BACKOFF_BASE_MS * 2 ** Math.max(0, round - 1));
}

const unauthorized: RetryStrategy = (report, context) => {
  if (report.kind !== 'answer' || report.answer.status !== 401) return undefined;
  return context.canRefreshToken ? { action: 'refresh-token' } : GIVE_UP;
};

/** Refused before any work was done, so safe for every method; bounded by the call's deadline alone. */
const rateLimited: RetryStrategy = (report, context) => {
  if (report.kind !== 'answer' || report.answer.status !== 429) return undefined;
  return waitAsTold(report.answer, context, context.rateLimitedInARow, 'all');
};

const transientAnswer: RetryStrategy = (report, context) => {
  if (report.kind !== 'answer' || !TRANSIENT_STATUSES.has(report.answer.status)) return undefined;
  if (!context.repeatable || context.failedAttempts >= context.maxFailedAttempts) return GIVE_UP;
  return waitAsTold(report.answer, context, context.failedAttempts, 'this');
};

const failedExchange: RetryStrategy = (report, context) => {
  if (report.kind !== 'failure') return undefined;
  if (!report.error.retryable || context.failedAttempts >= context.maxFailedAttempts) return GIVE_UP;
  if (!context.repeatable && report.reachedServer) return GIVE_UP;
  const delayMs = fullJitterMs(context.failedAttempts, context.random);
  return { action: 'retry', delayMs, holds: 'this', capped: false };
};

const STRATEGIES: readonly RetryStrategy[] = [unauthorized, rateLimited, transientAnswer, failedExchange];

/** The first strategy that knows the case decides; what none knows is final. */
export function decideRetry(report: AttemptReport, context: RetryContext): RetryDecision {
  for (const strategy of STRATEGIES) {
    const decision = strategy(report, context);
    if (decision !== undefined) return decision;
  }
  return GIVE_UP;
}

/** Jitter only where the server named no time: a named one spreads nobody, and earlier would be wasted. */
function waitAsTold(answer: WireAnswer, context: RetryContext, round: number, holds: 'all' | 'this'): RetryDecision {
  const told = parseRetryAfter(answer.headers.get('retry-after'), answer.headers.get('date'), context.nowMs);
  if (told.kind !== 'wait') {
    return { action: 'retry', delayMs: fullJitterMs(round, context.random), holds, capped: false };
  }
  const capped = told.delayMs > context.maxRetryAfterMs;
  return { action: 'retry', delayMs: capped ? context.maxRetryAfterMs : told.delayMs, holds, capped };
}
