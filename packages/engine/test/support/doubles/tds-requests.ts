/** Reads SQL batches and sp_executesql calls. @see MS-TDS 2.2.6.6 and 2.2.6.7 */
export interface TdsRequest {
  readonly statement: string;
  readonly parameters: readonly unknown[];
}

const SP_EXECUTESQL = 10;
const PROCEDURE_BY_ID = 0xffff;
const DAYS_TO_1970 = 719_162;
const DAY_MS = 86_400_000;

export function readSqlBatch(payload: Buffer): TdsRequest {
  return { statement: payload.subarray(payload.readUInt32LE(0)).toString('utf16le'), parameters: [] };
}

export function readRpc(payload: Buffer): TdsRequest {
  const cursor = new Cursor(payload, payload.readUInt32LE(0));
  const length = cursor.uint16();
  const isExecuteSql =
    length === PROCEDURE_BY_ID ? cursor.uint16() === SP_EXECUTESQL : cursor.text(length) === 'sp_executesql';
  if (!isExecuteSql) throw new Error('the double knows no procedure but sp_executesql');
  cursor.uint16();
  const values: unknown[] = [];
  while (!cursor.isAtEnd()) {
    cursor.text(cursor.uint8());
    cursor.uint8();
    values.push(readValue(cursor));
  }
  // The text, the declaration of the parameters, then their values.
  return { statement: String(values[0]), parameters: values.slice(2) };
}

function readValue(cursor: Cursor): unknown {
  const type = cursor.uint8();
  switch (type) {
    case 0x26:
      return readSized(cursor, cursor.uint8(), (bytes) => readInteger(bytes));
    case 0x68:
      return readSized(cursor, cursor.uint8(), (bytes) => bytes[0] === 1);
    case 0x6d:
      return readSized(cursor, cursor.uint8(), (bytes) =>
        bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE(),
      );
    case 0x2b:
      return readSized(cursor, cursor.uint8(), readMoment);
    case 0xa5:
      return readLong(cursor, 0, (bytes) => bytes);
    case 0xe7:
      return readLong(cursor, 5, (bytes) => bytes.toString('utf16le'));
    default:
      throw new Error(`the double reads no parameter of type 0x${type.toString(16)}`);
  }
}

function readInteger(bytes: Buffer): number | bigint {
  return bytes.length === 8 ? bytes.readBigInt64LE() : bytes.readIntLE(0, bytes.length);
}

/** Scale 7: units of 100 ns, then days since year 1, then the offset. */
function readMoment(bytes: Buffer): Date {
  const timeLength = bytes.length - 5;
  const ms = Math.floor(bytes.readUIntLE(0, timeLength) / 10_000);
  return new Date(ms + (bytes.readUIntLE(timeLength, 3) - DAYS_TO_1970) * DAY_MS);
}

function readSized(cursor: Cursor, _declared: number, read: (bytes: Buffer) => unknown): unknown {
  const length = cursor.uint8();
  return length === 0 ? null : read(cursor.bytes(length));
}

function readLong(cursor: Cursor, collationBytes: number, read: (bytes: Buffer) => unknown): unknown {
  const declared = cursor.uint16();
  cursor.bytes(collationBytes);
  if (declared === 0xffff) return readChunks(cursor, read);
  const length = cursor.uint16();
  return length === 0xffff ? null : read(cursor.bytes(length));
}

/** Partially length-prefixed: a total, then chunks until an empty one. */
function readChunks(cursor: Cursor, read: (bytes: Buffer) => unknown): unknown {
  if (cursor.bytes(8).readBigUInt64LE() === 0xffff_ffff_ffff_ffffn) return null;
  const chunks: Buffer[] = [];
  for (let length = cursor.uint32(); length > 0; length = cursor.uint32()) chunks.push(cursor.bytes(length));
  return read(Buffer.concat(chunks));
}

class Cursor {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  bytes(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    if (this.#at > this.#bytes.length) throw new Error('a request that ends too early');
    return this.#bytes.subarray(start, this.#at);
  }

  uint8(): number {
    return this.bytes(1).readUInt8();
  }

  uint16(): number {
    return this.bytes(2).readUInt16LE();
  }

  uint32(): number {
    return this.bytes(4).readUInt32LE();
  }

  text(characters: number): string {
    return this.bytes(characters * 2).toString('utf16le');
  }
}
