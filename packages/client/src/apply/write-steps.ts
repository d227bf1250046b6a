import type { DataActionBody, DataActionResource } from '@dipswitch/contract';
import { isDipswitchError } from '../errors.ts';
import type { WriteAction } from '../plan/journal-state.ts';
import type { Change, ConnectorChange, DataActionChange, StoredState } from '../plan/plan.ts';
import type { Connectors } from '../resources/connectors-types.ts';
import type { DataActions } from '../resources/data-actions-types.ts';
import { isSameConnector } from '../util/connector-comparison.ts';
import { isSameDataAction } from '../util/data-action-comparison.ts';

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

const GONE: StoredState = { revision: null, version: null, publishedVersion: null };

/** The PUT or DELETE that a change of a connector is. */
function connectorStep(
  { action, id, desired, revision }: ConnectorChange & { readonly action: WriteAction },
  connectors: Connectors,
): WriteStep {
  return {
    action,
    send: async (call) => {
      if (desired === null) {
        await connectors.delete(id, { ...call, ...(revision === null ? {} : { onlyIf: revision }) });
        return GONE;
      }
      const stored = await connectors.put(desired, { ...call, onlyIf: revision ?? 'absent' });
      return { ...GONE, revision: stored.revision };
    },
    findDone: async (signal) => {
      try {
        const stored = await connectors.get(id, { signal });
        if (desired === null || !isSameConnector(stored, desired)) return null;
        return { ...GONE, revision: stored.revision };
      } catch (error) {
        if (isDipswitchError(error, 'NOT_FOUND')) return desired === null ? GONE : null;
        throw error;
      }
    },
  };
}

interface StoredVersion {
  readonly action: WriteAction;
  readonly desired: DataActionBody;
  readonly revision: number | null;
}

/** Stores a new version as draft. */
function storeStep({ action, desired, revision }: StoredVersion, dataActions: DataActions): WriteStep {
  return {
    action,
    send: async (call) => toState(await dataActions.put(desired, { ...call, onlyIf: revision ?? 'absent' })),
    findDone: async (signal) => {
      const stored = await getOrNull(desired.actionId, dataActions, signal);
      return stored !== null && isSameDataAction(stored, desired) ? toState(stored) : null;
    },
  };
}

/** Makes the newest version, which is `desired`, the one that runs. Null when it is that already. */
function publishStep(
  id: string,
  desired: DataActionBody,
  { revision, version, publishedVersion }: StoredState,
  dataActions: DataActions,
): WriteStep | null {
  if (version !== null && publishedVersion === version) return null;
  return {
    action: 'publish',
    send: async (call) =>
      toState(
        await dataActions.publish(id, {
          ...call,
          ...(version === null ? {} : { version }),
          ...(revision === null ? {} : { onlyIf: revision }),
        }),
      ),
    findDone: async (signal) => {
      const stored = await getOrNull(id, dataActions, signal);
      if (stored === null || stored.publishedVersion !== stored.version) return null;
      return isSameDataAction(stored, desired) ? toState(stored) : null;
    },
  };
}

/** Deletes it, by force when the plan saw that it is published: anyone who agreed to the plan was told. */
function removeStep(
  { id, revision, publishedVersion }: Pick<DataActionChange, 'id' | 'revision' | 'publishedVersion'>,
  dataActions: DataActions,
): WriteStep {
  return {
    action: 'delete',
    send: async (call) => {
      const force = publishedVersion !== null;
      await dataActions.delete(id, { ...call, force, ...(revision === null ? {} : { onlyIf: revision }) });
      return GONE;
    },
    findDone: async (signal) => ((await getOrNull(id, dataActions, signal)) === null ? GONE : null),
  };
}

async function getOrNull(
  id: string,
  dataActions: DataActions,
  signal: AbortSignal,
): Promise<DataActionResource | null> {
  try {
    return await dataActions.get(id, { signal });
  } catch (error) {
    if (isDipswitchError(error, 'NOT_FOUND')) return null;
    throw error;
  }
}

function toState({ revision, version, publishedVersion }: DataActionResource): StoredState {
  return { revision, version, publishedVersion };
}
