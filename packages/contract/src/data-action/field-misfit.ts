import type { FieldFormat, FieldType } from './data-action-model.ts';

/** What a value of a field must be like. */
export interface FieldShape {
  readonly type: FieldType;
  readonly format: FieldFormat | null;
  readonly nullable: boolean;
  readonly minLength: number | null;
  readonly maxLength: number | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
}

const FORMATS: Readonly<Record<FieldFormat, RegExp>> = {
  date: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
  time: /^(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?$/,
  'date-time':
    /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)?$/,
  byte: /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
  decimal: /^-?\d+(?:\.\d+)?$/,
};

/** Says what is wrong with a value that a definition gives for a field (default, enum, fallback). Null when it fits. */
export function findFieldMisfit(value: unknown, shape: FieldShape): string | null {
  if (value === null) return shape.nullable ? null : 'must not be null';
  switch (shape.type) {
    case 'boolean':
      return typeof value === 'boolean' ? null : 'must be a boolean';
    case 'string':
      return typeof value === 'string' ? findTextMisfit(value, shape) : 'must be a string';
    case 'integer':
      return Number.isSafeInteger(value) ? findNumberMisfit(Number(value), shape) : 'must be an integer';
    case 'number':
      return Number.isFinite(value) ? findNumberMisfit(Number(value), shape) : 'must be a number';
  }
}

function findTextMisfit(text: string, { format, minLength, maxLength }: FieldShape): string | null {
  if (maxLength !== null && text.length > maxLength) return `must have at most ${maxLength} characters`;
  if (minLength !== null && text.length < minLength) return `must have at least ${minLength} characters`;
  return format === null || FORMATS[format].test(text) ? null : `must be a text of format ${format}`;
}

function findNumberMisfit(number: number, { minimum, maximum }: FieldShape): string | null {
  if (minimum !== null && number < minimum) return `must be at least ${minimum}`;
  return maximum !== null && number > maximum ? `must be at most ${maximum}` : null;
}
