import type { OutputField } from '@dipswitch/contract';
import { encodeText, isPlain } from './encode-text.ts';

/** Set when a value did not fit its field as a whole. */
export interface CutMark {
  isCut: boolean;
}

/** Of texts that are bounded by their format and not by a `maxLength`. */
const BOUNDED_FORMAT_MAX_LENGTH = 64;
/** Digits of a 64-bit integer and its sign. What has more is declared as a text; validation counts on it. */
const INTEGER_MAX_LENGTH = 20;
const INTEGER = /^[+-]?\d+(?:\.0*)?$/;
/** In one way only, or a text of many digits that is no number would take time by the square of its length. */
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE_LENGTH = 'YYYY-MM-DD'.length;
const DATE_TIME = /^\d{4}-\d{2}-\d{2}[T ]/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;

/**
 * A value of the database as the JSON of the declared type. Null when it is NULL or cannot be expressed in that type;
 * the field then has its default.
 */
export function encodeField(field: OutputField, value: unknown, mark: CutMark): string | null {
  if (value === null || value === undefined) return null;
  switch (field.type) {
    case 'string':
      return encodeAsText(field, value, mark);
    case 'integer':
      return encodeInteger(value, mark);
    case 'number':
      return encodeNumber(value);
    case 'boolean':
      return encodeBoolean(value);
  }
}

function encodeAsText(field: OutputField, value: unknown, mark: CutMark): string | null {
  const text = typeof value === 'string' ? value : toText(value);
  if (text === null) return null;
  const maxLength = field.maxLength ?? BOUNDED_FORMAT_MAX_LENGTH;
  const formatted = field.format === null ? text : toFormat(field.format, text, maxLength);
  // Every format is plain ASCII, and counted as such when the largest answer is.
  if (field.format !== null && !isPlain(formatted)) return null;
  const { json, isCut } = encodeText(formatted, maxLength);
  if (isCut || (field.format === 'byte' && text.length > maxLength)) mark.isCut = true;
  return json;
}

function toText(value: unknown): string | null {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? String(value) : null;
    case 'bigint':
    case 'boolean':
      return String(value);
    case 'object':
      if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
      return value instanceof Date && Number.isFinite(value.getTime()) ? value.toISOString() : null;
    default:
      return null;
  }
}

function toFormat(format: Exclude<OutputField['format'], null>, text: string, maxLength: number): string {
  switch (format) {
    case 'date':
      return DATE_TIME.test(text) ? text.slice(0, DATE_LENGTH) : text;
    case 'date-time':
      return DATE.test(text) ? `${text}T00:00:00` : text;
    case 'byte':
      // Base64 that is cut anywhere else cannot be decoded.
      return text.length > maxLength ? text.slice(0, maxLength - (maxLength % 4)) : text;
    case 'time':
    case 'decimal':
      return text;
  }
}

/** A whole number; beyond 2^53 as a text, because a JSON number of that size loses digits where it is read. */
function encodeInteger(value: unknown, mark: CutMark): string | null {
  switch (typeof value) {
    case 'number':
      if (Number.isSafeInteger(value)) return String(value);
      return Number.isInteger(value) ? encodeDigits(String(BigInt(value)), mark) : null;
    case 'bigint':
      return encodeDigits(String(value), mark);
    case 'boolean':
      return value ? '1' : '0';
    case 'string': {
      const text = value.trim();
      return INTEGER.test(text) ? encodeDigits(text.split('.', 1)[0] ?? '', mark) : null;
    }
    default:
      return null;
  }
}

function encodeDigits(digits: string, mark: CutMark): string | null {
  const number = Number(digits);
  if (Number.isSafeInteger(number)) return String(number);
  const integer = digits.replace(/^\+/, '').replace(/^(-?)0+/, '$1');
  if (integer.length > INTEGER_MAX_LENGTH) {
    mark.isCut = true;
    return null;
  }
  return `"${integer}"`;
}

function encodeNumber(value: unknown): string | null {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? String(value) : null;
    case 'bigint':
      return encodeNumber(Number(value));
    case 'boolean':
      return value ? '1' : '0';
    case 'string': {
      const text = value.trim();
      return DECIMAL.test(text) ? encodeNumber(Number(text)) : null;
    }
    default:
      return null;
  }
}

/** A boolean of the database, and what those without one use: 0 and 1, and a bit. */
function encodeBoolean(value: unknown): string | null {
  if (value instanceof Uint8Array) return value.length === 1 ? encodeBoolean(value[0]) : null;
  switch (value) {
    case true:
    case 1:
    case 1n:
    case '1':
    case 't':
    case 'true':
      return 'true';
    case false:
    case 0:
    case 0n:
    case '0':
    case 'f':
    case 'false':
      return 'false';
    default:
      return null;
  }
}
