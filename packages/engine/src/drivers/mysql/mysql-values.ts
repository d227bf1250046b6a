import type { DatabaseValue } from '../driver.ts';

/** Numbers as mysql2 sends them best: a bigint has no binary type there, and text is compared exactly. */
export function toMysqlParameter(value: DatabaseValue): string | number | boolean | Date | Buffer | null {
  if (typeof value === 'bigint') return value.toString();
  // `LIMIT ?` takes no double (ER_WRONG_ARGUMENTS), and a double is all that mysql2 makes of a number.
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value.toString() : value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value;
}

/** Column types of the protocol. @see https://dev.mysql.com/doc/dev/mysql-server/latest/field__types_8h.html */
const TIMESTAMP = 7;
const DATETIME = 12;
const BIT = 16;

export interface MysqlColumn {
  readonly type: number;
  readonly lengthBits: number;
}

/** Brings a value that mysql2 read into the form that the four databases share. */
export function fromMysqlValue(value: unknown, column: MysqlColumn): unknown {
  if (value === null || value === undefined) return null;
  // The session's time zone is UTC, so a TIMESTAMP is UTC and a DATETIME says nothing.
  if (column.type === TIMESTAMP && typeof value === 'string') return `${value.replace(' ', 'T')}Z`;
  if (column.type === DATETIME && typeof value === 'string') return value.replace(' ', 'T');
  if (column.type === BIT && column.lengthBits === 1 && value instanceof Uint8Array) return value[0] === 1;
  if (typeof value === 'object' && !(value instanceof Uint8Array)) return JSON.stringify(value);
  return value;
}
