import { type DatabaseTarget, type DatabaseValue, DriverError } from '../driver.ts';
import type { OracleAttributes, OracleBind, OracleFetchTypeHandler, OracleModule } from './oracle-module.ts';

/** What can stand inside a connect descriptor without ending it. */
const PLAIN_NAME = /^[A-Za-z0-9_$#.-]{1,128}$/;

/**
 * Builds oracledb's attributes. Its only way in is a descriptor, so one is written here from checked parts: the relay's
 * port on loopback, the service name or SID, and a time limit (without it a silent peer is waited for without end).
 */
export function toOracleAttributes(target: DatabaseTarget, relayPort: number, timeoutMs: number): OracleAttributes {
  if (!PLAIN_NAME.test(target.database)) {
    throw new DriverError('database-not-found', 'The service name holds characters that no Oracle service has');
  }
  const name = target.databaseIsSid ? `(SID=${target.database})` : `(SERVICE_NAME=${target.database})`;
  // Seconds: a descriptor's "400ms" is read as no limit at all.
  const timeout = (Math.max(1, timeoutMs) / 1_000).toFixed(3);
  return {
    user: target.credentials.username.expose(),
    password: target.credentials.password.expose(),
    connectString:
      `(DESCRIPTION=(CONNECT_TIMEOUT=${timeout})` +
      `(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${relayPort}))(CONNECT_DATA=${name}))`,
  };
}

export function toOracleBind(value: DatabaseValue): OracleBind {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

const INTEGER_TEXT = /^-?\d+$/;

/** Has oracledb read each column in a form without loss, and brings it into the form that the four databases share. */
export function createFetchTypeHandler(module: OracleModule): OracleFetchTypeHandler {
  return ({ dbType }) => {
    switch (dbType) {
      case module.DB_TYPE_NUMBER:
        return { type: module.STRING, converter: fromNumberText };
      case module.DB_TYPE_DATE:
      case module.DB_TYPE_TIMESTAMP:
        return { converter: toLocalText };
      case module.DB_TYPE_TIMESTAMP_TZ:
      case module.DB_TYPE_TIMESTAMP_LTZ:
        return { converter: toZonedText };
      case module.DB_TYPE_CLOB:
      case module.DB_TYPE_NCLOB:
        return { type: module.STRING };
      case module.DB_TYPE_BLOB:
        return { type: module.BUFFER };
      default:
        return undefined;
    }
  };
}

/** Whole numbers that a double holds are numbers; with a fraction the text is the value. */
function fromNumberText(value: unknown): unknown {
  if (typeof value !== 'string' || !INTEGER_TEXT.test(value)) return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function toZonedText(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

/** oracledb reads a type without zone as the local time of this process; take the same digits out again. */
function toLocalText(value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  const two = (part: number) => part.toString().padStart(2, '0');
  const day = `${value.getFullYear().toString().padStart(4, '0')}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
  const ms = value.getMilliseconds();
  const fraction = ms === 0 ? '' : `.${ms.toString().padStart(3, '0')}`;
  return `${day}T${two(value.getHours())}:${two(value.getMinutes())}:${two(value.getSeconds())}${fraction}`;
}
