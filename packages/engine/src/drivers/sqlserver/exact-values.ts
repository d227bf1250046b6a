import { NotEnoughDataError } from 'tedious/lib/token/helpers.js';
import { DriverError } from '../driver.ts';

/** A value that was read and where the next one starts. */
export interface ReadValue {
  readonly value: string | null;
  readonly offset: number;
}

const MONEY_SCALE = 4;
/** The longest sql_variant: 8 000 bytes of value and what describes it. */
const MAX_VARIANT_BYTES = 8_016;
const VARIANT = { money: 0x3c, smallMoney: 0x7a, decimal: 0x6a, numeric: 0x6c } as const;

/**
 * Reads decimal, numeric and money as text without loss: tedious makes doubles of them. Undefined for every other type.
 * @throws NotEnoughDataError when the value has not arrived whole
 * @see MS-TDS 2.2.5.5.1.4 to 2.2.5.5.1.6
 */
export function readExactValue(
  bytes: Buffer,
  at: number,
  typeName: string,
  scale: number | undefined,
): ReadValue | undefined {
  switch (typeName) {
    case 'DecimalN':
    case 'NumericN':
      return readSized(bytes, at, (value) => toDecimalText(value, scale ?? 0));
    case 'MoneyN':
      return readSized(bytes, at, toMoneyText);
    case 'Money':
      return readFixed(bytes, at, 8, toMoneyText);
    case 'SmallMoney':
      return readFixed(bytes, at, 4, toMoneyText);
    case 'Variant':
      return readVariant(bytes, at);
    default:
      return undefined;
  }
}

function readSized(bytes: Buffer, at: number, toText: (value: Buffer) => string): ReadValue {
  const length = need(bytes, at, 1).readUInt8();
  return length === 0 ? { value: null, offset: at + 1 } : readFixed(bytes, at + 1, length, toText);
}

function readFixed(bytes: Buffer, at: number, length: number, toText: (value: Buffer) => string): ReadValue {
  return { value: toText(need(bytes, at, length)), offset: at + length };
}

/** A total, the type of the value, how many bytes describe it, these bytes, the value. */
function readVariant(bytes: Buffer, at: number): ReadValue | undefined {
  const length = need(bytes, at, 4).readUInt32LE();
  if (length === 0) return { value: null, offset: at + 4 };
  if (length > MAX_VARIANT_BYTES) throw new DriverError('protocol', 'A variant is longer than any can be');
  const variant = need(bytes, at + 4, length);
  const offset = at + 4 + length;
  switch (variant.readUInt8()) {
    case VARIANT.money:
    case VARIANT.smallMoney:
      return { value: toMoneyText(variant.subarray(2)), offset };
    case VARIANT.decimal:
    case VARIANT.numeric:
      return { value: toDecimalText(variant.subarray(4), variant.readUInt8(3)), offset };
    default:
      return undefined;
  }
}

function need(bytes: Buffer, at: number, length: number): Buffer {
  if (bytes.length < at + length) throw new NotEnoughDataError(at + length);
  return bytes.subarray(at, at + length);
}

/** A sign, then the digits as a number, its lowest byte first. */
function toDecimalText(value: Buffer, scale: number): string {
  const digits = BigInt(`0x${Buffer.from(value.subarray(1)).reverse().toString('hex') || '0'}`);
  return placePoint(value[0] === 1 ? digits : -digits, scale);
}

/** Ten-thousandths; the eight bytes of money are two halves, the upper one first. */
function toMoneyText(value: Buffer): string {
  const units =
    value.length === 8 ? (BigInt(value.readInt32LE()) << 32n) | BigInt(value.readUInt32LE(4)) : value.readInt32LE();
  return placePoint(BigInt(units), MONEY_SCALE);
}

function placePoint(units: bigint, scale: number): string {
  const sign = units < 0n ? '-' : '';
  const digits = (units < 0n ? -units : units).toString().padStart(scale + 1, '0');
  return scale === 0 ? `${sign}${digits}` : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
