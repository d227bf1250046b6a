import type { ConnectorType, DatabaseKind } from '@dipswitch/contract';
import type { StateTransaction } from '../../../state/state-database.ts';
import type { Connector, ConnectorHead } from './connector.ts';

export interface ConnectorPageQuery {
  readonly limit: number;
  /** Only ids after this one. */
  readonly after?: string | undefined;
  readonly type?: ConnectorType | undefined;
}

/** The stored connectors. Reads without `within` see the last commit. */
export interface ConnectorStore {
  find(id: string, within?: StateTransaction): Promise<Connector | undefined>;
  head(id: string): Promise<ConnectorHead | undefined>;
  kindOf(id: string): Promise<{ readonly tenant: string; readonly kind: DatabaseKind } | undefined>;
  /** Of every tenant, ordered by id. */
  listHeads(query: {
    readonly limit: number;
    readonly after?: string | undefined;
  }): Promise<ReadonlyArray<ConnectorHead & { readonly id: string }>>;
  /** Ordered by id. */
  list(tenant: string, query: ConnectorPageQuery): Promise<readonly Connector[]>;
  /** Those of the ids that exist, of every tenant, in no order. */
  findMany(ids: readonly string[]): Promise<readonly Connector[]>;
  insert(connector: Connector, within: StateTransaction): Promise<void>;
  /** Replaces body, revision, paused and time of update. */
  update(connector: Connector, within: StateTransaction): Promise<void>;
  /** Takes what hangs on the connector along. */
  delete(id: string, within: StateTransaction): Promise<void>;
}
