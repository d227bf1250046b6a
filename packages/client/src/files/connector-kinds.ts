import { DATABASE_KINDS, type DatabaseKind } from '@dipswitch/contract';
import { itemsOf, memberOf, type SourceNode, textOf } from './source-tree.ts';

/**
 * Database kinds by id of the connectors in these documents, made when first asked for. Read from the files as they
 * are: a connector with an error elsewhere still says what its data actions are written for.
 */
export function listConnectorKinds(roots: readonly SourceNode[]): () => ReadonlyMap<string, DatabaseKind> {
  let kinds: Map<string, DatabaseKind> | undefined;
  return () => {
    kinds ??= new Map(roots.flatMap((root) => itemsOf(memberOf(root, 'connectors')).flatMap(toKind)));
    return kinds;
  };
}

function toKind(entry: SourceNode): readonly (readonly [string, DatabaseKind])[] {
  const id = textOf(memberOf(entry, 'id'));
  const type = textOf(memberOf(entry, 'type'));
  const kind = DATABASE_KINDS.find((known) => known === type);
  return id === undefined || kind === undefined ? [] : [[id, kind]];
}
