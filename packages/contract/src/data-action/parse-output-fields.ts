import type { Finding } from '../findings/finding.ts';
import { DATA_ACTION_LIMITS } from '../wire/data-action-limits.ts';
import { RESERVED_OUTPUT_NAMES } from '../wire/reserved-output-names.ts';
import type { FieldFormat, FieldScalar, OutputField } from './data-action-model.ts';
import { type FieldShape, findFieldMisfit } from './field-misfit.ts';
import { isScalar, readProperties, type SchemaReader } from './property-schema.ts';

export interface OutputReading {
  /** Those whose schema could be read. */
  readonly fields: readonly OutputField[];
  readonly findings: Finding[];
}

/** Characters of the longest text of a format. `2026-02-03T04:05:06.123456789+02:00`, with room for a longer year. */
const FORMAT_LENGTHS: Readonly<Partial<Record<FieldFormat, number>>> = { date: 16, time: 24, 'date-time': 40 };

const KEYWORDS: Readonly<Record<OutputField['type'], readonly string[]>> = {
  string: ['type', 'format', 'maxLength', 'enum', 'default'],
  integer: ['type', 'default'],
  number: ['type', 'default'],
  boolean: ['type', 'default'],
};

/** Reads the `output` of a data action: flat scalars whose size has a bound. Paths begin with `/output`. */
export function parseOutputFields(schema: unknown): OutputReading {
  const findings: Finding[] = [];
  const fields = readProperties(schema, '/output', findings).map(({ name, reader }) => readField(name, reader));
  return { fields, findings };
}

function readField(name: string, reader: SchemaReader): OutputField {
  if (RESERVED_OUTPUT_NAMES.has(name))
    reader.report('RESERVED_NAME', '', 'is the name of a member that every answer has');
  const given = reader.type();
  const type = given?.type ?? 'string';
  if (given !== undefined) reader.refuseOthers(KEYWORDS[type], `is not known to data actions for ${type} output`);
  reader.flag('x-sensitive');
  const format = reader.format(type);
  const declared = reader.count('maxLength', 0, DATA_ACTION_LIMITS.bytesMax);
  const shape: FieldShape = {
    type,
    format,
    nullable: true,
    minLength: null,
    maxLength: declared,
    minimum: null,
    maximum: null,
  };
  const choices = reader.choices((value) => findFieldMisfit(value, shape));
  const maxLength = type === 'string' ? (declared ?? impliedLength(format, choices)) : null;
  if (given?.type === 'string' && maxLength === null && reader.get('maxLength') === undefined) {
    reader.report('OUTPUT_UNBOUNDED', '', 'needs a maxLength: the size of the answer must have a bound');
  }
  return { name, type, format, maxLength, default: readDefault({ ...shape, maxLength }, choices, reader) };
}

function impliedLength(format: FieldFormat | null, choices: readonly FieldScalar[] | null): number | null {
  if (choices !== null) return Math.max(0, ...choices.map((choice) => String(choice ?? '').length));
  return format === null ? null : (FORMAT_LENGTHS[format] ?? null);
}

function readDefault(shape: FieldShape, choices: readonly FieldScalar[] | null, reader: SchemaReader): FieldScalar {
  const value = reader.get('default') ?? null;
  const misfit = findFieldMisfit(value, shape);
  if (misfit !== null) reader.report('INVALID_TYPE', 'default', misfit);
  else if (isScalar(value) && value !== null && choices !== null && !choices.includes(value)) {
    reader.report('INVALID_FORMAT', 'default', 'must be one of enum');
  } else if (isScalar(value)) return value;
  return null;
}
