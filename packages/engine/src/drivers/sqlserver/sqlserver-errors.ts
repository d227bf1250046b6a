import { DRIVER_ERROR_KINDS, DriverError, type DriverErrorKind } from '../driver.ts';
import { findErrorCodes, toTlsErrorKind } from '../tls/tls-errors.ts';

/**
 * Numbers of the server, checked against Microsoft's lists.
 * @see https://learn.microsoft.com/sql/relational-databases/errors-events/database-engine-events-and-errors
 * @see https://learn.microsoft.com/dotnet/api/microsoft.data.sqlclient.sqlconfigurableretryfactory.baselinetransienterrors
 */
const NUMBERS: Readonly<Partial<Record<DriverErrorKind, readonly number[]>>> = {
  authentication: [18452, 18456, 18470, 18486, 18487, 18488],
  'database-not-found': [911, 4060],
  // On an object, a column, a statement, the server, the database; and a firewall of Azure.
  permission: [229, 230, 262, 297, 300, 916, 40615],
  // Licences, memory, worker threads, and what the service of Azure calls busy.
  'too-many-connections': [701, 8645, 10928, 10929, 17300, 17809, 18458, 18459, 18460, 40501, 49918, 49919, 49920],
  // A replica that is not read, or only with that intent, and a database that takes no writes: the role has moved.
  'read-only': [976, 978, 3906],
  // The lock that LOCK_TIMEOUT of the server or a procedure did not wait for; our own limit is decided by our own timer.
  'query-timeout': [1222],
  'connection-lost': [
    // Winsock and pipes: the peer is gone.
    ...[64, 233, 997, 10053, 10054, 10060],
    // A killed session; a server that starts, stops, pauses or serves administrators only.
    ...[596, 904, 6005, 17142, 18401, 18451, 18461],
    // A database in recovery, in restore, offline, mirrored, or moving from one replica to another.
    ...[913, 921, 922, 926, 927, 941, 942, 954, 955, 956, 979, 982, 983, 988, 4221],
    // Azure: in a failover, paused, warming up.
    ...[40143, 40197, 40540, 40613, 42108, 42109],
  ],
  // 11501: the batch could not be analysed because of compile errors.
  syntax: [102, 105, 137, 156, 170, 207, 208, 209, 319, 2812, 4104, 8180, 11501],
};

/** Nothing is wrong with the session or the statement: the server chose it as the victim, or was out of locks. */
const WORTH_A_RETRY: ReadonlySet<number> = new Set([1204, 1205]);

/** The statement cannot be described without being run: dynamic SQL, a temporary table, results that differ. */
const UNDESCRIBABLE = { first: 11509, last: 11530 } as const;

const KIND_BY_NUMBER: ReadonlyMap<number, DriverErrorKind> = new Map(
  DRIVER_ERROR_KINDS.flatMap((kind) => (NUMBERS[kind] ?? []).map((number) => [number, kind] as const)),
);

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
  EINVALIDSTATE: 'connection-lost',
  ETDS: 'protocol',
  EINTERFACENOTSUPP: 'protocol',
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
  const found = readNumbers(error);
  const numbers = found.length === 0 ? context.loginNumbers : found;
  const codes = findErrorCodes(error);
  const kind =
    numbers.map((number) => KIND_BY_NUMBER.get(number)).find((known) => known !== undefined) ??
    (codes.includes('EENCRYPT') ? (context.isTlsRequired ? 'tls-not-offered' : 'protocol') : undefined) ??
    // Innermost first: on the outside everything is ESOCKET.
    [...codes]
      .reverse()
      .map(toKind)
      .find((known) => known !== undefined) ??
    (context.isBroken ? 'connection-lost' : 'unknown');
  const vendorCode = numbers[0] === undefined ? codes.at(-1) : String(numbers[0]);
  const retryable = numbers.some((number) => WORTH_A_RETRY.has(number)) || undefined;
  return new DriverError(kind, 'SQL Server refused', { cause: error, vendorCode, retryable });
}

/** Whether a description failed for a reason that does not keep the statement from running. */
export function isUndescribable(error: unknown): boolean {
  if (!(error instanceof DriverError) || error.kind !== 'unknown') return false;
  const number = Number(error.vendorCode);
  return number >= UNDESCRIBABLE.first && number <= UNDESCRIBABLE.last;
}

function toKind(code: string): DriverErrorKind | undefined {
  return toTlsErrorKind(code) ?? KIND_BY_CODE[code];
}

function findDriverError(error: unknown): DriverError | undefined {
  if (error instanceof DriverError) return error;
  return error instanceof Error && error.cause !== undefined ? findDriverError(error.cause) : undefined;
}

/** Several when the server said more than one: what is wrong comes first, what follows from it last. */
function readNumbers(error: unknown): readonly number[] {
  if (error instanceof AggregateError) return error.errors.flatMap(readNumbers);
  return error instanceof Error && 'number' in error && typeof error.number === 'number' ? [error.number] : [];
}
