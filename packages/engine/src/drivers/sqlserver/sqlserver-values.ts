import { TYPES } from 'tedious';
import type { DatabaseValue } from '../driver.ts';

/** A parameter as it is declared to sp_executesql and sent. */
export interface SqlserverParameter {
  readonly name: string;
  /** T-SQL, e.g. `nvarchar(4000)`. */
  readonly declaration: string;
  readonly type: (typeof TYPES)[keyof typeof TYPES];
  readonly value: unknown;
  /** For the types that have one. */
  readonly length?: number;
}

type TypedValue = Omit<SqlserverParameter, 'name'>;

const INT_LIMIT = 2 ** 31;
const BIGINT_LIMIT = 2n ** 63n;
/** Two lengths and no more: the declaration is part of the key of a plan, so each other length would compile again. */
const TEXT_LENGTH = 4_000;
const BINARY_LENGTH = 8_000;

/** Declares the parameters `@p1`, `@p2`, ... with the type that the value has here. */
export function toSqlserverParameters(values: readonly DatabaseValue[]): readonly SqlserverParameter[] {
  return values.map((value, index) => ({ name: `p${index + 1}`, ...toTyped(value) }));
}

/** `@p1 int, @p2 nvarchar(4000)` */
export function declare(parameters: readonly SqlserverParameter[]): string {
  return parameters.map(({ name, declaration }) => `@${name} ${declaration}`).join(', ');
}

/** Text for a parameter of our own, of any length. */
export function textParameter(name: string, value: string): SqlserverParameter {
  return { name, ...toTyped(value) };
}

function toTyped(value: DatabaseValue): TypedValue {
  if (typeof value === 'boolean') return { declaration: 'bit', type: TYPES.Bit, value };
  if (typeof value === 'number') return toNumber(value);
  if (typeof value === 'bigint') return toBigint(value);
  if (value instanceof Date) return { declaration: 'datetimeoffset(7)', type: TYPES.DateTimeOffset, value };
  if (value instanceof Uint8Array) return toBinary(value);
  return toText(value);
}

function toNumber(value: number): TypedValue {
  if (!Number.isSafeInteger(value)) return { declaration: 'float', type: TYPES.Float, value };
  const isInt = value >= -INT_LIMIT && value < INT_LIMIT;
  return isInt
    ? { declaration: 'int', type: TYPES.Int, value }
    : { declaration: 'bigint', type: TYPES.BigInt, value: BigInt(value) };
}

/** Above 64 bits as text, which the server converts to the decimal that it is compared with: tedious rounds decimals. */
function toBigint(value: bigint): TypedValue {
  const isBigint = value >= -BIGINT_LIMIT && value < BIGINT_LIMIT;
  return isBigint ? { declaration: 'bigint', type: TYPES.BigInt, value } : toText(value.toString());
}

/** NULL has no type of its own; text converts to every type but the binary ones. */
function toText(value: string | null): TypedValue {
  const isShort = value === null || value.length <= TEXT_LENGTH;
  return isShort
    ? { declaration: `nvarchar(${TEXT_LENGTH})`, type: TYPES.NVarChar, value, length: TEXT_LENGTH }
    : { declaration: 'nvarchar(max)', type: TYPES.NVarChar, value };
}

function toBinary(value: Uint8Array): TypedValue {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  return value.length <= BINARY_LENGTH
    ? { declaration: `varbinary(${BINARY_LENGTH})`, type: TYPES.VarBinary, value: bytes, length: BINARY_LENGTH }
    : { declaration: 'varbinary(max)', type: TYPES.VarBinary, value: bytes };
}

const INTEGER_TEXT = /^-?\d+$/;
/** A float of 32 bits has at most nine digits that mean something. */
const REAL_DIGITS = { least: 6, most: 9 } as const;

/** Brings a value that was read into the form that the four databases share. */
export function fromSqlserverValue(value: unknown, typeName: string, dataLength: number | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return toTimeText(value, typeName);
  if (typeof value === 'number') return isReal(typeName, dataLength) ? shortenReal(value) : value;
  if (typeof value === 'string' && (typeName === 'BigInt' || typeName === 'IntN') && INTEGER_TEXT.test(value)) {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value;
  }
  // tedious hands out a part of what arrived: kept as it is, a short value would hold on to all of that.
  return value instanceof Uint8Array ? Uint8Array.from(value) : value;
}

function isReal(typeName: string, dataLength: number | undefined): boolean {
  return typeName === 'Real' || (typeName === 'FloatN' && dataLength === 4);
}

/** The shortest number that is the same in 32 bits: 0.1 and not 0.10000000149011612. */
function shortenReal(value: number): number {
  for (let digits: number = REAL_DIGITS.least; digits < REAL_DIGITS.most; digits += 1) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return short;
  }
  return value;
}

function toTimeText(value: Date, typeName: string): string {
  const precise = `${value.toISOString().slice(0, -1)}${belowMillisecond(value)}`;
  switch (typeName) {
    case 'Date':
      return precise.slice(0, 10);
    case 'Time':
      return precise.slice(11);
    case 'DateTimeOffset':
      return `${precise}Z`;
    default:
      return precise;
  }
}

/** The part of a second that a Date cannot hold, which tedious keeps next to it. */
function belowMillisecond(value: Date): string {
  const delta: unknown = Reflect.get(value, 'nanosecondsDelta');
  if (typeof delta !== 'number' || delta <= 0) return '';
  return Math.round(delta * 1e7)
    .toString()
    .padStart(4, '0');
}
