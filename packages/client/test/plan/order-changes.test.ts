import { describe, expect, it } from 'vitest';
import { orderChanges, stagesOf } from '../../src/plan/order-changes.ts';
import type { ChangeAction } from '../../src/plan/plan.ts';

function change(kind: string, action: ChangeAction, id: string) {
  return { kind, action, id };
}

const KINDS = ['connector', 'action'];
const MIXED = [
  change('action', 'delete', 'a1'),
  change('connector', 'delete', 'c1'),
  change('action', 'create', 'a2'),
  change('connector', 'no-op', 'c2'),
  change('connector', 'update', 'c3'),
  change('action', 'update', 'a3'),
  change('connector', 'create', 'c4'),
];

describe('the order of changes', () => {
  it('writes what others depend on first, and deletes it last', () => {
    expect(orderChanges(MIXED, KINDS).map(({ id }) => id)).toEqual(['c3', 'c4', 'a2', 'a3', 'a1', 'c1', 'c2']);
  });

  it('makes a stage of what may go on at once', () => {
    const stages = stagesOf(orderChanges(MIXED, KINDS)).map((stage) => stage.map(({ id }) => id));
    expect(stages).toEqual([['c3', 'c4'], ['a2', 'a3'], ['a1'], ['c1']]);
  });

  it('has no stage for a plan without changes', () => {
    expect(stagesOf([change('connector', 'no-op', 'c1')])).toEqual([]);
  });
});
