import { DipswitchError } from '../errors.ts';
import type { AttemptOutcome } from '../telemetry/attempt.ts';
import type { WireCounters, WireRequest } from '../wire.ts';
import type { AttemptReport } from './retry-strategies.ts';

/** One call under way: what its attempts have shown so far. */
export interface CallState {
  readonly requestId: string;
  readonly deadlineAtMs: number;
  readonly signal: AbortSignal;
  attempts: number;
  failedAttempts: number;
  rateLimitedInARow: number;
  tokenReplaced: boolean;
  maybeCarriedOut: boolean;
  lastFailure: DipswitchError | undefined;
}

/** What an attempt adds to the call, and to the counters of all calls. */
export function countAttempt(report: AttemptReport, state: CallState, counters: WireCounters): void {
  const status = report.kind === 'answer' ? report.answer.status : 0;
  if (status === 429) {
    state.rateLimitedInARow += 1;
    counters.rateLimited += 1;
    return;
  }
  state.rateLimitedInARow = 0;
  if (report.kind === 'failure' || status >= 500 || status === 408) state.failedAttempts += 1;
  if (report.kind === 'failure') state.lastFailure = report.error;
}

/** A lost answer, or a 5xx (a proxy's may stand for a finished change), leaves open whether the change was made. */
export function noteAmbiguity(report: AttemptReport, state: CallState): void {
  if (report.kind === 'failure' ? report.reachedServer : report.answer.status >= 500) state.maybeCarriedOut = true;
}

export function outcomeOf(status: number): AttemptOutcome {
  if (status === 429) return 'rate-limited';
  if (status >= 500) return 'server-error';
  return status >= 400 ? 'client-error' : 'success';
}

/** Says on the error what the call went through; a foreign error (the caller's abort reason) passes untouched. */
export function withCallFacts(error: unknown, request: WireRequest, state: CallState): unknown {
  if (!(error instanceof DipswitchError) || error.attempts > 0) return error;
  const cause = error.cause ?? state.lastFailure;
  return new DipswitchError(error.code, `${request.method} ${request.path}: ${error.message}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(error.status === undefined ? {} : { status: error.status }),
    retryable: error.retryable,
    requestId: state.requestId,
    attempts: state.attempts,
    maybeCarriedOut: state.maybeCarriedOut,
    request: { method: request.method, path: request.path },
  });
}
