import { DriverError, type DriverErrorKind } from '../driver.ts';
import { findErrorCodes, toTlsErrorKind } from '../tls/tls-errors.ts';

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const KIND_BY_SQLSTATE: Readonly<Record<string, DriverErrorKind>> = {
  '28000': 'authentication',
  '28P01': 'authentication',
  '3D000': 'database-not-found',
  '42501': 'permission',
  '53300': 'too-many-connections',
  '25006': 'read-only',
  // Our own cancel is decided by our own timer; what is left is the server's statement_timeout or its operator.
  '57014': 'query-timeout',
  '57P01': 'connection-lost',
  '57P02': 'connection-lost',
  '57P03': 'connection-lost',
  '57P05': 'connection-lost',
  '25P03': 'connection-lost',
  '25P04': 'query-timeout',
  '08P01': 'protocol',
};

const KIND_BY_SQLSTATE_CLASS: Readonly<Record<string, DriverErrorKind>> = {
  '08': 'connection-lost',
  '42': 'syntax',
};

const KIND_BY_SYSTEM_CODE: Readonly<Record<string, DriverErrorKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  ETIMEDOUT: 'connection-lost',
  EHOSTUNREACH: 'connection-lost',
  ENETUNREACH: 'connection-lost',
  ERR_STREAM_DESTROYED: 'connection-lost',
};

const SQLSTATE = /^[0-9A-Z]{5}$/;

/**
 * Translates what the server or the login by `pg` raises.
 *
 * @param isBroken the socket is gone, which pg says by message text only
 */
export function toPostgresqlError(error: unknown, isBroken: boolean): DriverError {
  if (error instanceof DriverError) return error;
  for (const code of findErrorCodes(error)) {
    const kind = toKind(code);
    if (kind) return new DriverError(kind, 'PostgreSQL refused', { cause: error, vendorCode: code });
  }
  if (isBroken) return new DriverError('connection-lost', 'The connection to PostgreSQL broke', { cause: error });
  const vendorCode = findErrorCodes(error)[0];
  return new DriverError('unknown', 'PostgreSQL refused', { cause: error, vendorCode });
}

function toKind(code: string): DriverErrorKind | undefined {
  return (
    KIND_BY_SYSTEM_CODE[code] ??
    toTlsErrorKind(code) ??
    (SQLSTATE.test(code) ? (KIND_BY_SQLSTATE[code] ?? KIND_BY_SQLSTATE_CLASS[code.slice(0, 2)]) : undefined)
  );
}
