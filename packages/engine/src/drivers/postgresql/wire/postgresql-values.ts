/** Reads one value, sent as text, out of the bytes where it lies. */
export type ReadValue = (buffer: Buffer, start: number, end: number) => unknown;

const BOOL = 16;
const BYTEA = 17;
const INT8 = 20;
const INT2 = 21;
const INT4 = 23;
const OID = 26;
const FLOAT4 = 700;
const FLOAT8 = 701;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/** Types beyond these stay the text that the server sends. */
const READERS: ReadonlyMap<number, ReadValue> = new Map<number, ReadValue>([
  [BOOL, (buffer, start) => buffer[start] === 0x74],
  // `\x` and hexadecimal digits: `bytea_output` is set so.
  [BYTEA, (buffer, start, end) => Buffer.from(buffer.toString('latin1', start + 2, end), 'hex')],
  [INT8, readInteger],
  [INT2, readInteger],
  [INT4, readInteger],
  [OID, readInteger],
  [FLOAT4, readFloat],
  [FLOAT8, readFloat],
  [TIMESTAMP, (buffer, start, end) => buffer.toString('latin1', start, end).replace(' ', 'T')],
  [TIMESTAMPTZ, (buffer, start, end) => buffer.toString('latin1', start, end).replace(' ', 'T').replace(/\+00$/, 'Z')],
]);

export function findValueReader(typeOid: number): ReadValue {
  return READERS.get(typeOid) ?? readText;
}

function readText(buffer: Buffer, start: number, end: number): string {
  return buffer.toString('utf8', start, end);
}

function readFloat(buffer: Buffer, start: number, end: number): number {
  return Number(buffer.toString('latin1', start, end));
}

/** Any integer of this many digits is exact in a double. */
const EXACT_DIGITS = 15;
const MINUS = 0x2d;
const ZERO = 0x30;

/** A number where a double holds it, else the text. */
function readInteger(buffer: Buffer, start: number, end: number): number | string {
  if (end - start > EXACT_DIGITS) {
    const text = buffer.toString('latin1', start, end);
    const value = Number(text);
    return Number.isSafeInteger(value) ? value : text;
  }
  const isNegative = buffer[start] === MINUS;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at += 1) value = value * 10 + ((buffer[at] ?? ZERO) - ZERO);
  return isNegative ? -value : value;
}
