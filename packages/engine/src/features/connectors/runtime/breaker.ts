import type { HealthErrorClass } from '@dipswitch/contract';
import type { DriverErrorKind } from '../../../drivers/driver.ts';
import type { Clock } from '../../../util/clock.ts';
import type { HealthFailure } from '../../health/health-errors.ts';
import { type RetryDelayOptions, retryDelayMs } from './opening-attempts.ts';

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

/** Failures of a statement that a busy server, its own text, its input or a short deadline explain as well. */
const SUSPICIONS: ReadonlySet<DriverErrorKind> = new Set([
  'query-timeout',
  'connect-timeout',
  'read-only',
  'protocol',
  'unknown',
]);

/**
 * What a failed statement says of the database: `evidence` counts toward opening the breaker; a `suspicion` has a probe
 * find out, so that one slow action, or one that breaks a constraint, does not take the others down with it.
 */
export function judgeStatementFailure(
  kind: DriverErrorKind,
  vendorCode: string | undefined,
): 'evidence' | 'suspicion' | 'irrelevant' {
  // The server answered, and its answer is about this statement: a violated constraint, a value out of range.
  if (kind === 'unknown' && vendorCode !== undefined) return 'irrelevant';
  if (SUSPICIONS.has(kind)) return 'suspicion';
  return COUNTS.has(kind) ? 'evidence' : 'irrelevant';
}

export interface BreakerOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryDelayOptions;
  /** Failures in a row that open it. */
  readonly breakerAfter: number;
}

/** Who answered this short a time ago is there: a slow statement among quick ones costs no probe. */
const TRUSTED_FOR_MS = 1_000;

/**
 * Counts the failures of a serving pool. States: closed; suspected, then a probe goes out at `nextProbeAt`; open after so
 * many failures in a row, then statements are refused at once and at `nextProbeAt` one probe goes out. Its success closes
 * the breaker, its failure sets a later time.
 */
export class Breaker {
  readonly #options: BreakerOptions;
  #failures = 0;
  #isSuspected = false;
  #succeededAtMs = Number.NEGATIVE_INFINITY;
  #isOpen = false;
  #nextProbeAt = 0;
  #errorClass: HealthErrorClass | null = null;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether a probe is wanted before the periodic check. */
  get isInDoubt(): boolean {
    return this.#failures > 0 || this.#isSuspected;
  }

  /** Monotonic time of the next probe, while in doubt. */
  get nextProbeAt(): number {
    return this.#nextProbeAt;
  }

  get errorClass(): HealthErrorClass | null {
    return this.#errorClass;
  }

  succeed(): void {
    this.#failures = 0;
    this.#isSuspected = false;
    this.#succeededAtMs = this.#options.clock.monotonicMs();
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

  /** Something happened that a database that is gone would explain. Returns whether a probe is wanted because of it. */
  suspect(): boolean {
    if (this.isInDoubt) return false;
    this.#isSuspected = true;
    this.#nextProbeAt = Math.max(this.#options.clock.monotonicMs(), this.#succeededAtMs + TRUSTED_FOR_MS);
    return true;
  }

  /** A probe is wanted now, whatever the retry time says. */
  probeNow(): void {
    this.#nextProbeAt = this.#options.clock.monotonicMs();
  }
}
