import type { Clock } from '../../../util/clock.ts';
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

export interface OpeningAttemptsOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryDelayOptions;
  /** A caller's check does not repeat a refused login within this time. */
  readonly forcedLoginMs: number;
}

interface FailedAttempt {
  /** Undefined when the secrets did not resolve. */
  readonly versions: string | undefined;
  readonly failure: HealthFailure;
  readonly at: number;
}

/** The attempts in a row that did not open a pool for the stored configuration, and when the next one is due. */
export class OpeningAttempts {
  readonly #options: OpeningAttemptsOptions;
  #failures = 0;
  #last: FailedAttempt | null = null;
  #nextAt = 0;

  constructor(options: OpeningAttemptsOptions) {
    this.#options = options;
  }

  /** Of the last attempt, when it failed. */
  get failure(): HealthFailure | null {
    return this.#last?.failure ?? null;
  }

  /** Secret versions of the last failed attempt. */
  get failedVersions(): string | undefined {
    return this.#last?.versions;
  }

  get nextAt(): number {
    return this.#nextAt;
  }

  get isDue(): boolean {
    return this.#last === null || this.#options.clock.monotonicMs() >= this.#nextAt;
  }

  /** Whether a caller may have an attempt before it is due. Refused logins lock accounts, so not every time. */
  get mayForce(): boolean {
    if (this.#last?.failure.errorClass !== 'AUTHENTICATION_FAILED') return true;
    return this.#options.clock.monotonicMs() - this.#last.at >= this.#options.forcedLoginMs;
  }

  reset(): void {
    this.#failures = 0;
    this.#last = null;
  }

  /** Returns true for the first failure in a row. */
  fail(failure: HealthFailure, versions: string | undefined, healthIntervalMs: number | null): boolean {
    const { clock, random, retry } = this.#options;
    const at = clock.monotonicMs();
    this.#failures += 1;
    this.#last = { versions, failure, at };
    this.#nextAt = at + retryDelayMs(failure, this.#failures, healthIntervalMs, random, retry);
    return this.#failures === 1;
  }
}
