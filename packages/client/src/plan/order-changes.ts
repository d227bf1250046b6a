import type { ChangeAction } from './plan.ts';

/** What ordering needs of a change, of whatever kind of resource. */
interface Orderable {
  readonly kind: string;
  readonly action: ChangeAction;
}

/**
 * Puts changes into the order in which they can be carried out: what others depend on is written first and deleted last.
 * `kinds` names each kind after those it depends on. Changes of one kind keep their order; no-ops come at the end.
 */
export function orderChanges<Ordered extends Orderable>(
  changes: readonly Ordered[],
  kinds: readonly string[],
): readonly Ordered[] {
  const byRank = (direction: 1 | -1) => (left: Ordered, right: Ordered) =>
    direction * (kinds.indexOf(left.kind) - kinds.indexOf(right.kind));
  const writes = changes.filter(({ action }) => action !== 'delete' && action !== 'no-op');
  const deletes = changes.filter(({ action }) => action === 'delete');
  return [
    ...writes.sort(byRank(1)),
    ...deletes.sort(byRank(-1)),
    ...changes.filter(({ action }) => action === 'no-op'),
  ];
}

/** The changes of an ordered plan in groups: those of one group may go on at once, a group waits for the one before. */
export function stagesOf<Ordered extends Orderable>(changes: readonly Ordered[]): readonly (readonly Ordered[])[] {
  const stages: Ordered[][] = [];
  let last: string | undefined;
  for (const change of changes) {
    if (change.action === 'no-op') continue;
    const stage = `${change.kind} ${change.action === 'delete' ? 'delete' : 'write'}`;
    if (stage !== last) stages.push([]);
    last = stage;
    stages.at(-1)?.push(change);
  }
  return stages;
}
