import { isDipswitchError } from '../errors.ts';
import type { FailureReport } from './apply-types.ts';

/** Codes after which every further change would fail the same way, or could not be recorded. */
const STOPPING: ReadonlySet<string> = new Set([
  'AUTH_REJECTED',
  'AUTH_UNAVAILABLE',
  'UNAUTHENTICATED',
  'INSUFFICIENT_SCOPE',
  'RETRY_BUDGET_SPENT',
  'AUDIT_FILE_UNWRITABLE',
  'JOURNAL_UNWRITABLE',
  'AUDIT_UNAVAILABLE',
  'CLIENT_CLOSED',
  'ABORTED',
]);

export const STOPPED_BY_CALLER: FailureReport = {
  code: 'ABORTED',
  message: 'stopped by the caller',
  hint: 'Run it again to go on; what was applied is then unchanged.',
  retryable: true,
  status: null,
  requestId: null,
  issues: [],
};

/** An operational error as data; null for a bug, which is to be thrown on. */
export function toFailureReport(error: unknown, signal: AbortSignal): FailureReport | null {
  if (isDipswitchError(error)) {
    return {
      code: error.code,
      message: error.message,
      hint: error.hint,
      retryable: error.retryable,
      status: error.status ?? null,
      requestId: error.requestId ?? null,
      issues: error.issues ?? [],
    };
  }
  if (!signal.aborted) return null;
  return { ...STOPPED_BY_CALLER, message: 'aborted while under way; the server may have carried it out' };
}

export function stopsTheRun(failure: FailureReport): boolean {
  return STOPPING.has(failure.code);
}
