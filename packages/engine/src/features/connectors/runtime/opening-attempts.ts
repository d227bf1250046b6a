import type { HealthErrorClass } from '@dipswitch/contract';
import type { Clock } from '../../../util/clock.ts';
import type { HealthFailure } from '../../health/health-errors.ts';
import { type RetryDelayOptions, retryDelayMs } from './retry-delay.ts';

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

  get errorClass(): HealthErrorClass | null {
    return this.#last?.failure.errorClass ?? null;
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
