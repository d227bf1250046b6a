import { memberOf, type SourceMap, type SourceMember, type SourceNode } from './source-tree.ts';

/** What an entry says itself, and which defaults that leaves no room for. */
const EXCLUDES: Readonly<Record<string, string>> = {
  hosts: 'port',
  caCertificate: 'caCertificateFile',
  caCertificateFile: 'caCertificate',
};

/**
 * Lays `defaults` of a document under each entry of its `connectors`. Maps merge member by member; every list and every
 * scalar of the entry replaces the default; `null` in the entry removes it. Each value keeps the place it was written at.
 */
export function applyDefaults(root: SourceNode): SourceNode {
  const defaults = memberOf(root, 'defaults');
  const connectors = root.kind === 'map' ? root.members.get('connectors') : undefined;
  if (root.kind !== 'map' || defaults?.kind !== 'map' || connectors?.value.kind !== 'list') return root;
  const items = connectors.value.items.map((item) => (item.kind === 'map' ? layOver(defaults, item) : item));
  const members = new Map(root.members);
  members.set('connectors', { ...connectors, value: { ...connectors.value, items } });
  return { ...root, members };
}

function layOver(defaults: SourceMap, own: SourceMap): SourceMap {
  const members = new Map<string, SourceMember>(defaults.members);
  for (const key of own.members.keys()) members.delete(EXCLUDES[key] ?? '');
  for (const [key, member] of own.members) {
    const below = members.get(key);
    if (below === undefined) members.set(key, member);
    else if (member.value.kind === 'scalar' && member.value.value === null) members.delete(key);
    else if (below.value.kind === 'map' && member.value.kind === 'map') {
      members.set(key, { keySource: member.keySource, value: layOver(below.value, member.value) });
    } else members.set(key, member);
  }
  return { ...own, members };
}
