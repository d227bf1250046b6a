import type { Finding } from '../findings/finding.ts';
import type { FindingCode } from '../findings/finding-codes.ts';
import { toJsonPointer } from '../findings/json-pointer.ts';
import { DATA_ACTION_LIMITS } from '../wire/data-action-limits.ts';
import type { FieldFormat, FieldScalar, FieldType } from './data-action-model.ts';

export type Members = Readonly<Record<string, unknown>>;

const FIELD_FORMATS: readonly FieldFormat[] = ['date', 'time', 'date-time', 'byte', 'decimal'];
const FIELD_TYPES: readonly FieldType[] = ['string', 'integer', 'number', 'boolean'];
const ENUM_MAX = 500;
/** Say something to people only. */
const ANNOTATIONS: ReadonlySet<string> = new Set(['title', 'description', 'examples', '$comment', 'deprecated']);

/** Reads the members of one schema object and collects what is wrong with them, each with its path. */
export class SchemaReader {
  readonly #schema: Members;
  readonly #path: string;
  readonly #findings: Finding[];

  constructor(schema: Members, path: string, findings: Finding[]) {
    this.#schema = schema;
    this.#path = path;
    this.#findings = findings;
  }

  get(name: string): unknown {
    return this.#schema[name];
  }

  report(code: FindingCode, name: string, message: string): void {
    const path = name === '' ? this.#path : this.#path + toJsonPointer([name]);
    this.#findings.push({ code, severity: 'error', path, message });
  }

  /** Complains of every member but `known`, annotations and `x-...`. */
  refuseOthers(known: readonly string[], message = 'is not known to data actions'): void {
    for (const name of Object.keys(this.#schema)) {
      if (known.includes(name) || ANNOTATIONS.has(name) || name.startsWith('x-')) continue;
      this.report('UNSUPPORTED_SCHEMA', name, message);
    }
  }

  /** `type`: one of the four, or one of them and null. Undefined when it is neither. */
  type(): { readonly type: FieldType; readonly nullable: boolean } | undefined {
    const given = this.#schema.type;
    const names: readonly unknown[] = Array.isArray(given) ? given : [given];
    const nullable = names.includes('null');
    const [name, ...others] = names.filter((each) => each !== 'null');
    const type = FIELD_TYPES.find((known) => known === name);
    if (type !== undefined && others.length === 0 && names.length <= 2) return { type, nullable };
    const message = `must be one of ${FIELD_TYPES.join(', ')}, or one of them and null`;
    this.report(given === undefined ? 'REQUIRED' : 'UNSUPPORTED_SCHEMA', 'type', message);
    return undefined;
  }

  /** A whole number from `least` on; null when absent or wrong. */
  count(name: string, least: number, most: number): number | null {
    const value = this.#schema[name];
    if (value === undefined) return null;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const isNumber = typeof value === 'number' && Number.isInteger(value);
    this.report(isNumber ? 'OUT_OF_RANGE' : 'INVALID_TYPE', name, `must be an integer from ${least} to ${most}`);
    return null;
  }

  number(name: string): number | null {
    const value = this.#schema[name];
    if (value === undefined) return null;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.report('INVALID_TYPE', name, 'must be a number');
    return null;
  }

  flag(name: string): boolean {
    const value = this.#schema[name];
    if (value !== undefined && typeof value !== 'boolean') this.report('INVALID_TYPE', name, 'must be a boolean');
    return value === true;
  }

  text(name: string): string | null {
    const value = this.#schema[name];
    if (value === undefined) return null;
    if (typeof value === 'string') return value;
    this.report('INVALID_TYPE', name, 'must be a string');
    return null;
  }

  format(type: FieldType): FieldFormat | null {
    const value = this.#schema.format;
    if (value === undefined) return null;
    const format = FIELD_FORMATS.find((known) => known === value);
    if (format !== undefined && type === 'string') return format;
    this.report('UNSUPPORTED_SCHEMA', 'format', `must be one of ${FIELD_FORMATS.join(', ')}, of a string`);
    return null;
  }

  /** `enum`, each value of which `misfit` finds nothing wrong with. */
  choices(misfit: (value: unknown) => string | null): readonly FieldScalar[] | null {
    const values = this.#schema.enum;
    if (values === undefined) return null;
    if (!Array.isArray(values) || values.length === 0 || values.length > ENUM_MAX) {
      this.report('INVALID_TYPE', 'enum', `must be an array of 1 to ${ENUM_MAX} values`);
      return null;
    }
    const choices: FieldScalar[] = [];
    for (const [index, value] of values.entries()) {
      const problem = misfit(value);
      if (problem !== null) {
        const path = `${this.#path}/enum/${index}`;
        this.#findings.push({ code: 'INVALID_TYPE', severity: 'error', path, message: problem });
      } else if (isScalar(value)) choices.push(value);
    }
    return choices;
  }
}

const NO_NAME = { code: 'INVALID_FORMAT', severity: 'error', message: 'is not an allowed member name' } as const;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isScalar(value: unknown): value is FieldScalar {
  return value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/**
 * The properties of an object schema, each with its reader, after what the object itself may hold is checked. What the
 * structure of the body tells (an `input` that is no object, a `type` other than object) is not told again.
 */
export function readProperties(
  schema: unknown,
  base: '/input' | '/output',
  findings: Finding[],
): readonly { readonly name: string; readonly required: boolean; readonly reader: SchemaReader }[] {
  if (!isMembers(schema)) return [];
  const object = new SchemaReader(schema, base, findings);
  object.refuseOthers(['type', 'required', 'properties', 'additionalProperties']);
  const others = schema.additionalProperties;
  if (others !== undefined && others !== false) {
    object.report('UNSUPPORTED_SCHEMA', 'additionalProperties', 'may be false only: what is not declared is refused');
  }
  const properties = isMembers(schema.properties) ? schema.properties : {};
  const names = Object.keys(properties);
  // The structure tells every other name that is none.
  if (names.includes('__proto__')) findings.push({ ...NO_NAME, path: `${base}/properties/__proto__` });
  if (names.length > DATA_ACTION_LIMITS.propertiesMax) {
    object.report('OUT_OF_RANGE', 'properties', `must have at most ${DATA_ACTION_LIMITS.propertiesMax} members`);
    return [];
  }
  const required = readRequired(schema.required, properties, base, findings);
  return names.flatMap((name) => {
    const property = properties[name];
    if (!isMembers(property)) return [];
    const reader = new SchemaReader(property, `${base}/properties${toJsonPointer([name])}`, findings);
    return [{ name, required: required.has(name), reader }];
  });
}

function readRequired(required: unknown, properties: Members, base: string, findings: Finding[]): ReadonlySet<string> {
  const names = new Set<string>();
  if (!Array.isArray(required)) return names;
  for (const [index, name] of required.entries()) {
    if (typeof name !== 'string') continue;
    if (!Object.hasOwn(properties, name)) {
      const message = 'is not among the properties';
      findings.push({ code: 'UNKNOWN_FIELD', severity: 'error', path: `${base}/required/${index}`, message });
    }
    names.add(name);
  }
  return names;
}
