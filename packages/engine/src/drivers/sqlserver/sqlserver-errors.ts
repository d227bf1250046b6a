import { DriverError, type DriverErrorKind } from '../driver.ts';
import { findErrorCodes, toTlsErrorKind } from '../tls/tls-errors.ts';

/** @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors */
const KIND_BY_NUMBER: Readonly<Record<number, DriverErrorKind>> = {
  18452: 'authentication',
  18456: 'authentication',
  18470: 'authentication',
  18486: 'authentication',
  18487: 'authentication',
  18488: 'authentication',
  911: 'database-not-found',
  4060: 'database-not-found',
  229: 'permission',
  230: 'permission',
  262: 'permission',
  297: 'permission',
  300: 'permission',
  916: 'permission',
  40615: 'permission',
  10928: 'too-many-connections',
  10929: 'too-many-connections',
  17809: 'too-many-connections',
  976: 'read-only',
  978: 'read-only',
  3906: 'read-only',
  596: 'connection-lost',
  6005: 'connection-lost',
  17142: 'connection-lost',
  18401: 'connection-lost',
  40197: 'connection-lost',
  40501: 'connection-lost',
  40613: 'connection-lost',
  102: 'syntax',
  105: 'syntax',
  137: 'syntax',
  156: 'syntax',
  170: 'syntax',
  207: 'syntax',
  208: 'syntax',
  319: 'syntax',
  2812: 'syntax',
  8180: 'syntax',
};

/** Codes of tedious itself and of the socket beneath, which it keeps as the cause. */
const KIND_BY_CODE: Readonly<Record<string, DriverErrorKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  ETIMEDOUT: 'connection-lost',
  EHOSTUNREACH: 'connection-lost',
  ENETUNREACH: 'connection-lost',
  ERR_STREAM_DESTROYED: 'connection-lost',
  ETIMEOUT: 'connect-timeout',
  ECLOSE: 'connection-lost',
  ECANCEL: 'query-timeout',
  ELOGIN: 'authentication',
};

export interface SqlserverErrorContext {
  readonly isBroken: boolean;
  readonly isTlsRequired: boolean;
  /** Numbers of the error tokens that the server sent during login: tedious keeps none of them on the error. */
  readonly loginNumbers: readonly number[];
}

/** Translates what `tedious` raises. */
export function toSqlserverError(error: unknown, context: SqlserverErrorContext): DriverError {
  // tedious wraps what our own dialer and protocol check raise.
  const own = findDriverError(error);
  if (own) return own;
  const number = readNumber(error);
  const numbers = number === undefined ? context.loginNumbers : [number];
  const codes = findErrorCodes(error);
  const kind =
    numbers.map((candidate) => KIND_BY_NUMBER[candidate]).find((found) => found !== undefined) ??
    (codes.includes('EENCRYPT') ? (context.isTlsRequired ? 'tls-not-offered' : 'protocol') : undefined) ??
    // Innermost first: on the outside everything is ESOCKET.
    [...codes]
      .reverse()
      .map(toKind)
      .find((found) => found !== undefined) ??
    (context.isBroken ? 'connection-lost' : 'unknown');
  const vendorCode = numbers[0] === undefined ? codes.at(-1) : String(numbers[0]);
  return new DriverError(kind, 'SQL Server refused', { cause: error, vendorCode });
}

function toKind(code: string): DriverErrorKind | undefined {
  return toTlsErrorKind(code) ?? KIND_BY_CODE[code];
}

function findDriverError(error: unknown): DriverError | undefined {
  if (error instanceof DriverError) return error;
  return error instanceof Error && error.cause !== undefined ? findDriverError(error.cause) : undefined;
}

function readNumber(error: unknown): number | undefined {
  return error instanceof Error && 'number' in error && typeof error.number === 'number' ? error.number : undefined;
}
