import { EngineError } from '../util/engine-error.ts';
/** The state database does not answer, is shutting down, or refuses writes for now. Trying later can work. */
export class StateUnavailableError extends EngineError {
  override readonly name = 'StateUnavailableError';
  readonly code = 'STATE_UNAVAILABLE';
  readonly retryable = true;
}

/** The state database cannot be used as it is; starting again does not help. */
export class StateUnusableError extends EngineError {
  override readonly name = 'StateUnusableError';
  readonly code: 'STATE_SCHEMA_TOO_NEW' | 'STATE_NOT_DURABLE';

  constructor(code: StateUnusableError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Errno of the network to PostgreSQL and of the folder of SQLite. */
const SYSTEM_ERRNOS: ReadonlySet<string> = new Set([
  'EACCES',
  'ENOSPC',
  'ENOTDIR',
  'EPERM',
  'EROFS',
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
]);

/** SQLSTATE that says "not now", whole or by its class. @see PostgreSQL, Appendix A */
const POSTGRESQL_STATES: ReadonlySet<string> = new Set([
  '25006', // read-only transaction: a standby
  '55P03', // lock_not_available
  '57014', // query_canceled: statement_timeout
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P04', // database_dropped
  '57P05', // idle_session_timeout
]);
const POSTGRESQL_CLASSES: ReadonlySet<string> = new Set([
  '08', // connection
  '53', // resources
]);

/** Primary result codes of SQLite that say "not now"; an extended one (`SQLITE_IOERR_WRITE`) begins with its primary one. */
const SQLITE_RESULTS: ReadonlySet<string> = new Set([
  'SQLITE_BUSY',
  'SQLITE_LOCKED',
  'SQLITE_IOERR',
  'SQLITE_FULL',
  'SQLITE_CANTOPEN',
  'SQLITE_READONLY',
  'SQLITE_CORRUPT',
  'SQLITE_NOTADB',
]);

/**
 * Translates what a state driver raised, when it means that the database is not available; else undefined. Decided by
 * the vendor's code alone: a message may be translated, reworded, or quote a value.
 */
export function toStateUnavailable(error: unknown): StateUnavailableError | undefined {
  if (error instanceof StateUnavailableError) return error;
  if (!(error instanceof Error)) return undefined;
  const code = sqlCodeOf(error);
  if (code === undefined || !saysNotNow(code)) return undefined;
  return new StateUnavailableError(`the state database is not available (${code})`, { cause: error });
}

function saysNotNow(code: string): boolean {
  const [sqliteResult = code] = /^SQLITE_[A-Z]+/.exec(code) ?? [];
  const isSqlState = code.length === 5;
  return (
    SYSTEM_ERRNOS.has(code) ||
    SQLITE_RESULTS.has(sqliteResult) ||
    POSTGRESQL_STATES.has(code) ||
    (isSqlState && POSTGRESQL_CLASSES.has(code.slice(0, 2)))
  );
}

/** SQLSTATE, SQLite result code or system error code of an error, if it has one. */
export function sqlCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return sqlCodeOf(error.errors[0]);
  return undefined;
}
