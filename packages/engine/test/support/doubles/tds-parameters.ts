import type { Cursor } from './tds-cursor.ts';
import { DAY_MS, DAYS_FROM_1900_TO_1970, DAYS_TO_1970 } from './tds-time-types.ts';

const PLP_NULL = 0xffff_ffff_ffff_ffffn;
const MAX = 0xffff;
const COLLATION_BYTES = 5;

/** Reads the type and the value of one parameter: every scalar type that a client can send. @see MS-TDS 2.2.5.4 */
export function readParameterValue(cursor: Cursor): unknown {
  const type = cursor.uint8();
  switch (type) {
    case 0x24:
      return readSized(cursor, 1, readGuid);
    case 0x26:
      return readSized(cursor, 1, readInteger);
    case 0x28:
      return readSized(cursor, 0, (bytes) => toDate(0, bytes.readUIntLE(0, 3)));
    case 0x29:
      return readScaled(cursor, (bytes, scale) => toDate(toMs(bytes, scale), DAYS_TO_1970));
    case 0x2a:
      return readScaled(cursor, (bytes, scale) =>
        toDate(toMs(bytes.subarray(0, -3), scale), bytes.readUIntLE(bytes.length - 3, 3)),
      );
    case 0x2b:
      return readScaled(cursor, (bytes, scale) =>
        toDate(toMs(bytes.subarray(0, -5), scale), bytes.readUIntLE(bytes.length - 5, 3)),
      );
    case 0x68:
      return readSized(cursor, 1, (bytes) => bytes[0] === 1);
    case 0x6a:
    case 0x6c:
      return readDecimal(cursor);
    case 0x6d:
      return readSized(cursor, 1, (bytes) => (bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE()));
    case 0x6e:
      return readSized(cursor, 1, readMoney);
    case 0x6f:
      return readSized(cursor, 1, readDatetime);
    case 0xa5:
    case 0xad:
      return readLong(cursor, 0, (bytes) => bytes);
    case 0xa7:
    case 0xaf:
      return readLong(cursor, COLLATION_BYTES, (bytes) => bytes.toString('latin1'));
    case 0xe7:
    case 0xef:
      return readLong(cursor, COLLATION_BYTES, (bytes) => bytes.toString('utf16le'));
    default:
      throw new Error(`the double reads no parameter of type 0x${type.toString(16)}`);
  }
}

function readSized(cursor: Cursor, informationBytes: number, read: (bytes: Buffer) => unknown): unknown {
  cursor.bytes(informationBytes);
  const length = cursor.uint8();
  return length === 0 ? null : read(cursor.bytes(length));
}

function readScaled(cursor: Cursor, read: (bytes: Buffer, scale: number) => unknown): unknown {
  const scale = cursor.uint8();
  return readSized(cursor, 0, (bytes) => read(bytes, scale));
}

function readDecimal(cursor: Cursor): unknown {
  cursor.uint8();
  cursor.uint8();
  const scale = cursor.uint8();
  return readSized(cursor, 0, (bytes) => {
    let units = 0n;
    for (const byte of Buffer.from(bytes.subarray(1)).reverse()) units = (units << 8n) | BigInt(byte);
    return toPlaces(bytes[0] === 1 ? units : -units, scale);
  });
}

function readMoney(bytes: Buffer): string {
  const upper = bytes.length === 8 ? BigInt(bytes.readInt32LE()) << 32n : 0n;
  const lower = bytes.length === 8 ? BigInt(bytes.readUInt32LE(4)) : BigInt(bytes.readInt32LE());
  return toPlaces(upper + lower, 4);
}

function toPlaces(units: bigint, scale: number): string {
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`;
}

function readInteger(bytes: Buffer): number | bigint {
  if (bytes.length === 1) return bytes.readUInt8();
  return bytes.length === 8 ? bytes.readBigInt64LE() : bytes.readIntLE(0, bytes.length);
}

function readGuid(bytes: Buffer): string {
  const hex = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]
    .map((index) => bytes.readUInt8(index).toString(16).padStart(2, '0'))
    .join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

function readDatetime(bytes: Buffer): Date {
  const days = bytes.length === 8 ? bytes.readInt32LE() : bytes.readUInt16LE();
  const ms = bytes.length === 8 ? Math.round((bytes.readUInt32LE(4) * 10) / 3) : bytes.readUInt16LE(2) * 60_000;
  return new Date((days - DAYS_FROM_1900_TO_1970) * DAY_MS + ms);
}

function toMs(bytes: Buffer, scale: number): number {
  return Math.floor((bytes.readUIntLE(0, bytes.length) * 10 ** (7 - scale)) / 10_000);
}

function toDate(ms: number, daysSinceYearOne: number): Date {
  return new Date(ms + (daysSinceYearOne - DAYS_TO_1970) * DAY_MS);
}

function readLong(cursor: Cursor, collationBytes: number, read: (bytes: Buffer) => unknown): unknown {
  const declared = cursor.uint16();
  cursor.bytes(collationBytes);
  if (declared === MAX) return readChunks(cursor, read);
  const length = cursor.uint16();
  return length === MAX ? null : read(cursor.bytes(length));
}

/** Partially length-prefixed: a total, then chunks until an empty one. */
function readChunks(cursor: Cursor, read: (bytes: Buffer) => unknown): unknown {
  if (cursor.bytes(8).readBigUInt64LE() === PLP_NULL) return null;
  const chunks: Buffer[] = [];
  for (let length = cursor.uint32(); length > 0; length = cursor.uint32()) chunks.push(cursor.bytes(length));
  return read(Buffer.concat(chunks));
}
