import type { DatabaseValue } from '../../drivers/driver.ts';
import type { InputValue } from './coerce-input.ts';

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

function isItems(value: InputValue): value is readonly DatabaseValue[] {
  return Array.isArray(value);
}
