import type { HealthFailure } from '../../health/health-errors.ts';

export interface RetryDelayOptions {
  /** Delay after the first failure. Default 1 s. */
  readonly baseMs: number;
  /** Longest delay, where the health interval is not shorter. Default 60 s. */
  readonly maxMs: number;
  /** Delay after a refused login with secrets that did not change. Default 15 minutes. */
  readonly authenticationMs: number;
  /** Longest delay while a secret does not resolve; no database is asked then. Default 10 s. */
  readonly secretMs: number;
}

export const DEFAULT_RETRY_DELAYS: RetryDelayOptions = {
  baseMs: 1_000,
  maxMs: 60_000,
  authenticationMs: 900_000,
  secretMs: 10_000,
};

/**
 * How long to wait after the n-th failure in a row: doubling, capped, between half and all of it at random, so that
 * connectors that failed together do not come back together. Databases lock accounts after a handful of refused
 * logins: the same credentials are tried again after many minutes only (changed ones at once).
 */
export function retryDelayMs(
  failure: HealthFailure,
  failures: number,
  healthIntervalMs: number | null,
  random: () => number,
  options: RetryDelayOptions,
): number {
  if (failure.errorClass === 'AUTHENTICATION_FAILED') return options.authenticationMs * (0.9 + 0.2 * random());
  const cap =
    failure.errorClass === 'SECRET_UNRESOLVED'
      ? options.secretMs
      : Math.max(options.baseMs, Math.min(options.maxMs, healthIntervalMs ?? options.maxMs));
  const delay = Math.min(cap, options.baseMs * 2 ** Math.min(30, failures - 1));
  return delay * (0.5 + 0.5 * random());
}
