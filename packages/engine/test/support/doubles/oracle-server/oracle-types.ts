import { decodeOracleDate, encodeOracleDate } from './oracle-dates.ts';
import { decodeOracleNumber, encodeOracleNumber } from './oracle-number.ts';

/** What a script says and sees of a value: NUMBER as exact text, dates as ISO text, RAW as bytes. */
export type OracleValue = string | number | boolean | Buffer | null;

interface OracleType {
  readonly code: number;
  /** Character set form: 1 the database's, 2 the national one, 0 for what is no text. */
  readonly form: 0 | 1 | 2;
  readonly maxBytes: number;
}

export const ORACLE_TYPES = {
  VARCHAR2: { code: 1, form: 1, maxBytes: 4000 },
  NVARCHAR2: { code: 1, form: 2, maxBytes: 4000 },
  NUMBER: { code: 2, form: 0, maxBytes: 22 },
  LONG: { code: 8, form: 1, maxBytes: 0x7fffffff },
  DATE: { code: 12, form: 0, maxBytes: 7 },
  RAW: { code: 23, form: 0, maxBytes: 2000 },
  LONG_RAW: { code: 24, form: 0, maxBytes: 0x7fffffff },
  CHAR: { code: 96, form: 1, maxBytes: 2000 },
  BINARY_DOUBLE: { code: 101, form: 0, maxBytes: 8 },
  CLOB: { code: 112, form: 1, maxBytes: 4000 },
  BLOB: { code: 113, form: 0, maxBytes: 4000 },
  /** Described, never filled. */
  BFILE: { code: 114, form: 0, maxBytes: 4000 },
  TIMESTAMP: { code: 180, form: 0, maxBytes: 11 },
  TIMESTAMP_TZ: { code: 181, form: 0, maxBytes: 13 },
  TIMESTAMP_LTZ: { code: 231, form: 0, maxBytes: 11 },
  BOOLEAN: { code: 252, form: 0, maxBytes: 4 },
} as const satisfies Record<string, OracleType>;
export type OracleTypeName = keyof typeof ORACLE_TYPES;

export function isLob(type: OracleTypeName): boolean {
  return type === 'CLOB' || type === 'BLOB';
}

/** The name of a type on the wire; throws for one that the double does not know. */
export function findTypeName(code: number, form: number): OracleTypeName {
  for (const name of Object.keys(ORACLE_TYPES)) {
    if (!isTypeName(name)) continue;
    const type = ORACLE_TYPES[name];
    if (type.code === code && (type.form === form || type.form === 0)) return name;
  }
  throw new Error(`type ${code} is not known to the double`);
}

function isTypeName(name: string): name is OracleTypeName {
  return name in ORACLE_TYPES;
}

export function encodeValue(type: OracleTypeName, value: OracleValue): Buffer | null {
  if (value === null) return null;
  switch (type) {
    case 'VARCHAR2':
    case 'CHAR':
    case 'LONG':
    case 'CLOB':
      return Buffer.from(String(value), 'utf8');
    case 'NVARCHAR2':
      return Buffer.from(String(value), 'utf16le').swap16();
    case 'NUMBER':
      return encodeOracleNumber(String(value));
    case 'DATE':
      return encodeOracleDate(String(value), 7);
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return encodeOracleDate(String(value), 11);
    case 'TIMESTAMP_TZ':
      return encodeOracleDate(String(value), 13);
    case 'RAW':
    case 'LONG_RAW':
    case 'BLOB':
    case 'BFILE':
      return Buffer.isBuffer(value) ? value : Buffer.from(String(value), 'hex');
    case 'BINARY_DOUBLE':
      return encodeBinaryDouble(Number(value));
    case 'BOOLEAN':
      return value === true ? Buffer.from([1, 1]) : Buffer.from([0]);
  }
}

export function decodeValue(type: OracleTypeName, bytes: Buffer | null): OracleValue {
  if (bytes === null) return null;
  switch (type) {
    case 'VARCHAR2':
    case 'CHAR':
    case 'LONG':
    case 'CLOB':
      return bytes.toString('utf8');
    case 'NVARCHAR2':
      return Buffer.from(bytes).swap16().toString('utf16le');
    case 'NUMBER':
      return decodeOracleNumber(bytes);
    case 'DATE':
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
    case 'TIMESTAMP_TZ':
      return decodeOracleDate(bytes);
    case 'RAW':
    case 'LONG_RAW':
    case 'BLOB':
    case 'BFILE':
      return Buffer.from(bytes);
    case 'BINARY_DOUBLE':
      return decodeBinaryDouble(bytes);
    case 'BOOLEAN':
      return bytes.at(-1) === 1;
  }
}

/** IEEE 754, changed so that the bytes sort as the numbers do. */
function encodeBinaryDouble(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleBE(value);
  const isNegative = (bytes.readUInt8(0) & 0x80) !== 0;
  return isNegative ? invert(bytes) : flipSign(bytes);
}

function decodeBinaryDouble(bytes: Buffer): number {
  const isPositive = (bytes.readUInt8(0) & 0x80) !== 0;
  return (isPositive ? flipSign(bytes) : invert(bytes)).readDoubleBE();
}

function invert(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte) => byte ^ 0xff));
}

function flipSign(bytes: Buffer): Buffer {
  return Buffer.from(bytes.map((byte, index) => (index === 0 ? byte ^ 0x80 : byte)));
}
