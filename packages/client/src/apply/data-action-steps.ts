import type { DataActionBody, DataActionResource } from '@dipswitch/contract';
import { isDipswitchError } from '../errors.ts';
import type { WriteAction } from '../plan/journal-state.ts';
import type { DataActionChange, StoredState } from '../plan/plan.ts';
import type { DataActions } from '../resources/data-actions-types.ts';
import { isSameDataAction } from '../util/data-action-comparison.ts';
import type { WriteStep } from './write-step.ts';

const GONE: StoredState = { revision: null, version: null, publishedVersion: null };

export interface StoredVersion {
  readonly action: WriteAction;
  readonly desired: DataActionBody;
  readonly revision: number | null;
}

/** Stores a new version as draft. */
export function storeStep({ action, desired, revision }: StoredVersion, dataActions: DataActions): WriteStep {
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
export function publishStep(
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

/** Deletes it, by force when the plan saw that it is published: whoever agreed to the plan was told. */
export function removeStep(
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
