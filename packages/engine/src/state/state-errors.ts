/** The state database does not answer, is shutting down, or refuses writes for now. Trying later can work. */
export class StateUnavailableError extends Error {
  override readonly name = 'StateUnavailableError';
  readonly code = 'STATE_UNAVAILABLE';
  readonly retryable = true;
}

/** The state database cannot be used as it is; starting again does not help. */
export class StateUnusableError extends Error {
  override readonly name = 'StateUnusableError';
  readonly code: 'STATE_SCHEMA_TOO_NEW' | 'STATE_NOT_DURABLE';

  constructor(code: StateUnusableError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** System errors of the network towards PostgreSQL and of the folder of SQLite. */
const SYSTEM_CODES: ReadonlySet<string> = new Set([
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

/** SQLSTATE classes and codes that say "not now": connection, resources, operator intervention, read-only. */
const UNAVAILABLE_SQLSTATE = /^(?:08...|53...|57P0[1-5]|57014|25006|55P03)$/;

/** SQLite result codes that say "not now": disk full, I/O error, locked, cannot open. */
const UNAVAILABLE_SQLITE = /^SQLITE_(?:BUSY|LOCKED|IOERR|FULL|CANTOPEN|READONLY|CORRUPT|NOTADB)/;

/** What node-postgres raises without a code: lost connections and its own timeouts. */
const PG_CONNECTION_MESSAGE =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error)/;

/** Translates what a state driver raised, when it means that the database is not available; else undefined. */
export function toStateUnavailable(error: unknown): StateUnavailableError | undefined {
  if (error instanceof StateUnavailableError) return error;
  if (!(error instanceof Error)) return undefined;
  const code = sqlCodeOf(error);
  const unavailable =
    code === undefined
      ? PG_CONNECTION_MESSAGE.test(error.message)
      : SYSTEM_CODES.has(code) || UNAVAILABLE_SQLSTATE.test(code) || UNAVAILABLE_SQLITE.test(code);
  return unavailable ? new StateUnavailableError('the state database is not available', { cause: error }) : undefined;
}

/** SQLSTATE, SQLite result code or system error code of an error, if it has one. */
export function sqlCodeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  if (error instanceof AggregateError) return sqlCodeOf(error.errors[0]);
  return undefined;
}
