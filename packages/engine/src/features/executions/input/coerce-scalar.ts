import type { FieldScalar, FindingCode, InputField } from '@dipswitch/contract';
import type { DatabaseValue } from '../../../drivers/driver.ts';
import { normaliseDate, normaliseDateTime, normaliseTime } from './temporal-text.ts';

/** What is wrong with a value. Says nothing of the value itself: it may be a caller's number. */
export class Flaw {
  readonly code: FindingCode;
  readonly message: string;

  constructor(code: FindingCode, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** What the members of an input field ask of one value, of a field or of an item of one. */
export type ScalarRules = Pick<
  InputField,
  'type' | 'format' | 'minLength' | 'maxLength' | 'pattern' | 'minimum' | 'maximum' | 'enum'
>;

const INTEGER = /^[+-]?\d{1,40}(?:\.0*)?$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const DECIMAL_MAX_LENGTH = 200;
/** A double keeps every decimal of so many significant digits. */
const DOUBLE_DIGITS = 15;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/;

const NO_TEXT = new Flaw('INVALID_TYPE', 'must be a text');
const NO_INTEGER = new Flaw('INVALID_TYPE', 'must be a whole number');
const UNSAFE_INTEGER = new Flaw(
  'INVALID_TYPE',
  'a whole number beyond 2^53 must be sent as a text, or digits are lost',
);
const NO_NUMBER = new Flaw('INVALID_TYPE', 'must be a number');
const NO_BOOLEAN = new Flaw('INVALID_TYPE', 'must be true or false');
const NUMBER_TOO_LARGE = new Flaw('OUT_OF_RANGE', 'is beyond the range of numbers');
const NOT_IN_ENUM = new Flaw('INVALID_FORMAT', 'is none of the allowed values');
const NO_MATCH = new Flaw('INVALID_FORMAT', 'does not match the pattern');
const NO_DATE = new Flaw('INVALID_FORMAT', 'must be a date: YYYY-MM-DD');
const NO_TIME = new Flaw('INVALID_FORMAT', 'must be a time: hh:mm or hh:mm:ss, without a zone');
const NO_DATE_TIME = new Flaw('INVALID_FORMAT', 'must be a date and time: YYYY-MM-DDThh:mm:ss, with or without a zone');
const NO_BASE64 = new Flaw('INVALID_FORMAT', 'must be base64');
const NO_DECIMAL = new Flaw('INVALID_FORMAT', 'must be a decimal number');
const NOT_UNICODE = new Flaw('INVALID_FORMAT', 'must be well-formed Unicode without NUL characters');

/** A JSON value or a text as the declared type, ready to be bound. */
export function coerceScalar(rules: ScalarRules, value: unknown): DatabaseValue | Flaw {
  switch (rules.type) {
    case 'string':
      return typeof value === 'string' ? coerceText(rules, value) : NO_TEXT;
    case 'integer':
      return inBounds(rules, coerceInteger(value));
    case 'number':
      return inBounds(rules, coerceNumber(value));
    case 'boolean':
      return inEnum(rules, coerceBoolean(value));
  }
}

function coerceText(rules: ScalarRules, text: string): DatabaseValue | Flaw {
  if (rules.maxLength !== null && text.length > rules.maxLength) {
    return new Flaw('TOO_LONG', `may have ${rules.maxLength} characters at most`);
  }
  if (rules.minLength !== null && text.length < rules.minLength) {
    return new Flaw('INVALID_FORMAT', `must have ${rules.minLength} characters at least`);
  }
  if (!text.isWellFormed() || text.includes('\0')) return NOT_UNICODE;
  if (rules.enum !== null && !rules.enum.includes(text)) return NOT_IN_ENUM;
  if (rules.pattern !== null && !rules.pattern.test(text)) return NO_MATCH;
  return rules.format === null ? text : coerceFormat(rules.format, text.trim());
}

function coerceFormat(format: Exclude<InputField['format'], null>, text: string): DatabaseValue | Flaw {
  switch (format) {
    case 'date':
      return normaliseDate(text) ?? NO_DATE;
    case 'time':
      return normaliseTime(text) ?? NO_TIME;
    case 'date-time':
      return normaliseDateTime(text) ?? NO_DATE_TIME;
    case 'byte':
      return BASE64.test(text) ? Uint8Array.from(Buffer.from(text, 'base64')) : NO_BASE64;
    case 'decimal':
      return text.length <= DECIMAL_MAX_LENGTH && DECIMAL.test(text) ? withoutPlus(text) : NO_DECIMAL;
  }
}

function coerceInteger(value: unknown): number | bigint | Flaw {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return NO_INTEGER;
    return Number.isSafeInteger(value) ? value + 0 : UNSAFE_INTEGER;
  }
  if (typeof value !== 'string') return NO_INTEGER;
  const text = value.trim();
  if (!INTEGER.test(text)) return NO_INTEGER;
  const number = Number(text);
  // Adding 0 makes 0 of -0.
  return Number.isSafeInteger(number) ? number + 0 : BigInt(withoutPlus(text.split('.', 1)[0] ?? ''));
}

/** A text that a double cannot hold stays a text: the database accepts it without loss. */
function coerceNumber(value: unknown): number | string | Flaw {
  if (typeof value === 'number') return Number.isFinite(value) ? value : NO_NUMBER;
  if (typeof value !== 'string') return NO_NUMBER;
  const text = value.trim();
  if (text.length > DECIMAL_MAX_LENGTH || !DECIMAL.test(text)) return NO_NUMBER;
  const number = Number(text);
  if (!Number.isFinite(number)) return NUMBER_TOO_LARGE;
  return isExact(text, number) ? number : withoutPlus(text);
}

function isExact(text: string, number: number): boolean {
  const digits = significantDigits(text);
  if (digits.length > DOUBLE_DIGITS) return digits === significantDigits(String(number));
  // Below the smallest double nothing is left of the digits.
  return number !== 0 || digits === '';
}

/** The digits without sign, point, exponent and the zeros at both ends. */
function significantDigits(text: string): string {
  const mantissa = text.split(/[eE]/, 1)[0] ?? '';
  return mantissa.replace(/[^0-9]/g, '').replace(/^0+|0+$/g, '');
}

function coerceBoolean(value: unknown): boolean | Flaw {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return NO_BOOLEAN;
  switch (value.trim().toLowerCase()) {
    case 'true':
    case '1':
      return true;
    case 'false':
    case '0':
      return false;
    default:
      return NO_BOOLEAN;
  }
}

function inBounds(rules: ScalarRules, value: number | bigint | string | Flaw): DatabaseValue | Flaw {
  if (value instanceof Flaw) return value;
  const comparable = typeof value === 'string' ? Number(value) : value;
  if (rules.minimum !== null && comparable < rules.minimum) {
    return new Flaw('OUT_OF_RANGE', `must be ${rules.minimum} at least`);
  }
  if (rules.maximum !== null && comparable > rules.maximum) {
    return new Flaw('OUT_OF_RANGE', `may be ${rules.maximum} at most`);
  }
  return inEnum(rules, value);
}

function inEnum<Value extends FieldScalar | bigint>(rules: ScalarRules, value: Value | Flaw): Value | Flaw {
  if (value instanceof Flaw || rules.enum === null) return value;
  const allowed: readonly unknown[] = rules.enum;
  return allowed.includes(value) ? value : NOT_IN_ENUM;
}

function withoutPlus(text: string): string {
  return text.startsWith('+') ? text.slice(1) : text;
}
