import { type DatabaseKind, type EventType, toDatabaseKind } from '@dipswitch/contract';
import type { StateTransaction } from '../../state/state-database.ts';
import { webhooksFor } from './stored/connector.ts';
import type { ConnectorStore } from './stored/connector-store.ts';

/** What other features may know of a stored connector. */
export interface KnownConnector {
  readonly id: string;
  readonly kind: DatabaseKind;
  /** The webhooks that want to hear of an event, each once. */
  webhooksFor(eventType: EventType): readonly string[];
}

/** Looks up the connectors of a tenant for other features. One of another tenant does not exist. */
export interface ConnectorDirectory {
  /** Within a transaction: a connector that was found cannot be deleted before the transaction commits. */
  find(tenant: string, connectorId: string, within?: StateTransaction): Promise<KnownConnector | undefined>;
  /** The kind alone, which costs less. */
  kindOf(tenant: string, connectorId: string): Promise<DatabaseKind | undefined>;
}

export function createConnectorDirectory(store: Pick<ConnectorStore, 'find' | 'kindOf'>): ConnectorDirectory {
  return {
    async find(tenant, connectorId, within) {
      const connector = await store.find(connectorId, within);
      if (connector?.tenant !== tenant) return undefined;
      const { id, body } = connector;
      return {
        id,
        kind: toDatabaseKind(body.connectorType),
        webhooksFor: (eventType) => webhooksFor(body, eventType),
      };
    },
    async kindOf(tenant, connectorId) {
      const found = await store.kindOf(connectorId);
      return found?.tenant === tenant ? found.kind : undefined;
    },
  };
}
