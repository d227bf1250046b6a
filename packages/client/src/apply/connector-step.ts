import { isDipswitchError } from '../errors.ts';
import type { WriteAction } from '../plan/journal-state.ts';
import type { ConnectorChange, StoredState } from '../plan/plan.ts';
import type { Connectors } from '../resources/connectors-types.ts';
import { isSameConnector } from '../util/connector-comparison.ts';
import type { WriteStep } from './write-step.ts';

const GONE: StoredState = { revision: null, version: null, publishedVersion: null };

/** The PUT or DELETE that a change of a connector is. */
export function connectorStep(
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
