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
