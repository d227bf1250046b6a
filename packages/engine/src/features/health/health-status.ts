import type { HealthErrorClass, HealthStatus } from '@dipswitch/contract';
import type { HealthFailure } from './health-errors.ts';

/** What is known of a connector's health. Times are milliseconds of the wall clock. */
export interface HealthState {
  readonly status: HealthStatus;
  readonly lastCheckAt: number | null;
  readonly latencyMs: number | null;
  readonly errorClass: HealthErrorClass | null;
  readonly message: string | null;
  readonly consecutiveFailures: number;
  readonly servingRevision: number | null;
  readonly serverVersion: string | null;
}

/** One check as the history keeps it. */
export interface HealthCheckEntry {
  readonly checkedAt: number;
  readonly status: HealthState['status'];
  readonly latencyMs: number | null;
  readonly errorClass: HealthState['errorClass'];
  readonly message: string | null;
}

/** One thing seen of a connector, the only input of a transition. */
export type HealthObservation =
  /** A probe was answered. `replacementFailure` says why a newer configuration or secret is not the one that answers. */
  | {
      readonly kind: 'answered';
      readonly at: number;
      readonly latencyMs: number;
      readonly slowAboveMs: number;
      readonly servingRevision: number;
      readonly serverVersion: string;
      readonly readOnly: boolean;
      /** It takes no writes though published data actions write through this connector. */
      readonly isDemoted: boolean;
      readonly replacementFailure: HealthFailure | null;
    }
  /** A probe of the serving pool failed. */
  | { readonly kind: 'failed'; readonly at: number; readonly servingRevision: number; readonly failure: HealthFailure }
  /** A pool could not be opened and no older one serves. */
  | { readonly kind: 'not-opened'; readonly at: number; readonly failure: HealthFailure }
  /** A newer configuration or secret could not be opened; the older pool goes on serving. */
  | {
      readonly kind: 'replacement-failed';
      readonly at: number;
      readonly servingRevision: number;
      readonly failure: HealthFailure;
    }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' };

/** This many failures of a serving pool in a row make `UNHEALTHY`; fewer make `DEGRADED`. */
const UNHEALTHY_AFTER_FAILURES = 3;

export const INITIAL_HEALTH: HealthState = {
  status: 'PENDING',
  lastCheckAt: null,
  latencyMs: null,
  errorClass: null,
  message: null,
  consecutiveFailures: 0,
  servingRevision: null,
  serverVersion: null,
};

const STILL_SERVES = 'the new configuration or secret does not work, the last one that worked goes on serving: ';

/**
 * The health after an observation.
 *
 * - `PENDING`: stored or resumed, nothing tried yet.
 * - `HEALTHY`: the last probe was answered, in time, by the stored configuration.
 * - `DEGRADED`: it serves, but not as it should: the probe took more than half of its time-out; or the server takes no
 *   writes though data actions write through it; or fewer than {@link UNHEALTHY_AFTER_FAILURES} probes in a row failed;
 *   or all connections are busy; or a newer configuration does not work and an older serves.
 * - `UNHEALTHY`: it does not serve: it could not be opened, or that many probes failed, or the login was refused.
 * - `DISABLED`: paused by a caller.
 */
export function nextHealth(previous: HealthState, seen: HealthObservation): HealthState {
  switch (seen.kind) {
    case 'paused':
      return { ...INITIAL_HEALTH, status: 'DISABLED', lastCheckAt: previous.lastCheckAt };
    case 'resumed':
      return { ...INITIAL_HEALTH, lastCheckAt: previous.lastCheckAt };
    case 'answered':
      return afterAnswer(seen);
    case 'failed': {
      const consecutiveFailures = previous.consecutiveFailures + 1;
      return {
        ...afterFailure(previous, seen.at, seen.failure),
        status: stillServes(seen.failure, consecutiveFailures) ? 'DEGRADED' : 'UNHEALTHY',
        consecutiveFailures,
        servingRevision: seen.servingRevision,
      };
    }
    case 'not-opened':
      return {
        ...afterFailure(previous, seen.at, seen.failure),
        status: 'UNHEALTHY',
        consecutiveFailures: previous.consecutiveFailures + 1,
        servingRevision: null,
      };
    case 'replacement-failed':
      return {
        ...afterFailure(previous, seen.at, seen.failure),
        // A pool that already failed for good is not made better by a replacement that fails too.
        status: previous.status === 'UNHEALTHY' ? 'UNHEALTHY' : 'DEGRADED',
        message: STILL_SERVES + seen.failure.message,
        servingRevision: seen.servingRevision,
      };
  }
}

function afterAnswer(seen: Extract<HealthObservation, { kind: 'answered' }>): HealthState {
  const slow = seen.latencyMs > seen.slowAboveMs;
  const answered: HealthState = {
    status: slow || seen.isDemoted ? 'DEGRADED' : 'HEALTHY',
    lastCheckAt: seen.at,
    latencyMs: seen.latencyMs,
    errorClass: seen.isDemoted ? 'READ_ONLY' : null,
    message: seen.isDemoted ? DEMOTED : slow ? SLOW : seen.readOnly ? READ_ONLY : null,
    consecutiveFailures: 0,
    servingRevision: seen.servingRevision,
    serverVersion: seen.serverVersion,
  };
  if (seen.replacementFailure === null) return answered;
  return {
    ...answered,
    status: 'DEGRADED',
    errorClass: seen.replacementFailure.errorClass,
    message: STILL_SERVES + seen.replacementFailure.message,
  };
}

/** A pool whose connections are all at work serves, however often the probe finds none free. */
function stillServes(failure: HealthFailure, consecutiveFailures: number): boolean {
  // A probe logs in only where no session is left, and the same password is tried again after many minutes only.
  if (failure.errorClass === 'AUTHENTICATION_FAILED') return false;
  return failure.errorClass === 'POOL_EXHAUSTED' || consecutiveFailures < UNHEALTHY_AFTER_FAILURES;
}

const SLOW =
  'the database answers, but the health query takes more than half of `healthCheck.timeoutSeconds`: look for load and locks';
const DEMOTED =
  'the server takes no writes (a standby, or read-only mode), and published data actions write through this connector: reads are served, writes answer UNAVAILABLE; the engine looks for a server that takes them';
const READ_ONLY = 'the server takes no writes (a standby, or read-only mode); reads are served';

function afterFailure(previous: HealthState, at: number, failure: HealthFailure): HealthState {
  return { ...previous, lastCheckAt: at, latencyMs: null, errorClass: failure.errorClass, message: failure.message };
}
