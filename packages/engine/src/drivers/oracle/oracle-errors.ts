import { DriverError, type DriverErrorKind } from '../driver.ts';
import { findErrorCodes } from '../tls/tls-errors.ts';

/** @see https://docs.oracle.com/error-help/db/ and the NJS list of node-oracledb */
const KIND_BY_CODE: Readonly<Record<string, DriverErrorKind>> = {
  'ORA-01005': 'authentication',
  'ORA-01017': 'authentication',
  'ORA-28000': 'authentication',
  'ORA-28001': 'authentication',
  'NJS-116': 'authentication',
  'ORA-12505': 'database-not-found',
  'ORA-12514': 'database-not-found',
  'NJS-518': 'database-not-found',
  'NJS-519': 'database-not-found',
  'ORA-12521': 'database-not-found',
  'ORA-01031': 'permission',
  'ORA-01045': 'permission',
  'ORA-00018': 'too-many-connections',
  'ORA-00020': 'too-many-connections',
  'ORA-12516': 'too-many-connections',
  'ORA-12519': 'too-many-connections',
  'ORA-12520': 'too-many-connections',
  'ORA-01456': 'read-only',
  'ORA-16000': 'read-only',
  'ORA-16456': 'read-only',
  'ORA-14551': 'read-only',
  'ORA-14552': 'read-only',
  'ORA-01013': 'query-timeout',
  'NJS-123': 'query-timeout',
  'ORA-00028': 'connection-lost',
  'ORA-01012': 'connection-lost',
  'ORA-01033': 'connection-lost',
  'ORA-01034': 'connection-lost',
  'ORA-01089': 'connection-lost',
  'ORA-01090': 'connection-lost',
  'ORA-02396': 'connection-lost',
  'ORA-03113': 'connection-lost',
  'ORA-03114': 'connection-lost',
  'ORA-03135': 'connection-lost',
  'ORA-12528': 'connection-lost',
  'ORA-12537': 'connection-lost',
  'ORA-12541': 'refused',
  'ORA-12547': 'connection-lost',
  'NJS-003': 'connection-lost',
  'NJS-500': 'connection-lost',
  'NJS-501': 'connection-lost',
  'NJS-521': 'connection-lost',
  'NJS-503': 'refused',
  'NJS-511': 'refused',
  'NJS-530': 'host-not-found',
  'NJS-510': 'connect-timeout',
  'NJS-507': 'tls-host-mismatch',
  'NJS-508': 'tls-host-mismatch',
  'NJS-505': 'tls-untrusted',
  'NJS-506': 'tls-untrusted',
  // What oracledb cannot read as its protocol, or does not trust in it.
  'NJS-102': 'protocol',
  'NJS-103': 'protocol',
  'NJS-109': 'protocol',
  'NJS-110': 'protocol',
  'NJS-111': 'protocol',
  'NJS-112': 'protocol',
  'NJS-127': 'protocol',
  'NJS-138': 'protocol',
  'NJS-173': 'protocol',
  'NJS-509': 'protocol',
  'NJS-512': 'protocol',
  'NJS-533': 'protocol',
  'ORA-00942': 'syntax',
  'ORA-01008': 'syntax',
  'ORA-01036': 'syntax',
  'ORA-06550': 'syntax',
  'NJS-097': 'syntax',
  'NJS-098': 'syntax',
};

/** ORA-00900 to ORA-00999 speak of the text of the statement. */
const ABOUT_THE_TEXT = /^ORA-009\d\d$/;

/**
 * Translates what `oracledb` raises; the way out of the engine (dial, TLS, redirect) speaks for itself by DriverError.
 *
 * @param refusal the number in the listener's REFUSE, which oracledb has in its text only
 */
export function toOracleError(error: unknown, isBroken: boolean, refusal?: number): DriverError {
  if (error instanceof DriverError) return error;
  const number = refusal ?? readNumber(error);
  // oracledb writes NJS-500 over the number of whatever ends a session.
  const codes = [...(number === undefined ? [] : [toCode(number)]), ...findErrorCodes(error)];
  const kind = codes.map(toKind).find((found) => found !== undefined) ?? (isBroken ? 'connection-lost' : 'unknown');
  return new DriverError(kind, 'Oracle refused', { cause: error, vendorCode: codes[0] });
}

function readNumber(error: unknown): number | undefined {
  const number: unknown = error instanceof Error ? Reflect.get(error, 'errorNum') : undefined;
  return typeof number === 'number' && number > 0 ? number : undefined;
}

function toCode(number: number): string {
  return `ORA-${number.toString().padStart(5, '0')}`;
}

function toKind(code: string): DriverErrorKind | undefined {
  return KIND_BY_CODE[code] ?? (ABOUT_THE_TEXT.test(code) ? 'syntax' : undefined);
}
