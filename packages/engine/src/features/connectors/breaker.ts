import type { HealthErrorClass } from '@dipswitch/contract';
import type { DriverErrorKind } from '../../drivers/driver.ts';
import type { Clock } from '../../util/clock.ts';
import type { HealthFailure } from '../health/health-errors.ts';
import { type RetryDelayOptions, retryDelayMs } from './retry-delay.ts';

/** Failures that say that the database is not there for us; others are about one statement or a busy pool. */
const COUNTS: ReadonlySet<DriverErrorKind> = new Set([
  'refused',
  'host-not-found',
  'unreachable',
  'connect-timeout',
  'egress-denied',
  'tls-not-offered',
  'tls-untrusted',
  'tls-expired',
  'tls-host-mismatch',
  'authentication',
  'database-not-found',
  'too-many-connections',
  'query-timeout',
  'connection-lost',
  'protocol',
  'driver-unavailable',
  'unknown',
]);

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryDelayOptions;
  /** Failures in a row that open it. */
  readonly breakerAfter: number;
}

/**
 * Counts the failures of a serving pool. States: closed; open after so many failures in a row, then statements are
 * refused at once and at `nextProbeAt` one probe goes out. Its success closes the breaker, its failure sets a later time.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #isOpen = false;
  #nextProbeAt = 0;
  #errorClass: HealthErrorClass | null = null;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  get hasFailures(): boolean {
    return this.#failures > 0;
  }

  /** Monotonic time of the next probe, while there are failures. */
  get nextProbeAt(): number {
    return this.#nextProbeAt;
  }

  get errorClass(): HealthErrorClass | null {
    return this.#errorClass;
  }

  static counts(kind: DriverErrorKind): boolean {
    return COUNTS.has(kind);
  }

  succeed(): void {
    this.#failures = 0;
    this.#isOpen = false;
    this.#errorClass = null;
  }

  /** Resolves to true when this failure opened the breaker. */
  fail(kind: DriverErrorKind, failure: HealthFailure, healthIntervalMs: number | null): boolean {
    const { clock, random, retry, breakerAfter } = this.#options;
    this.#failures += 1;
    this.#errorClass = failure.errorClass;
    this.#nextProbeAt = clock.monotonicMs() + retryDelayMs(failure, this.#failures, healthIntervalMs, random, retry);
    const opens = !this.#isOpen && this.#failures >= breakerAfter && COUNTS.has(kind);
    if (opens) this.#isOpen = true;
    return opens;
  }

  /** A probe is wanted now, whatever the retry time says. */
  probeNow(): void {
    this.#nextProbeAt = this.#options.clock.monotonicMs();
  }
}
