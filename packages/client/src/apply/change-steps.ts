import type { StoredState } from '../plan/plan.ts';
import { connectorStep } from './connector-step.ts';
import { publishStep, removeStep, storeStep } from './data-action-steps.ts';
import type { Write, WriteStep, WrittenResources } from './write-step.ts';

/** Makes a step from what the one before it left; null: that has done it already. */
export type ToStep = (before: StoredState) => WriteStep | null;

/** The writes that a change consists of, in turn. */
export function stepsOf(change: Write, { connectors, dataActions }: WrittenResources): readonly ToStep[] {
  if (change.kind === 'connector') return [() => connectorStep(change, connectors)];
  const { action, id, desired } = change;
  if (desired === null) return [() => removeStep(change, dataActions)];
  const store: ToStep = () => storeStep({ action, desired, revision: change.revision }, dataActions);
  const publish: ToStep = (before) => publishStep(id, desired, before, dataActions);
  if (action === 'publish') return [publish];
  return change.publishes ? [store, publish] : [store];
}
