import type { Finding } from '../findings/finding.ts';
import { DATA_ACTION_LIMITS } from '../wire/data-action-limits.ts';
import type { FieldScalar, InputField } from './data-action-model.ts';
import { type FieldShape, findFieldMisfit } from './field-misfit.ts';
import { findPatternProblem } from './field-pattern.ts';
import { isMembers, isScalar, readProperties, SchemaReader } from './property-schema.ts';

export interface InputReading {
  /** Those whose schema could be read, so that the statement can be held against them. */
  readonly fields: readonly InputField[];
  readonly findings: Finding[];
}

const KEYWORDS: Readonly<Record<InputField['type'], readonly string[]>> = {
  string: ['type', 'format', 'minLength', 'maxLength', 'pattern', 'enum', 'default'],
  integer: ['type', 'minimum', 'maximum', 'enum', 'default'],
  number: ['type', 'minimum', 'maximum', 'enum', 'default'],
  boolean: ['type', 'enum', 'default'],
};

/**
 * Reads the `input` of a data action: flat scalars, and arrays of them. Anything else of JSON Schema is a finding, not
 * silence, for nobody would hold a caller to it. Paths begin with `/input`.
 */
export function parseInputFields(schema: unknown): InputReading {
  const findings: Finding[] = [];
  const fields = readProperties(schema, '/input', findings).map(({ name, required, reader }) =>
    reader.get('type') === 'array' ? readArray(name, required, reader, findings) : readScalar(name, required, reader),
  );
  return { fields, findings };
}

function readScalar(name: string, required: boolean, reader: SchemaReader): InputField {
  const given = reader.type();
  const type = given?.type ?? 'string';
  if (given !== undefined) reader.refuseOthers(KEYWORDS[type], `is not known to data actions for ${withArticle(type)}`);
  const shape: FieldShape = {
    type,
    format: reader.format(type),
    nullable: given?.nullable ?? false,
    minLength: reader.count('minLength', 0, DATA_ACTION_LIMITS.inputBytesMax),
    maxLength: reader.count('maxLength', 0, DATA_ACTION_LIMITS.inputBytesMax),
    minimum: reader.number('minimum'),
    maximum: reader.number('maximum'),
  };
  checkBounds(shape, reader);
  const choices = reader.choices((value) => findFieldMisfit(value, shape));
  const pattern = readPattern(shape, reader);
  return {
    name,
    ...shape,
    required,
    pattern,
    enum: choices,
    default: readDefault(shape, choices, pattern, reader),
    sensitive: reader.flag('x-sensitive'),
    array: null,
  };
}

function readArray(name: string, required: boolean, reader: SchemaReader, findings: Finding[]): InputField {
  reader.refuseOthers(['type', 'items', 'minItems', 'maxItems'], 'is not known to data actions for an array');
  const items = reader.get('items');
  if (!isMembers(items)) reader.report(items === undefined ? 'REQUIRED' : 'UNSUPPORTED_SCHEMA', 'items', ONE_SCHEMA);
  if (reader.get('maxItems') === undefined) reader.report('REQUIRED', 'maxItems', 'is required for an array');
  const minItems = reader.count('minItems', 1, DATA_ACTION_LIMITS.itemsMax) ?? 1;
  const maxItems = reader.count('maxItems', 1, DATA_ACTION_LIMITS.itemsMax) ?? 1;
  if (minItems > maxItems) reader.report('OUT_OF_RANGE', 'minItems', 'must not be above maxItems');
  const path = `/input/properties/${name}/items`;
  const item = readScalar(
    name,
    required,
    new SchemaReader(isMembers(items) ? items : { type: 'string' }, path, findings),
  );
  if (item.default !== undefined) {
    findings.push({ code: 'UNSUPPORTED_SCHEMA', severity: 'error', path: `${path}/default`, message: NO_ITEM_DEFAULT });
  }
  return { ...item, sensitive: item.sensitive || reader.flag('x-sensitive'), array: { minItems, maxItems } };
}

const ONE_SCHEMA = 'must be one schema for all items';
const NO_ITEM_DEFAULT = 'items have no default';

function checkBounds({ minLength, maxLength, minimum, maximum }: FieldShape, reader: SchemaReader): void {
  if (minLength !== null && maxLength !== null && minLength > maxLength) {
    reader.report('OUT_OF_RANGE', 'minLength', 'must not be above maxLength');
  }
  if (minimum !== null && maximum !== null && minimum > maximum) {
    reader.report('OUT_OF_RANGE', 'minimum', 'must not be above maximum');
  }
}

function readPattern(shape: FieldShape, reader: SchemaReader): RegExp | null {
  const source = reader.text('pattern');
  if (source === null || shape.type !== 'string') return null;
  const problem = findPatternProblem(source, shape.maxLength);
  if (problem === null) return new RegExp(source, 'u');
  reader.report(problem.code, 'pattern', problem.message);
  return null;
}

function readDefault(
  shape: FieldShape,
  choices: readonly FieldScalar[] | null,
  pattern: RegExp | null,
  reader: SchemaReader,
): FieldScalar | undefined {
  const value = reader.get('default');
  if (value === undefined) return undefined;
  const misfit = findFieldMisfit(value, shape);
  if (misfit !== null) reader.report('INVALID_TYPE', 'default', misfit);
  else if (isScalar(value) && choices !== null && !choices.includes(value)) {
    reader.report('INVALID_FORMAT', 'default', 'must be one of enum');
  } else if (typeof value === 'string' && pattern !== null && !pattern.test(value)) {
    reader.report('INVALID_FORMAT', 'default', 'must match pattern');
  } else if (isScalar(value)) return value;
  return undefined;
}

function withArticle(type: string): string {
  return `${type === 'integer' ? 'an' : 'a'} ${type}`;
}
