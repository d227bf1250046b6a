import { DriverError, type DriverErrorKind } from '../driver.ts';
import { findErrorCodes, toTlsErrorKind } from '../tls/tls-errors.ts';

/** Server error numbers of MySQL and MariaDB. @see https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html */
const KIND_BY_NUMBER: Readonly<Record<number, DriverErrorKind>> = {
  1045: 'authentication',
  1130: 'authentication',
  1251: 'authentication',
  1524: 'authentication',
  1698: 'authentication',
  1820: 'authentication',
  1862: 'authentication',
  3118: 'authentication',
  3159: 'authentication',
  1049: 'database-not-found',
  1044: 'permission',
  1142: 'permission',
  1143: 'permission',
  1227: 'permission',
  1370: 'permission',
  1040: 'too-many-connections',
  1203: 'too-many-connections',
  1226: 'too-many-connections',
  1129: 'refused',
  1290: 'read-only',
  1792: 'read-only',
  1836: 'read-only',
  // Our own KILL is decided by our own timer; these are the server's limits and its operator.
  1317: 'query-timeout',
  1969: 'query-timeout',
  3024: 'query-timeout',
  1047: 'connection-lost',
  1053: 'connection-lost',
  1152: 'connection-lost',
  1158: 'connection-lost',
  1159: 'connection-lost',
  1160: 'connection-lost',
  1161: 'connection-lost',
  1927: 'connection-lost',
  4031: 'connection-lost',
  1043: 'protocol',
  1156: 'protocol',
  1157: 'protocol',
  1054: 'syntax',
  1064: 'syntax',
  1109: 'syntax',
  1146: 'syntax',
  1149: 'syntax',
  1295: 'syntax',
  1305: 'syntax',
};

const KIND_BY_CODE: Readonly<Record<string, DriverErrorKind>> = {
  HANDSHAKE_NO_SSL_SUPPORT: 'tls-not-offered',
  PROTOCOL_CONNECTION_LOST: 'connection-lost',
  PROTOCOL_UNEXPECTED_PACKET: 'protocol',
  PROTOCOL_ERROR: 'protocol',
  HANDSHAKE_UNKNOWN_ERROR: 'protocol',
  AUTH_SWITCH_PLUGIN_ERROR: 'authentication',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'connection-lost',
  EPIPE: 'connection-lost',
  ETIMEDOUT: 'connection-lost',
  EHOSTUNREACH: 'connection-lost',
  ENETUNREACH: 'connection-lost',
  ERR_STREAM_DESTROYED: 'connection-lost',
};

export interface MysqlErrorContext {
  readonly isBroken: boolean;
  /** The TLS socket's verdict: mysql2 writes HANDSHAKE_SSL_ERROR over the code that says what was wrong. */
  readonly tlsVerdict: string | undefined;
}

/** Translates what `mysql2` raises. */
export function toMysqlError(error: unknown, context: MysqlErrorContext): DriverError {
  if (error instanceof DriverError) return error;
  const codes = findErrorCodes(error);
  const number = readNumber(error);
  const kind =
    (number === undefined ? undefined : KIND_BY_NUMBER[number]) ??
    (codes[0] === 'HANDSHAKE_SSL_ERROR' ? (toTlsErrorKind(context.tlsVerdict) ?? 'protocol') : undefined) ??
    codes.map((code) => KIND_BY_CODE[code] ?? toTlsErrorKind(code)).find((found) => found !== undefined) ??
    (context.isBroken ? 'connection-lost' : 'unknown');
  const vendorCode = number === undefined ? (context.tlsVerdict ?? codes[0]) : String(number);
  return new DriverError(kind, 'MySQL refused', { cause: error, vendorCode });
}

function readNumber(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errno' in error)) return undefined;
  // System errors carry a negative errno.
  return typeof error.errno === 'number' && error.errno > 0 ? error.errno : undefined;
}
