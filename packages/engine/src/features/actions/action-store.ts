import type { DataActionBody } from '@dipswitch/contract';
import type { StateTransaction } from '../../state/state-database.ts';
import type { ActionHead, ActionVersion, DataAction } from './action.ts';

export interface ActionPageQuery {
  readonly limit: number;
  /** Only ids after this one. */
  readonly after?: string | undefined;
  /** Only those whose newest version is on this connector. */
  readonly connectorId?: string | undefined;
}

/** An action with the body of its newest version. */
export interface ActionListing {
  readonly action: DataAction;
  readonly body: DataActionBody;
}

/** An action with all its versions, newest first, as they were at one moment. */
export interface ActionHistory {
  readonly action: DataAction;
  readonly versions: readonly ActionVersion[];
}

/** The stored data actions. Reads without `within` see the last commit. */
export interface ActionStore {
  find(id: string, within?: StateTransaction): Promise<DataAction | undefined>;
  /** Which version runs, without its body. */
  head(id: string): Promise<ActionHead | undefined>;
  findVersion(id: string, version: number, within?: StateTransaction): Promise<ActionVersion | undefined>;
  history(id: string): Promise<ActionHistory | undefined>;
  /** Ordered by id. */
  list(tenant: string, query: ActionPageQuery): Promise<readonly ActionListing[]>;
  /** Whether the newest or the published version of any action is on the connector. */
  usesConnector(connectorId: string, within: StateTransaction): Promise<boolean>;
  /** Whether the published version of any action writes through the connector. */
  writesThrough(connectorId: string): Promise<boolean>;
  insert(action: DataAction, within: StateTransaction): Promise<void>;
  /** Replaces all but id, tenant and time of creation. */
  update(action: DataAction, within: StateTransaction): Promise<void>;
  insertVersion(version: ActionVersion, within: StateTransaction): Promise<void>;
  /** Replaces `publishedAt` and `publishedAfter`. */
  updateVersion(version: ActionVersion, within: StateTransaction): Promise<void>;
  /** Takes its versions along. */
  delete(id: string, within: StateTransaction): Promise<void>;
}
