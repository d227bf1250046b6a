import type { Outcome } from '@dipswitch/contract';
import { DriverError, type DriverErrorKind } from '../../../drivers/driver.ts';
import { RuntimeUnavailableError, type UnavailableReason } from '../../connectors/runtime/runtime-unavailable-error.ts';

/**
 * What a statement that failed did to the data: `none` for certain, or `unknown`: it was on its way and
 * what became of it was not confirmed.
 */
export type FailureEffect = 'none' | 'unknown';

/** Why an execution got no answer of the database. Data, not an exception: it becomes an answer with an outcome. */
export interface ExecutionFailure {
  readonly outcome: Extract<Outcome, 'TIMEOUT' | 'UNAVAILABLE' | 'BUSY' | 'ERROR'>;
  /** Neutral and safe to show. */
  readonly errorClass: string;
  readonly vendorCode: string | null;
  readonly effect: FailureEffect;
  /** For BUSY and UNAVAILABLE, where more is known than "soon": milliseconds. */
  readonly retryAfterMs: number | null;
  /** It was the time of this very caller that ran out: another one may still have some. */
  readonly isOfOwnDeadline: boolean;
}

interface FailureRule {
  readonly outcome: ExecutionFailure['outcome'];
  readonly effect: FailureEffect;
}

/** One row for each kind of driver error. A write that the server refused took no effect; see also `effectOf`. */
const RULES: Readonly<Record<DriverErrorKind, FailureRule>> = {
  refused: { outcome: 'UNAVAILABLE', effect: 'none' },
  'host-not-found': { outcome: 'UNAVAILABLE', effect: 'none' },
  unreachable: { outcome: 'UNAVAILABLE', effect: 'none' },
  'connect-timeout': { outcome: 'TIMEOUT', effect: 'none' },
  'egress-denied': { outcome: 'UNAVAILABLE', effect: 'none' },
  'tls-not-offered': { outcome: 'UNAVAILABLE', effect: 'none' },
  'tls-untrusted': { outcome: 'UNAVAILABLE', effect: 'none' },
  'tls-expired': { outcome: 'UNAVAILABLE', effect: 'none' },
  'tls-host-mismatch': { outcome: 'UNAVAILABLE', effect: 'none' },
  authentication: { outcome: 'UNAVAILABLE', effect: 'none' },
  'database-not-found': { outcome: 'UNAVAILABLE', effect: 'none' },
  permission: { outcome: 'ERROR', effect: 'none' },
  'too-many-connections': { outcome: 'BUSY', effect: 'none' },
  'pool-exhausted': { outcome: 'BUSY', effect: 'none' },
  'query-timeout': { outcome: 'TIMEOUT', effect: 'unknown' },
  cancelled: { outcome: 'TIMEOUT', effect: 'unknown' },
  'connection-lost': { outcome: 'UNAVAILABLE', effect: 'unknown' },
  // To a write, a standby; to a read, a statement that is wrong (see `toFailure`).
  'read-only': { outcome: 'UNAVAILABLE', effect: 'none' },
  syntax: { outcome: 'ERROR', effect: 'none' },
  protocol: { outcome: 'ERROR', effect: 'unknown' },
  // Of a statement that was sent; one that waited for a connection says that nothing was.
  closed: { outcome: 'UNAVAILABLE', effect: 'unknown' },
  'driver-unavailable': { outcome: 'UNAVAILABLE', effect: 'none' },
  unknown: { outcome: 'ERROR', effect: 'unknown' },
};

const UNAVAILABLE: Readonly<Record<Exclude<UnavailableReason, 'paused'>, ExecutionFailure>> = {
  opening: createFailure('TIMEOUT', 'connect-timeout', { isOfOwnDeadline: true }),
  failing: createFailure('UNAVAILABLE', 'breaker-open'),
  gone: createFailure('UNAVAILABLE', 'connector-gone'),
};

/** SQLSTATE, a vendor's number, or ORA-n: the server itself said what happened, which a system code does not. */
const SERVER_CODE = /^(?:(?=[0-9A-Z]*\d)[0-9A-Z]{5}|\d{1,6}|ORA-\d{1,6})$/;
/** Codes are shown as the driver gives them, if they look like codes. */
const SHOWN_CODE = /^[A-Za-z0-9_.-]{1,40}$/;

/** Without anything better known, a caller may come back after a second. */
const RETRY_AFTER_MIN_SECONDS = 1;
const RETRY_AFTER_MAX_SECONDS = 60;

export function createFailure(
  outcome: ExecutionFailure['outcome'],
  errorClass: string,
  details: Partial<Omit<ExecutionFailure, 'outcome' | 'errorClass'>> = {},
): ExecutionFailure {
  return {
    outcome,
    errorClass,
    vendorCode: null,
    effect: 'none',
    retryAfterMs: null,
    isOfOwnDeadline: false,
    ...details,
  };
}

/** When a caller may come back after BUSY or UNAVAILABLE, in whole seconds. */
export function toRetryAfterSeconds({ retryAfterMs }: ExecutionFailure): number {
  const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
  return Math.min(RETRY_AFTER_MAX_SECONDS, Math.max(RETRY_AFTER_MIN_SECONDS, seconds));
}

/** The statement did not come back by the deadline, not even to say that it was cancelled. */
export const DEADLINE_PASSED = createFailure('TIMEOUT', 'query-timeout', { effect: 'unknown', isOfOwnDeadline: true });

export const BULKHEAD_FULL = createFailure('BUSY', 'bulkhead-full');
export const ENGINE_BUSY = createFailure('BUSY', 'engine-busy');

export function createRateFailure(waitMs: number): ExecutionFailure {
  return createFailure('BUSY', 'rate', { retryAfterMs: waitMs });
}

/** Raised by a connector that was paused: a refusal of the request, not an outcome. */
export const PAUSED = 'paused';

/**
 * Translates what a runtime raised. What is neither the database's nor the runtime's failure is a bug: it is answered
 * like any other failure, as `internal`, and the caller of this function logs it.
 */
export function toFailure(error: unknown, access: 'read' | 'write'): ExecutionFailure | typeof PAUSED {
  if (error instanceof RuntimeUnavailableError) {
    return error.reason === 'paused' ? PAUSED : UNAVAILABLE[error.reason];
  }
  if (!(error instanceof DriverError)) return createFailure('ERROR', 'internal', { effect: 'unknown' });
  const { outcome, effect } = RULES[error.kind];
  const code = error.vendorCode;
  return {
    outcome: error.kind === 'read-only' && access === 'read' ? 'ERROR' : outcome,
    errorClass: error.kind,
    vendorCode: code !== undefined && SHOWN_CODE.test(code) ? code : null,
    effect: error.isUnsent || (effect === 'unknown' && isRefusal(error.kind, code)) ? 'none' : effect,
    retryAfterMs: null,
    isOfOwnDeadline: error.kind === 'query-timeout' || error.kind === 'connect-timeout' || error.kind === 'cancelled',
  };
}

/** The server answered that it did not carry the statement out: a violated constraint, its own time limit. */
function isRefusal(kind: DriverErrorKind, code: string | undefined): boolean {
  const isAnswer = kind === 'unknown' || kind === 'query-timeout' || kind === 'cancelled';
  return isAnswer && code !== undefined && SERVER_CODE.test(code);
}
