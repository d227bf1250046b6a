import { DATA_ACTION_DEFAULTS, type DataActionBody } from '@dipswitch/contract';
import { diffFields, type FieldChange, type FieldValue, isSameValue, toFieldValue } from './field-diff.ts';

/** The fields in which two data actions differ in meaning; spelled-out defaults and the end of the statement do not. */
export function diffDataActions(before: DataActionBody, after: DataActionBody): readonly FieldChange[] {
  if (BODY_MEMBERS.every((member) => isSameValue(before[member], after[member]))) return [];
  return diffFields(comparable(before), comparable(after));
}

export function isSameDataAction(left: DataActionBody, right: DataActionBody): boolean {
  return diffDataActions(left, right).length === 0;
}

/** What a body consists of; a stored data action has more. */
const BODY_MEMBERS = [
  'actionId',
  'connectorId',
  'name',
  'description',
  'labels',
  'statement',
  'access',
  'input',
  'output',
  'limits',
  'cache',
  'fallback',
] as const satisfies readonly (keyof DataActionBody)[];

/** A data action with every default filled in, and without what a newer server may add. */
function comparable(body: DataActionBody): FieldValue {
  const { limits, cache } = DATA_ACTION_DEFAULTS;
  return {
    actionId: body.actionId,
    connectorId: body.connectorId,
    name: body.name ?? body.actionId,
    ...(body.description === undefined || body.description === '' ? {} : { description: body.description }),
    labels: { ...body.labels },
    // How a file ends its lines, and the block of text, says nothing about the statement.
    statement: body.statement.replaceAll('\r\n', '\n').trim(),
    access: body.access ?? DATA_ACTION_DEFAULTS.access,
    input: comparableSchema(body.input),
    output: comparableSchema(body.output),
    limits: definedOf({ ...limits, ...body.limits }),
    cache: definedOf({ ...cache, ...body.cache }),
    // An empty one is not the same as none: the answer then says `fallback` as its source.
    ...(body.fallback === undefined ? {} : { fallback: toFieldValue(body.fallback) }),
  };
}

/** `required` is a set, and no member of `properties` is the same as no `properties`. */
function comparableSchema(schema: DataActionBody['input']): FieldValue {
  const { required = [], properties = {}, ...rest } = schema ?? { type: 'object' };
  return { ...definedOf(rest), required: [...required].sort(), properties: toFieldValue(properties) };
}

function definedOf(members: Readonly<Record<string, unknown>>): { readonly [key: string]: FieldValue } {
  return Object.fromEntries(
    Object.entries(members).flatMap(([key, value]) => (value === undefined ? [] : [[key, toFieldValue(value)]])),
  );
}
