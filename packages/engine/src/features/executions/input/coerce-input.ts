import { type Finding, type InputField, toJsonPointer } from '@dipswitch/contract';
import type { DatabaseValue } from '../../../drivers/driver.ts';
import { coerceScalar, Flaw } from './coerce-scalar.ts';
import type { InputValue } from './input-values.ts';

/** Values in the order of the declared fields, or everything that is wrong with the input. */
export type CoercedInput =
  | { readonly values: readonly InputValue[]; readonly findings: null }
  | { readonly values: null; readonly findings: readonly Finding[] };

type ArrayField = InputField & { readonly array: NonNullable<InputField['array']> };

/** Studio writes an array of texts as one text. */
const ITEM_SEPARATOR = '|';
/** Names that a caller made up are shown no longer than this, and no more of them than that. */
const SHOWN_NAME_MAX_LENGTH = 64;
const SHOWN_UNKNOWN_MAX = 20;

const NO_ITEMS: readonly DatabaseValue[] = [];
const MISSING = new Flaw('REQUIRED', 'is required');
const NOT_NULLABLE = new Flaw('INVALID_TYPE', 'may not be null');
const NO_ARRAY = new Flaw('INVALID_TYPE', 'must be an array, or a text with | between the items');

/** The declared input of one version of a data action, prepared to turn what callers send into values to bind. */
export class InputCoercion {
  readonly #fields: readonly InputField[];
  readonly #defaults: readonly InputValue[];

  constructor(fields: readonly InputField[]) {
    this.#fields = fields;
    this.#defaults = fields.map(toDefault);
  }

  /** Accepts JSON values as well as texts only (forms, queries, `asjson()`). Never throws, whatever it is passed. */
  coerce(input: Readonly<Record<string, unknown>>): CoercedInput {
    const fields = this.#fields;
    const values: InputValue[] = new Array(fields.length);
    let findings: Finding[] | null = null;
    let known = 0;
    for (let index = 0; index < fields.length; index += 1) {
      const field = fields[index];
      if (field === undefined) continue;
      const isGiven = Object.hasOwn(input, field.name);
      if (isGiven) known += 1;
      const given = isGiven ? input[field.name] : undefined;
      const value = isAbsent(field, given) ? this.#whenAbsent(field, index, given) : coerceField(field, given);
      if (value instanceof Flaw) {
        findings ??= [];
        reportField(findings, field, given, value);
      } else {
        values[index] = value;
      }
    }
    if (Object.keys(input).length > known) {
      findings ??= [];
      this.#reportUnknown(findings, input);
    }
    return findings === null ? { values, findings: null } : { values: null, findings };
  }

  #whenAbsent(field: InputField, index: number, given: unknown): InputValue | Flaw {
    if (given === undefined || !field.nullable) {
      if (field.required) return given === undefined ? MISSING : NOT_NULLABLE;
      return this.#defaults[index] ?? null;
    }
    return null;
  }

  #reportUnknown(findings: Finding[], input: Readonly<Record<string, unknown>>): void {
    const declared = new Set(this.#fields.map((field) => field.name));
    const unknown = Object.keys(input).filter((name) => !declared.has(name));
    for (const name of unknown.slice(0, SHOWN_UNKNOWN_MAX)) {
      const shown = name.toWellFormed().slice(0, SHOWN_NAME_MAX_LENGTH).toWellFormed();
      const message = 'the data action has no such input';
      findings.push({ code: 'UNKNOWN_FIELD', severity: 'error', path: toJsonPointer([shown]), message });
    }
  }
}

/** An empty text stands for nothing, except where it is a text like any other. */
function isAbsent(field: InputField, given: unknown): boolean {
  if (given === undefined || given === null) return true;
  if (given !== '') return false;
  if (field.nullable) return true;
  return !field.required && (field.type !== 'string' || field.format !== null || field.array !== null);
}

function coerceField(field: InputField, given: unknown): InputValue | Flaw {
  return isArrayField(field) ? coerceItems(field, given) : coerceScalar(field, given);
}

function coerceItems(field: ArrayField, given: unknown): readonly DatabaseValue[] | Flaw {
  const items = toItems(given);
  if (items === null) return NO_ARRAY;
  const { minItems, maxItems } = field.array;
  if (items.length > maxItems) return new Flaw('TOO_MANY_ITEMS', `may have ${maxItems} items at most`);
  if (items.length < minItems) return new Flaw('TOO_FEW_ITEMS', `must have ${minItems} items at least`);
  const values: DatabaseValue[] = [];
  for (const item of items) {
    const value = coerceItem(field, item);
    if (value instanceof Flaw) return value;
    values.push(value);
  }
  return values;
}

function coerceItem(field: ArrayField, item: unknown): DatabaseValue | Flaw {
  if (item !== null && !(item === '' && field.nullable)) return coerceScalar(field, item);
  return field.nullable ? null : NOT_NULLABLE;
}

function toItems(given: unknown): readonly unknown[] | null {
  if (Array.isArray(given)) return given;
  if (typeof given !== 'string') return null;
  return given === '' ? NO_ITEMS : given.split(ITEM_SEPARATOR);
}

/** A flaw of an item is reported at the item, so the items are gone through once more. */
function reportField(findings: Finding[], field: InputField, given: unknown, flaw: Flaw): void {
  const { code, message } = flaw;
  const items = isArrayField(field) && code !== 'TOO_MANY_ITEMS' && code !== 'TOO_FEW_ITEMS' ? toItems(given) : null;
  const flawed = isArrayField(field) && items !== null ? flawedItem(field, items) : -1;
  const path = toJsonPointer(flawed < 0 ? [field.name] : [field.name, flawed]);
  findings.push({ code, severity: 'error', path, message });
}

function flawedItem(field: ArrayField, items: readonly unknown[]): number {
  return items.findIndex((item) => coerceItem(field, item) instanceof Flaw);
}

function isArrayField(field: InputField): field is ArrayField {
  return field.array !== null;
}

function toDefault(field: InputField): InputValue {
  if (field.default === undefined || field.default === null) return field.array === null ? null : NO_ITEMS;
  const value = coerceField(field, field.default);
  return value instanceof Flaw ? field.default : value;
}
