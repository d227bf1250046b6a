import type { WriteAction } from '../plan/journal-state.ts';
import type { Change, ConnectorChange, DataActionChange, StoredState } from '../plan/plan.ts';
import type { Connectors } from '../resources/connectors-types.ts';
import type { DataActions } from '../resources/data-actions-types.ts';

/** A change that writes. */
export type Write =
  | (ConnectorChange & { readonly action: WriteAction })
  | (DataActionChange & { readonly action: WriteAction });

export interface StepCall {
  readonly signal: AbortSignal;
  readonly requestId: string;
}

/** One write to the server, with a record of its own in the journal and in the audit file. */
export interface WriteStep {
  readonly action: WriteAction;
  /** Sends it with the precondition of the plan, which makes it fail rather than undo somebody's work. */
  send(call: StepCall): Promise<StoredState>;
  /** Looks whether the server holds what it would make. Null: it does not. */
  findDone(signal: AbortSignal): Promise<StoredState | null>;
}

export interface WrittenResources {
  readonly connectors: Connectors;
  readonly dataActions: DataActions;
}

export function isWrite(change: Change): change is Write {
  return change.action !== 'no-op';
}

/** What the plan saw. */
export function stateOf(change: Change): StoredState {
  const { revision } = change;
  if (change.kind === 'connector') return { revision, version: null, publishedVersion: null };
  return { revision, version: change.version, publishedVersion: change.publishedVersion };
}
