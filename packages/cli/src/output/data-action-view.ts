import type { DataActionBody } from '@dipswitch/contract';
import { neutralizeControls } from './text.ts';

/** The body of a data action in the few lines a reviewer looks for; `-o json` has all of it. */
export function describeDataAction(body: DataActionBody): readonly (readonly [string, string])[] {
  const { limits, cache, fallback, labels } = body;
  const rows: (readonly [string, string] | null)[] = [
    body.name === undefined || body.name === body.actionId ? null : ['name', body.name],
    ['connector', body.connectorId],
    ['access', body.access ?? 'read'],
    ['input', describeFields(body.input)],
    ['output', describeFields(body.output)],
    limits === undefined ? null : ['limits', describeMembers(limits)],
    cache === undefined ? null : ['cache', describeMembers(cache)],
    fallback === undefined ? null : ['fallback', JSON.stringify(fallback)],
    ...Object.entries(labels ?? {}).map(([name, value]) => ['label', `${name}: ${value}`] as const),
    ['statement', body.statement.trimEnd()],
  ];
  return rows.flatMap((row) => (row === null ? [] : [[row[0], neutralizeControls(row[1])] as const]));
}

/** `ani string, required, sensitive`: the name, the type, and what sets it apart. */
function describeFields(schema: DataActionBody['input']): string {
  const required = new Set(schema?.required);
  const fields = Object.entries(schema?.properties ?? {}).map(([name, property]) => {
    const notes = [
      describeType(property),
      ...(required.has(name) ? ['required'] : []),
      ...(property['x-sensitive'] === true ? ['sensitive'] : []),
    ];
    return `${name} (${notes.join(', ')})`;
  });
  return fields.length === 0 ? 'none' : fields.join('; ');
}

function describeType({ type, format, items }: Readonly<Record<string, unknown>>): string {
  if (type === 'array') return `list of ${describeType({ ...(typeof items === 'object' ? items : {}) })}`;
  const name = Array.isArray(type) ? type.join(' or ') : typeof type === 'string' ? type : 'any';
  return typeof format === 'string' ? `${format} ${name}` : name;
}

function describeMembers(members: Readonly<Record<string, unknown>>): string {
  return Object.entries(members)
    .map(([name, value]) => `${name} ${JSON.stringify(value)}`)
    .join(', ');
}
