import type { FieldScalar, OutputField } from './data-action-model.ts';

/**
 * The longest envelope: `rowCount` and `ageSeconds` of 16 digits, an `executionId` of 64 characters.
 */
const ENVELOPE_BYTES = JSON.stringify({
  outcome: 'UNAVAILABLE',
  rowCount: Number.MAX_SAFE_INTEGER,
  truncated: false,
  source: 'fallback',
  ageSeconds: Number.MAX_SAFE_INTEGER,
  executionId: 'x'.repeat(64),
}).length;

/** 38 digits and a sign, the most that the four databases have, in quotes: what a double can't hold travels as text. */
const INTEGER_BYTES = 42;
/** -1.2345678901234567e-308, in quotes. */
const NUMBER_BYTES = 26;
const BOOLEAN_BYTES = 5;
const NULL_BYTES = 4;

/**
 * Bytes of the longest answer in UTF-8: the envelope, each field once, and `rows` when there may be more than one. An
 * engine cuts the JSON of a text to `3 * maxLength + 2` bytes, and that of base64, which is ASCII without escapes, to
 * `maxLength + 2`. A text without `maxLength` counts as infinite.
 */
export function worstCaseAnswerBytes(fields: readonly OutputField[], maxRows: number): number {
  let rowBytes = 0;
  for (const field of fields) rowBytes += `,"${field.name}":`.length + worstCaseFieldBytes(field);
  if (maxRows <= 1) return ENVELOPE_BYTES + rowBytes;
  // A row has two braces in place of its first comma, and a comma behind it but for the last one.
  const rowsBytes = ',"rows":[]'.length + maxRows * (Math.max(rowBytes - 1, 0) + '{},'.length) - 1;
  return ENVELOPE_BYTES + rowBytes + rowsBytes;
}

function worstCaseFieldBytes({ type, format, maxLength, default: value }: OutputField): number {
  return Math.max(NULL_BYTES, jsonBytes(value), liveBytes(type, format, maxLength));
}

function liveBytes(type: OutputField['type'], format: OutputField['format'], maxLength: number | null): number {
  switch (type) {
    case 'boolean':
      return BOOLEAN_BYTES;
    case 'integer':
      return INTEGER_BYTES;
    case 'number':
      return NUMBER_BYTES;
    case 'string':
      if (maxLength === null) return Number.POSITIVE_INFINITY;
      return (format === 'byte' ? maxLength : 3 * maxLength) + 2;
  }
}

/** Bytes of the JSON of a scalar in UTF-8. */
export function jsonBytes(value: FieldScalar): number {
  return new TextEncoder().encode(JSON.stringify(value)).length;
}
