import type { StateTransaction } from '../../state/state-database.ts';
import type { HealthCheckEntry, HealthState } from './health-status.ts';

/** Entries of history kept for each connector. */
export const HISTORY_LIMIT = 100;

/** The last health and the history of all connectors. */
export interface HealthStore {
  find(connectorId: string, within?: StateTransaction): Promise<HealthState | undefined>;
  findMany(connectorIds: readonly string[]): Promise<ReadonlyMap<string, HealthState>>;
  insert(connectorId: string, health: HealthState, at: number, within: StateTransaction): Promise<void>;
  /** Resolves to false when the connector is gone. */
  update(connectorId: string, health: HealthState, at: number, within: StateTransaction): Promise<boolean>;
  append(connectorId: string, entry: HealthCheckEntry, within: StateTransaction): Promise<void>;
  /** Drops all but the newest {@link HISTORY_LIMIT} entries. */
  trim(connectorId: string, within: StateTransaction): Promise<void>;
  /** Newest first, at most {@link HISTORY_LIMIT}. */
  history(connectorId: string): Promise<readonly HealthCheckEntry[]>;
}
