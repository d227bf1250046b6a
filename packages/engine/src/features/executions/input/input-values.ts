import { type InputField, Secret } from '@dipswitch/contract';
import type { DatabaseValue } from '../../../drivers/driver.ts';

/** What one input field holds: a value, or the items of an array. */
export type InputValue = DatabaseValue | readonly DatabaseValue[];

export function isItems(value: InputValue): value is readonly DatabaseValue[] {
  return Array.isArray(value);
}

/**
 * One text for one list of values: equal values give equal texts, and no two different lists give the same. Not for
 * show: it holds the values in clear.
 */
export function canonicalValues(values: readonly InputValue[]): string {
  let text = '';
  for (const value of values) {
    if (isItems(value)) {
      text += `[${value.length}`;
      for (const item of value) text += canonicalValue(item);
    } else {
      text += canonicalValue(value);
    }
  }
  return text;
}

function canonicalValue(value: DatabaseValue): string {
  switch (typeof value) {
    case 'string':
      // The length tells where the text ends, whatever is in it.
      return `s${value.length}:${value}`;
    case 'number':
      return `n${value};`;
    case 'bigint':
      return `n${value};`;
    case 'boolean':
      return value ? 't' : 'f';
    default:
      if (value === null) return '_';
      return value instanceof Date ? `d${value.getTime()};` : `b${Buffer.from(value).toString('base64')};`;
  }
}

/** The values as they were bound, in JSON; sensitive ones in their wrapper. */
export function toAuditInput(fields: readonly InputField[], values: readonly InputValue[]): Record<string, unknown> {
  // Entries, because a field may have a name that means something to an object.
  return Object.fromEntries(fields.map((field, index) => [field.name, toAuditValue(field, values[index] ?? null)]));
}

function toAuditValue(field: InputField, value: InputValue): unknown {
  const json = toJson(value);
  if (!field.sensitive || json === null) return json;
  return new Secret(typeof json === 'string' ? json : JSON.stringify(json));
}

function toJson(value: InputValue): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return Array.isArray(value) ? value.map(toJson) : value;
}
