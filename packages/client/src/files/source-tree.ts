import { escapePointerToken } from '@dipswitch/contract';
import type { SourcePosition } from './desired-state-types.ts';

/** A document in which every node knows where it was written; nodes of overlays lie next to those of the base. */
export type SourceNode = SourceMap | SourceList | SourceScalar;

export interface SourceMap {
  readonly kind: 'map';
  readonly source: SourcePosition;
  readonly members: ReadonlyMap<string, SourceMember>;
}

export interface SourceMember {
  readonly keySource: SourcePosition;
  readonly value: SourceNode;
}

export interface SourceList {
  readonly kind: 'list';
  readonly source: SourcePosition;
  readonly items: readonly SourceNode[];
}

export interface SourceScalar {
  readonly kind: 'scalar';
  readonly source: SourcePosition;
  readonly value: string | number | boolean | null;
  /** Written without quotes, so that a replaced variable may become a number. */
  readonly isPlain: boolean;
}

/** The plain value of a node. */
export function toValue(node: SourceNode): unknown {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(toValue);
  return Object.fromEntries([...node.members].map(([key, { value }]) => [key, toValue(value)]));
}

/** Where to look for what a JSON Pointer names: the member itself, or the nearest parent of a missing one. */
export function locate(root: SourceNode, pointer: string, wantsKey = false): SourcePosition {
  let node = root;
  let source = root.source;
  for (const token of pointer.split('/').slice(1).map(unescapeToken)) {
    if (node.kind === 'scalar') break;
    const member: SourceMember | undefined = node.kind === 'map' ? node.members.get(token) : undefined;
    const next = node.kind === 'map' ? member?.value : node.items[Number(token)];
    if (next === undefined) break;
    source = wantsKey && member !== undefined ? member.keySource : next.source;
    node = next;
  }
  return source;
}

export function memberOf(node: SourceNode | undefined, key: string): SourceNode | undefined {
  return node?.kind === 'map' ? node.members.get(key)?.value : undefined;
}

export function itemsOf(node: SourceNode | undefined): readonly SourceNode[] {
  return node?.kind === 'list' ? node.items : [];
}

export function textOf(node: SourceNode | undefined): string | undefined {
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** A tree in which every scalar was asked for; `path` is its JSON Pointer. What does not change is not copied. */
export function mapScalars(
  node: SourceNode,
  replace: (scalar: SourceScalar, path: () => string) => SourceScalar,
  path: () => string = () => '',
): SourceNode {
  if (node.kind === 'scalar') return replace(node, path);
  if (node.kind === 'list') {
    const items = node.items.map((item, index) => mapScalars(item, replace, () => `${path()}/${index}`));
    return items.every((item, index) => item === node.items[index]) ? node : { ...node, items };
  }
  let members: Map<string, SourceMember> | undefined;
  for (const [key, { keySource, value }] of node.members) {
    const mapped = mapScalars(value, replace, () => `${path()}/${escapePointerToken(key)}`);
    if (mapped === value) continue;
    members ??= new Map(node.members);
    members.set(key, { keySource, value: mapped });
  }
  return members === undefined ? node : { ...node, members };
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}
