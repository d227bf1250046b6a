import { DATA_ACTION_DEFAULTS, type DataActionBody, OWNERSHIP_LABEL } from '@dipswitch/contract';
import { type FieldValue, isSameValue, toFieldValue } from '../util/field-diff.ts';
import type { EntryFields } from './connector-entry-of.ts';

/**
 * The entry of a project file that means this body, as short as it can be: what an entry means by itself is left out.
 * The ownership label of `project` is the file's to say.
 */
export function dataActionEntryOf(body: DataActionBody, project: string | undefined): EntryFields {
  const { limits, cache } = DATA_ACTION_DEFAULTS;
  const labels = Object.entries(body.labels ?? {}).filter(
    ([name, value]) => name !== OWNERSHIP_LABEL || value !== project,
  );
  const entry = {
    id: body.actionId,
    name: body.name === body.actionId ? undefined : body.name,
    description: body.description === '' ? undefined : body.description,
    labels: Object.fromEntries(labels),
    connector: body.connectorId,
    access: body.access === DATA_ACTION_DEFAULTS.access ? undefined : body.access,
    statement: body.statement.replaceAll('\r\n', '\n'),
    input: body.input,
    output: body.output,
    limits: withoutImplied(body.limits, limits),
    cache: withoutImplied(body.cache, cache),
    fallback: body.fallback,
  };
  return Object.fromEntries(
    Object.entries(entry).flatMap(([key, value]) =>
      value === undefined || (isEmptyMap(value) && key !== 'fallback') ? [] : [[key, toFieldValue(value)] as const],
    ),
  );
}

function withoutImplied(
  members: Readonly<Record<string, unknown>> | undefined,
  implied: Readonly<Record<string, unknown>>,
): { readonly [key: string]: FieldValue } {
  const told = Object.entries(members ?? {}).filter(
    ([key, value]) => value !== undefined && !isSameValue(value, implied[key]),
  );
  return Object.fromEntries(told.map(([key, value]) => [key, toFieldValue(value)]));
}

/** An empty map says no more than a missing one, but for the fallback. */
function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
