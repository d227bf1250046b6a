import { memberOf, type SourceMap, type SourceMember, type SourceNode, textOf } from './source-tree.ts';

/** Lists whose entries have an identity. */
const LISTS_BY_ID: ReadonlySet<string> = new Set(['connectors', 'dataActions']);

/**
 * Lays an overlay over a base. Maps merge member by member; `null` removes a member; in `connectors` and `dataActions`
 * an entry merges with the one of the same `id`, and one with a new `id` is added at the end; every other list, and
 * every scalar, replaces what was there.
 */
export function overlay(base: SourceNode, over: SourceNode): SourceNode {
  return base.kind === 'map' && over.kind === 'map' ? overlayMap(base, over, LISTS_BY_ID) : over;
}

function overlayMap(base: SourceMap, over: SourceMap, listsById: ReadonlySet<string>): SourceMap {
  const members = new Map<string, SourceMember>(base.members);
  for (const [key, member] of over.members) {
    const below = members.get(key);
    if (member.value.kind === 'scalar' && member.value.value === null) members.delete(key);
    else if (below === undefined) members.set(key, member);
    else members.set(key, overlayMember(below, member, listsById.has(key)));
  }
  return { ...base, members };
}

function overlayMember(below: SourceMember, above: SourceMember, isListById: boolean): SourceMember {
  if (below.value.kind === 'map' && above.value.kind === 'map') {
    return { keySource: below.keySource, value: overlayMap(below.value, above.value, NONE) };
  }
  if (isListById && below.value.kind === 'list' && above.value.kind === 'list') {
    const items = overlayEntries(below.value.items, above.value.items);
    return { keySource: below.keySource, value: { ...below.value, items } };
  }
  return above;
}

const NONE: ReadonlySet<string> = new Set();

function overlayEntries(base: readonly SourceNode[], over: readonly SourceNode[]): readonly SourceNode[] {
  const entries = [...base];
  const places = new Map<string, number>();
  for (const [index, entry] of base.entries()) {
    const id = textOf(memberOf(entry, 'id'));
    if (id !== undefined && !places.has(id)) places.set(id, index);
  }
  for (const entry of over) {
    const place = places.get(textOf(memberOf(entry, 'id')) ?? '');
    const below = place === undefined ? undefined : entries[place];
    if (place !== undefined && below?.kind === 'map' && entry.kind === 'map') {
      entries[place] = overlayMap(below, entry, NONE);
    } else entries.push(entry);
  }
  return entries;
}
