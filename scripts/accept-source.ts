import {
  connectorBodyJsonSchema,
  dataActionBodyJsonSchema,
  projectFileStructureJsonSchema,
} from '../packages/contract/src/openapi/json-schema.ts';

type Schema = Readonly<Record<string, unknown>>;

const DEFINITION = '#/definitions/';
/** What says nothing about whether a value is accepted. */
const ANNOTATIONS = ['$schema', 'definitions', 'title', 'description', 'default', 'id', '$id'];

/** `every` passes over the holes of an array. */
const ALL = `function all(list, accepts) {
  for (let index = 0; index < list.length; index += 1) if (!accepts(list[index])) return false;
  return true;
}`;

/** @see acceptSource */
export function projectFileAcceptSource(): string {
  return acceptSource('the project file', projectFileStructureJsonSchema());
}

/** @see acceptSource */
export function connectorBodyAcceptSource(): string {
  return acceptSource('the connector body', connectorBodyJsonSchema());
}

/** @see acceptSource */
export function dataActionBodyAcceptSource(): string {
  return acceptSource('the data action body', dataActionBodyJsonSchema());
}

/**
 * The source of a check that says whether a value has the structure of a schema, and no more: a tenth of what a check
 * that explains itself takes, and start-up pays for each line. A keyword that it does not know ends the build.
 */
function acceptSource(subject: string, schema: Schema): string {
  const source = new CheckSource(isSchema(schema.definitions) ? schema.definitions : {});
  const root = source.call(schema, 'value');
  return `// Generated from the schema of ${subject} by scripts/generate-reference.ts. Do not edit.
${source.text()}export function accepts(value) {
  return ${root};
}
`;
}

class CheckSource {
  readonly #definitions: Schema;
  readonly #functions: string[] = [];
  /** Names by text: one is compiled once, however many members it is for. */
  readonly #patterns = new Map<string, string>();
  readonly #named = new Map<string, string>();
  #count = 0;

  constructor(definitions: Schema) {
    this.#definitions = definitions;
  }

  text(): string {
    const patterns = [...this.#patterns].map(
      ([text, name]) => `const ${name} = new RegExp(${JSON.stringify(text)}, 'u');`,
    );
    const used = this.#functions.some((body) => body.includes('all(')) ? [ALL] : [];
    return [...used, ...patterns, ...this.#functions].map((part) => `${part}\n`).join('');
  }

  /** An expression that is true when `value`, a name, is accepted. */
  call(schema: unknown, value: string): string {
    if (!isSchema(schema)) throw new Error(`not a schema: ${JSON.stringify(schema)}`);
    const { $ref, anyOf, allOf, enum: choices, const: only, type, ...rest } = schema;
    for (const name of ANNOTATIONS) delete rest[name];
    if (typeof $ref === 'string') return done(rest, `${this.#define($ref)}(${value})`);
    if (Array.isArray(allOf)) return done(rest, allOf.map((each) => this.call(each, value)).join(' && '));
    if (Array.isArray(anyOf)) return done(rest, `(${anyOf.map((each) => this.call(each, value)).join(' || ')})`);
    if (Array.isArray(choices)) return done(rest, `${JSON.stringify(choices)}.includes(${value})`);
    if (only !== undefined) return done(rest, `${value} === ${JSON.stringify(only)}`);
    switch (type) {
      case 'string':
        return this.#string(rest, value);
      case 'integer':
        return number(rest, value, `Number.isInteger(${value})`);
      case 'number':
        return number(rest, value, `Number.isFinite(${value})`);
      case 'boolean':
        return done(rest, `typeof ${value} === 'boolean'`);
      case 'null':
        return done(rest, `${value} === null`);
      case 'array':
        return this.#array(rest, value);
      case 'object':
        return `${this.#object(rest)}(${value})`;
      default:
        return done(rest, 'true');
    }
  }

  #define(reference: string): string {
    const name = reference.replace(DEFINITION, '');
    const known = this.#named.get(name);
    if (known !== undefined) return known;
    const made = this.#name('defined');
    this.#named.set(name, made);
    const body = this.call(this.#definitions[name], 'value');
    this.#functions.push(`function ${made}(value) {\n  return ${body};\n}`);
    return made;
  }

  #string({ minLength, maxLength, pattern, ...rest }: Schema, value: string): string {
    const tests = [`typeof ${value} === 'string'`];
    if (minLength !== undefined) tests.push(`${value}.length >= ${minLength}`);
    if (maxLength !== undefined) tests.push(`${value}.length <= ${maxLength}`);
    if (typeof pattern === 'string') {
      const name = this.#patterns.get(pattern) ?? this.#name('PATTERN');
      this.#patterns.set(pattern, name);
      tests.push(`${name}.test(${value})`);
    }
    return done(rest, tests.join(' && '));
  }

  #array({ items, minItems, maxItems, ...rest }: Schema, value: string): string {
    const tests = [`Array.isArray(${value})`];
    if (minItems !== undefined) tests.push(`${value}.length >= ${minItems}`);
    if (maxItems !== undefined) tests.push(`${value}.length <= ${maxItems}`);
    if (items !== undefined) tests.push(`all(${value}, (item) => ${this.call(items, 'item')})`);
    return done(rest, tests.join(' && '));
  }

  #object({ properties, required, additionalProperties, propertyNames, ...rest }: Schema): string {
    const cases = Object.entries(isSchema(properties) ? properties : {}).map(
      ([name, schema]) =>
        `      case ${JSON.stringify(name)}:\n        if (!(${this.call(schema, 'member')})) return false;\n        break;`,
    );
    const others = [
      propertyNames === undefined ? 'true' : this.call(propertyNames, 'name'),
      additionalProperties === false ? 'false' : this.call(additionalProperties ?? {}, 'member'),
    ].filter((test) => test !== 'true');
    if (others.length > 0) cases.push(`      default:\n        if (!(${others.join(' && ')})) return false;`);
    const missing = (Array.isArray(required) ? required : []).map(
      (name) => `value[${JSON.stringify(name)}] !== undefined`,
    );
    const made = this.#name('object');
    this.#functions.push(
      `function ${made}(value) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) {
    const member = value[name];
    switch (name) {
${cases.join('\n')}
    }
  }
  return ${missing.length === 0 ? 'true' : missing.join(' && ')};
}`,
    );
    return done(rest, made);
  }

  #name(stem: string): string {
    this.#count += 1;
    return `${stem}${this.#count}`;
  }
}

function number(
  { minimum, maximum, exclusiveMinimum, exclusiveMaximum, ...rest }: Schema,
  value: string,
  kind: string,
) {
  const tests = [kind];
  if (minimum !== undefined) tests.push(`${value} >= ${minimum}`);
  if (maximum !== undefined) tests.push(`${value} <= ${maximum}`);
  if (exclusiveMinimum !== undefined) tests.push(`${value} > ${exclusiveMinimum}`);
  if (exclusiveMaximum !== undefined) tests.push(`${value} < ${exclusiveMaximum}`);
  return done(rest, tests.join(' && '));
}

function done(rest: Schema, expression: string): string {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`the schema uses ${unknown}, which the check does not know`);
  return expression;
}

function isSchema(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
