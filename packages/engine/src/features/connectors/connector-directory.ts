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
export class ConnectorDirectory {
  readonly #store: Pick<ConnectorStore, 'find' | 'kindOf'>;

  constructor(store: Pick<ConnectorStore, 'find' | 'kindOf'>) {
    this.#store = store;
  }

  /** Within a transaction: a connector that was found cannot be deleted before the transaction commits. */
  async find(tenant: string, connectorId: string, within?: StateTransaction): Promise<KnownConnector | undefined> {
    const connector = await this.#store.find(connectorId, within);
    if (connector?.tenant !== tenant) return undefined;
    const { id, body } = connector;
    return {
      id,
      kind: toDatabaseKind(body.connectorType),
      webhooksFor: (eventType) => webhooksFor(body, eventType),
    };
  }

  /** The kind alone, which costs less. */
  async kindOf(tenant: string, connectorId: string): Promise<DatabaseKind | undefined> {
    const found = await this.#store.kindOf(connectorId);
    return found?.tenant === tenant ? found.kind : undefined;
  }
}
