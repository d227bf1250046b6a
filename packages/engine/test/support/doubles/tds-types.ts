/** A column of an answer: its type information and how a value is written. @see MS-TDS 2.2.5.4 and 2.2.5.5 */
export interface TdsType {
  /** As T-SQL names it. */
  readonly name: string;
  readonly information: Buffer;
  write(value: unknown): Buffer;
}

/** Latin1_General_CI_AS: code page 1252. */
export const COLLATION = Buffer.from([0x09, 0x04, 0xd0, 0x00, 0x34]);
const MAX = 0xffff;
const PLP_NULL = 0xffff_ffff_ffff_ffffn;
const PLP_CHUNK_BYTES = 3_000;

export const tinyint: TdsType = integer('tinyint', 1, (buffer, value) => buffer.writeUInt8(Number(value)));
export const smallint: TdsType = integer('smallint', 2, (buffer, value) => buffer.writeInt16LE(Number(value)));
export const int: TdsType = integer('int', 4, (buffer, value) => buffer.writeInt32LE(Number(value)));
export const bigint: TdsType = integer('bigint', 8, (buffer, value) => buffer.writeBigInt64LE(BigInt(String(value))));

export const bit: TdsType = sized('bit', [0x68, 1], 1, (buffer, value) => buffer.writeUInt8(value === true ? 1 : 0));
export const real: TdsType = sized('real', [0x6d, 4], 4, (buffer, value) => buffer.writeFloatLE(Number(value)));
export const float: TdsType = sized('float', [0x6d, 8], 8, (buffer, value) => buffer.writeDoubleLE(Number(value)));

/** Two halves, the upper one first, of ten-thousandths. */
export const money: TdsType = sized('money', [0x6e, 8], 8, (buffer, value) => {
  const units = BigInt(String(value).replace('.', ''));
  buffer.writeInt32LE(Number(units >> 32n), 0);
  buffer.writeUInt32LE(Number(units & 0xffff_ffffn), 4);
});
export const smallmoney: TdsType = sized('smallmoney', [0x6e, 4], 4, (buffer, value) =>
  buffer.writeInt32LE(Number(String(value).replace('.', ''))),
);

/** Takes text with as many places as the scale. */
export function decimal(precision: number, scale: number, name: 'decimal' | 'numeric' = 'decimal'): TdsType {
  const length = precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
  const information = [name === 'decimal' ? 0x6a : 0x6c, length, precision, scale];
  return sized(`${name}(${precision},${scale})`, information, length, (buffer, value) => {
    writeDigits(buffer, BigInt(String(value).replace('.', '')));
  });
}

/** A sign, then the digits, the lowest byte first. */
function writeDigits(buffer: Buffer, digits: bigint): void {
  buffer.writeUInt8(digits < 0n ? 0 : 1, 0);
  let rest = digits < 0n ? -digits : digits;
  for (let index = 1; index < buffer.length; index += 1, rest >>= 8n) buffer.writeUInt8(Number(rest & 0xffn), index);
}

/** The first three groups have their lowest byte first. */
export const uniqueidentifier: TdsType = sized('uniqueidentifier', [0x24, 16], 16, (buffer, value) => {
  const bytes = Buffer.from(String(value).replaceAll('-', ''), 'hex');
  for (const [target, source] of [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].entries()) {
    buffer.writeUInt8(bytes.readUInt8(source), target);
  }
});

export const nvarchar: TdsType = short('nvarchar(4000)', [0xe7, 0x40, 0x1f, ...COLLATION], utf16);
export const nchar: TdsType = short('nchar(10)', [0xef, 20, 0, ...COLLATION], utf16);
export const varchar: TdsType = short('varchar(8000)', [0xa7, 0x40, 0x1f, ...COLLATION], latin1);
export const char: TdsType = short('char(10)', [0xaf, 10, 0, ...COLLATION], latin1);
export const varbinary: TdsType = short('varbinary(8000)', [0xa5, 0x40, 0x1f], bytesOf);
export const binary: TdsType = short('binary(4)', [0xad, 4, 0], bytesOf);

export const nvarcharMax: TdsType = long('nvarchar(max)', [0xe7, 0xff, 0xff, ...COLLATION], utf16);
export const varcharMax: TdsType = long('varchar(max)', [0xa7, 0xff, 0xff, ...COLLATION], latin1);
export const varbinaryMax: TdsType = long('varbinary(max)', [0xa5, 0xff, 0xff], bytesOf);
/** Without a schema. */
export const xml: TdsType = long('xml', [0xf1, 0], utf16);

/** A value of its own type in each row: here always a decimal(38,10), an int or a money. */
export const variant: TdsType = {
  name: 'sql_variant',
  information: Buffer.from([0x62, 0x49, 0x1f, 0, 0]),
  write(value) {
    if (value === null) return Buffer.alloc(4);
    const body = toVariant(value);
    return Buffer.concat([uint32(body.length), body]);
  },
};

function toVariant(value: unknown): Buffer {
  if (typeof value === 'number') return Buffer.concat([Buffer.from([0x38, 0]), int.write(value).subarray(1)]);
  if (typeof value === 'bigint') return Buffer.concat([Buffer.from([0x3c, 0]), money.write(value).subarray(1)]);
  return Buffer.concat([Buffer.from([0x6a, 2, 38, 10]), decimal(38, 10).write(value).subarray(1)]);
}

function integer(name: string, length: number, write: (buffer: Buffer, value: unknown) => void): TdsType {
  return sized(name, [0x26, length], length, write);
}

/** One byte of length before the value; none for NULL. */
export function sized(
  name: string,
  information: readonly number[],
  length: number,
  write: (buffer: Buffer, value: unknown) => void,
): TdsType {
  return {
    name,
    information: Buffer.from(information),
    write(value) {
      if (value === null) return Buffer.from([0]);
      const buffer = Buffer.alloc(length);
      write(buffer, value);
      return Buffer.concat([Buffer.from([length]), buffer]);
    },
  };
}

/** Two bytes of length before the value; 0xffff for NULL. */
function short(name: string, information: readonly number[], encode: (value: unknown) => Buffer): TdsType {
  return {
    name,
    information: Buffer.from(information),
    write(value) {
      if (value === null) return uint16(MAX);
      const bytes = encode(value);
      return Buffer.concat([uint16(bytes.length), bytes]);
    },
  };
}

/** Partially length-prefixed: a total, then chunks until an empty one. */
function long(name: string, information: readonly number[], encode: (value: unknown) => Buffer): TdsType {
  return {
    name,
    information: Buffer.from(information),
    write(value) {
      if (value === null) return uint64(PLP_NULL);
      const bytes = encode(value);
      const parts: Buffer[] = [uint64(BigInt(bytes.length))];
      for (let start = 0; start < bytes.length; start += PLP_CHUNK_BYTES) {
        const chunk = bytes.subarray(start, start + PLP_CHUNK_BYTES);
        parts.push(uint32(chunk.length), chunk);
      }
      return Buffer.concat([...parts, uint32(0)]);
    },
  };
}

function utf16(value: unknown): Buffer {
  return Buffer.from(String(value), 'utf16le');
}

function latin1(value: unknown): Buffer {
  return Buffer.from(String(value), 'latin1');
}

function bytesOf(value: unknown): Buffer {
  if (value instanceof Uint8Array) return Buffer.from(value);
  throw new TypeError('the double writes binary values from bytes');
}

export function uint16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeUInt16LE(value);
  return buffer;
}

export function uint32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32LE(value);
  return buffer;
}

export function uint64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(value);
  return buffer;
}
