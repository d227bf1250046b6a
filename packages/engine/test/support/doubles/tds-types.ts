/** A column of an answer: its type information and how a value is written. @see MS-TDS 2.2.5.4 and 2.2.5.5 */
export interface TdsType {
  readonly information: Buffer;
  write(value: unknown): Buffer;
}

const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);
const DAYS_TO_1970 = 719_162;
const DAY_MS = 86_400_000;

export const int: TdsType = {
  information: Buffer.from([0x26, 4]),
  write: (value) => nullable(value, (buffer) => buffer.writeInt32LE(Number(value)), 4),
};

export const bigint: TdsType = {
  information: Buffer.from([0x26, 8]),
  write: (value) => nullable(value, (buffer) => buffer.writeBigInt64LE(BigInt(String(value))), 8),
};

export const bit: TdsType = {
  information: Buffer.from([0x68, 1]),
  write: (value) => nullable(value, (buffer) => buffer.writeUInt8(value === true ? 1 : 0), 1),
};

export const float: TdsType = {
  information: Buffer.from([0x6d, 8]),
  write: (value) => nullable(value, (buffer) => buffer.writeDoubleLE(Number(value)), 8),
};

export const nvarchar: TdsType = {
  information: Buffer.concat([Buffer.from([0xe7, 0x40, 0x1f]), COLLATION]),
  write(value) {
    if (value === null) return Buffer.from([0xff, 0xff]);
    const bytes = Buffer.from(String(value), 'utf16le');
    return Buffer.concat([uint16(bytes.length), bytes]);
  },
};

export const varbinary: TdsType = {
  information: Buffer.from([0xa5, 0x40, 0x1f]),
  write(value) {
    if (!(value instanceof Uint8Array)) return Buffer.from([0xff, 0xff]);
    return Buffer.concat([uint16(value.length), value]);
  },
};

/** Takes the digits without the point. */
export function decimal(precision: number, scale: number): TdsType {
  return {
    information: Buffer.from([0x6a, 17, precision, scale]),
    write(value) {
      const digits = BigInt(String(value).replace('.', ''));
      const bytes = Buffer.alloc(18);
      bytes.writeUInt8(17, 0);
      bytes.writeUInt8(digits < 0n ? 0 : 1, 1);
      let rest = digits < 0n ? -digits : digits;
      for (let index = 2; index < 18; index += 1, rest >>= 8n) bytes.writeUInt8(Number(rest & 0xffn), index);
      return bytes;
    },
  };
}

export const date: TdsType = {
  information: Buffer.from([0x28]),
  write: (value) => Buffer.concat([Buffer.from([3]), writeDays(toDate(value))]),
};

export const time3: TdsType = {
  information: Buffer.from([0x29, 3]),
  write: (value) => Buffer.concat([Buffer.from([4]), writeTime(toDate(value))]),
};

export const datetime2: TdsType = {
  information: Buffer.from([0x2a, 3]),
  write: (value) => Buffer.concat([Buffer.from([7]), writeTime(toDate(value)), writeDays(toDate(value))]),
};

export const datetimeoffset: TdsType = {
  information: Buffer.from([0x2b, 3]),
  write(value) {
    const moment = toDate(value);
    return Buffer.concat([Buffer.from([9]), writeTime(moment), writeDays(moment), Buffer.from([120, 0])]);
  },
};

function toDate(value: unknown): Date {
  if (value instanceof Date) return value;
  throw new TypeError('the double writes times from a Date');
}

/** Milliseconds of the day: scale 3. */
function writeTime(moment: Date): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(moment.getTime() % DAY_MS);
  return buffer;
}

function writeDays(moment: Date): Buffer {
  const buffer = Buffer.alloc(3);
  buffer.writeUIntLE(Math.floor(moment.getTime() / DAY_MS) + DAYS_TO_1970, 0, 3);
  return buffer;
}

function nullable(value: unknown, write: (buffer: Buffer) => void, length: number): Buffer {
  if (value === null) return Buffer.from([0]);
  const buffer = Buffer.alloc(length);
  write(buffer);
  return Buffer.concat([Buffer.from([length]), buffer]);
}

export function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}
