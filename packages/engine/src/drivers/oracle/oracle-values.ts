import oracledb from 'oracledb';
import { type DatabaseValue, DriverError } from '../driver.ts';

type Bind = oracledb.BindParameter | string | number | bigint | Buffer | null;

/**
 * Binds by the type of the value. A date goes with its zone, so that neither this process's nor the database's plays a
 * part. Before 23ai SQL has no boolean, and from there on 1 and 0 still convert.
 */
export function toOracleBind(value: DatabaseValue): Bind {
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Date) return { val: value, type: oracledb.DB_TYPE_TIMESTAMP_TZ, dir: oracledb.BIND_IN };
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

/** Has oracledb read each column in a form without loss, and brings it into the form that the four databases share. */
export const fetchTypeHandler: NonNullable<oracledb.ExecuteOptions['fetchTypeHandler']> = ({ dbType }) => {
  switch (dbType) {
    case oracledb.DB_TYPE_NUMBER:
      return { type: oracledb.STRING, converter: fromNumberText };
    case oracledb.DB_TYPE_DATE:
    case oracledb.DB_TYPE_TIMESTAMP:
      return { converter: toLocalText };
    case oracledb.DB_TYPE_TIMESTAMP_TZ:
    case oracledb.DB_TYPE_TIMESTAMP_LTZ:
      return { converter: toZonedText };
    case oracledb.DB_TYPE_CLOB:
    case oracledb.DB_TYPE_NCLOB:
      return { type: oracledb.STRING };
    case oracledb.DB_TYPE_BLOB:
      return { type: oracledb.BUFFER };
    case oracledb.DB_TYPE_JSON:
    case oracledb.DB_TYPE_VECTOR:
      return { converter: toJsonText };
    case oracledb.DB_TYPE_INTERVAL_YM:
    case oracledb.DB_TYPE_INTERVAL_DS:
      return { converter: toJsonText };
    case oracledb.DB_TYPE_CURSOR:
    case oracledb.DB_TYPE_OBJECT:
    case oracledb.DB_TYPE_BFILE:
      throw new DriverError('syntax', 'Oracle columns of cursors, objects and files have no form as a value');
    default:
      return undefined;
  }
};

const DECIMAL = /^(-?)(\d*)(\.\d+)?$/;

/** Whole numbers that a double holds are numbers; others stay text, with a digit before the point, which Oracle omits. */
function fromNumberText(value: unknown): unknown {
  const match = typeof value === 'string' ? DECIMAL.exec(value) : null;
  if (!match) return value;
  const [text, sign = '', whole = '', fraction = ''] = match;
  if (fraction !== '') return `${sign}${whole === '' ? '0' : whole}${fraction}`;
  const number = Number(text);
  return Number.isSafeInteger(number) ? number : text;
}

function toZonedText(value: unknown): unknown {
  return value instanceof Date ? value.toISOString() : value;
}

/**
 * oracledb reads a type without zone as the local time of this process; take the same digits out again. Digits that the
 * local time skips in spring are lost before they get here: a process in UTC skips none.
 */
function toLocalText(value: unknown): unknown {
  if (!(value instanceof Date)) return value;
  const two = (part: number) => part.toString().padStart(2, '0');
  const day = `${value.getFullYear().toString().padStart(4, '0')}-${two(value.getMonth() + 1)}-${two(value.getDate())}`;
  const ms = value.getMilliseconds();
  const fraction = ms === 0 ? '' : `.${ms.toString().padStart(3, '0')}`;
  return `${day}T${two(value.getHours())}:${two(value.getMinutes())}:${two(value.getSeconds())}${fraction}`;
}

function toJsonText(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  return JSON.stringify(ArrayBuffer.isView(value) ? Array.from(Object.values(value)) : value);
}
