import type { InputField, ValidDataAction } from '@dipswitch/contract';
import type { DatabaseValue } from '../../drivers/driver.ts';

/**
 * One value for each placeholder, for a statement that is described and not run. Of the declared type rather than NULL:
 * some servers take the type of a parameter from its value, and refuse a NULL where a number must stand (`limit`, `top`).
 */
export function sampleParameters({ input, statement }: ValidDataAction): readonly DatabaseValue[] {
  const samples = new Map(input.map((field) => [field.name, sampleOf(field)]));
  return (statement?.slots ?? []).map(({ name }) => samples.get(name) ?? null);
}

function sampleOf(field: InputField): DatabaseValue {
  const known = field.default ?? field.enum?.find((value) => value !== null);
  if (known !== undefined && known !== null && field.format === null) return known;
  switch (field.type) {
    case 'integer':
    case 'number':
      return Math.min(Math.max(1, field.minimum ?? 1), field.maximum ?? Number.MAX_SAFE_INTEGER);
    case 'boolean':
      return true;
    case 'string':
      return sampleText(field);
  }
}

function sampleText({ format }: InputField): DatabaseValue {
  switch (format) {
    case 'date':
      return '2000-01-01';
    case 'time':
      return '00:00:00';
    case 'date-time':
      return '2000-01-01T00:00:00Z';
    case 'byte':
      return new Uint8Array(1);
    case 'decimal':
    case null:
      // Servers that fold constants when they plan can turn it into a number where the statement casts it to one.
      return '1';
  }
}
