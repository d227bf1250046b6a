import type oracledb from 'oracledb';
import { type DatabaseTarget, DriverError } from '../driver.ts';

/**
 * Texts that stand for dates and numbers mean the same in every session, and dates without zone are compared in UTC.
 * One statement sets them all.
 */
export const SESSION_SETTINGS =
  "ALTER SESSION SET TIME_ZONE = '+00:00' NLS_NUMERIC_CHARACTERS = '.,' " +
  `NLS_DATE_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS' NLS_TIMESTAMP_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.FF' ` +
  `NLS_TIMESTAMP_TZ_FORMAT = 'YYYY-MM-DD"T"HH24:MI:SS.FFTZH:TZM'`;

/** Cursors that a session keeps open for statements that run again; a server allows 300 unless told otherwise. */
const STATEMENTS_KEPT = 100;
/** What can stand inside a connect descriptor without ending it. */
const PLAIN_NAME = /^[A-Za-z0-9_$#.-]{1,128}$/;

/**
 * Builds oracledb's attributes. Its only way in is a descriptor, so one is written here from checked parts: the relay's
 * port on loopback, the service name or SID, and a time limit (without it a silent peer is waited for without end).
 */
export function toOracleAttributes(
  target: DatabaseTarget,
  relayPort: number,
  timeoutMs: number,
): oracledb.ConnectionAttributes {
  if (!PLAIN_NAME.test(target.database)) {
    throw new DriverError('database-not-found', 'The service name holds characters that no Oracle service has');
  }
  const name = target.databaseIsSid ? `(SID=${target.database})` : `(SERVICE_NAME=${target.database})`;
  // Seconds: a descriptor's "400ms" is read as no limit at all.
  const timeout = (Math.max(1, timeoutMs) / 1_000).toFixed(3);
  return {
    user: target.credentials.username.expose(),
    password: target.credentials.password.expose(),
    stmtCacheSize: STATEMENTS_KEPT,
    connectString:
      `(DESCRIPTION=(CONNECT_TIMEOUT=${timeout})` +
      `(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${relayPort}))(CONNECT_DATA=${name}))`,
  };
}
