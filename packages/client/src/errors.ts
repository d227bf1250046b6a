import { PROBLEM_CODES, type ProblemCode } from '@dipswitch/contract';
import { CLIENT_ERROR_CODES, type ClientErrorCode } from './error-codes.ts';

/** A code of this library, a code of the contract, or one that a newer server sent. */
export type DipswitchErrorCode = ClientErrorCode | ProblemCode | (string & {});

/** One entry of a `VALIDATION_FAILED`. */
export interface ErrorIssue {
  readonly path: string;
  readonly code: string;
  readonly message: string;
}

export interface DipswitchErrorOptions {
  readonly cause?: unknown;
  readonly status?: number;
  readonly requestId?: string;
  readonly issues?: readonly ErrorIssue[];
  /** How many times the request was sent. */
  readonly attempts?: number;
  /** Whether an earlier attempt may have been carried out although its answer never came. */
  readonly maybeCarriedOut?: boolean;
  readonly retryable?: boolean;
  readonly hint?: string;
  /** Kept for debugging, out of sight of JSON, string and inspect. */
  readonly request?: { readonly method: string; readonly path: string };
  readonly response?: { readonly status: number; readonly headers: ReadonlyMap<string, string> };
}

/**
 * Every operational failure of this library. `code` is stable; `message` is for people and holds no submitted value.
 * A caller's own mistake is a `TypeError` or `RangeError` with `ERR_INVALID_ARG_*` instead, and an abort throws the
 * signal's reason.
 */
export class DipswitchError extends Error {
  override readonly name = 'DipswitchError';
  readonly code: DipswitchErrorCode;
  readonly retryable: boolean;
  readonly hint: string;
  declare readonly status?: number;
  declare readonly requestId?: string;
  declare readonly issues?: readonly ErrorIssue[];
  readonly attempts: number;
  readonly maybeCarriedOut: boolean;
  declare readonly request?: { readonly method: string; readonly path: string };
  declare readonly response?: { readonly status: number; readonly headers: ReadonlyMap<string, string> };

  constructor(code: DipswitchErrorCode, message: string, options: DipswitchErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const known = knownCode(code);
    this.code = code;
    this.retryable = options.retryable ?? known?.retryable ?? false;
    this.hint = options.hint ?? known?.hint ?? '';
    if (options.status !== undefined) this.status = options.status;
    if (options.requestId !== undefined) this.requestId = options.requestId;
    if (options.issues !== undefined) this.issues = options.issues;
    this.attempts = options.attempts ?? 0;
    this.maybeCarriedOut = options.maybeCarriedOut ?? false;
    if (options.request !== undefined) hide(this, 'request', options.request);
    if (options.response !== undefined) hide(this, 'response', options.response);
  }

  toJSON(): Record<string, unknown> {
    return {
      name: this.name,
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      hint: this.hint,
      status: this.status,
      requestId: this.requestId,
      issues: this.issues,
      attempts: this.attempts,
    };
  }
}

/** Whether a thrown value is this library's error, optionally with one of the codes. */
export function isDipswitchError(error: unknown, ...codes: readonly DipswitchErrorCode[]): error is DipswitchError {
  return error instanceof DipswitchError && (codes.length === 0 || codes.includes(error.code));
}

function knownCode(code: string): { readonly retryable: boolean; readonly hint: string } | undefined {
  const tables: readonly Readonly<Record<string, { readonly retryable: boolean; readonly hint: string }>>[] = [
    CLIENT_ERROR_CODES,
    PROBLEM_CODES,
  ];
  for (const table of tables) if (Object.hasOwn(table, code)) return table[code];
  return undefined;
}

function hide(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: false, writable: false, configurable: false });
}

type InvalidArgumentCode = 'ERR_INVALID_ARG_TYPE' | 'ERR_INVALID_ARG_VALUE' | 'ERR_INVALID_ARG_UNKNOWN';

/** A caller's mistake: thrown before any I/O. */
export function invalidArgument(code: InvalidArgumentCode, message: string): TypeError & { code: InvalidArgumentCode } {
  return Object.assign(new TypeError(message), { code });
}

/** A number of the caller's that is out of range. */
export function outOfRange(message: string): RangeError & { code: 'ERR_INVALID_ARG_RANGE' } {
  return Object.assign(new RangeError(message), { code: 'ERR_INVALID_ARG_RANGE' as const });
}
