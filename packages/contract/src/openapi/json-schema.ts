import { z } from 'zod';
import { projectFileSchema } from '../project-file/project-file.ts';
import { connectorBodySchema } from '../wire/connector.ts';
import { dataActionBodySchema } from '../wire/data-action.ts';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * JSON Schema (draft 7, which editors read) of `dipswitch.yaml` as people write it: a text may hold `${NAME}`, so
 * numbers and flags may be given as such a text too.
 */
export function projectFileJsonSchema(): JsonSchema {
  const schema = z.toJSONSchema(projectFileSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any' });
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    $id: 'urn:dipswitch:project-file',
    title: 'Dipswitch project file',
    description: 'Database connectors and data actions as reviewed files; checked by dip validate.',
    ...withVariables(withoutBookkeeping(schema)),
  };
}

/** JSON Schema (draft 7) of the structure of a connector body; the rules beyond it are in `validateConnector`. */
export function connectorBodyJsonSchema(): JsonSchema {
  return z.toJSONSchema(connectorBodySchema, { target: 'draft-7' });
}

/** JSON Schema (draft 7) of the structure of a data action's body; the rules beyond it are in `validateDataAction`. */
export function dataActionBodyJsonSchema(): JsonSchema {
  return z.toJSONSchema(dataActionBodySchema, { target: 'draft-7' });
}

/**
 * JSON Schema (draft 7) of the structure of a project file as it is read, variables replaced. What stands in several
 * places is a definition, and code made from it a function of its own that is compiled when it is first called.
 */
export function projectFileStructureJsonSchema(): JsonSchema {
  return z.toJSONSchema(projectFileSchema, { target: 'draft-7', io: 'input', unrepresentable: 'any', reused: 'ref' });
}

const VARIABLE = { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}' };
const SCALARS: ReadonlySet<unknown> = new Set(['integer', 'number', 'boolean', 'string']);
const CONSTRAINTS = ['pattern', 'enum', 'minimum', 'maximum', 'exclusiveMinimum', 'maxLength', 'minLength'];

function withoutBookkeeping(schema: object): Record<string, unknown> {
  const { $schema: _dialect, ...rest } = schema as Record<string, unknown>;
  return rest;
}

/** Lets a variable stand wherever a scalar with constraints is wanted. Names of members stay as they are. */
function withVariables(schema: Record<string, unknown>): Record<string, unknown> {
  if (SCALARS.has(schema.type)) {
    const constrained = schema.type !== 'string' || CONSTRAINTS.some((name) => name in schema);
    return constrained ? { anyOf: [schema, VARIABLE] } : schema;
  }
  const result: Record<string, unknown> = { ...schema };
  for (const name of ['items', 'additionalProperties']) {
    const child = schema[name];
    if (isSchema(child)) result[name] = withVariables(child);
  }
  const properties = schema.properties;
  if (isSchema(properties)) {
    result.properties = Object.fromEntries(
      Object.entries(properties).map(([name, child]) => [name, isSchema(child) ? withVariables(child) : child]),
    );
  }
  return result;
}

function isSchema(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
