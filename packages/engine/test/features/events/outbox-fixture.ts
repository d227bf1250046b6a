import { randomBytes } from 'node:crypto';
import type { EventBody } from '@dipswitch/contract';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import type { OutgoingEvent } from '../../../src/audit/audited-transaction.ts';
import { DeliveryStore } from '../../../src/features/events/delivery-store.ts';
import { EventOutbox } from '../../../src/features/events/event-outbox.ts';
import { WebhookEndpointStore } from '../../../src/features/events/webhook-endpoint-store.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';

/** The parts of the feature over one state database. */
export class OutboxFixture {
  /** Starts at the real time: the verifier that tests use judges timestamps by it. */
  readonly clock = new FakeClock(Date.now());
  readonly sealer = createSealer(randomBytes(32));
  readonly state: StateDatabase;
  readonly endpoints: WebhookEndpointStore;
  readonly deliveries: DeliveryStore;
  readonly outbox: EventOutbox;

  constructor(state: StateDatabase) {
    this.state = state;
    this.endpoints = new WebhookEndpointStore({ sealer: this.sealer, clock: this.clock });
    this.deliveries = new DeliveryStore(state);
    this.outbox = new EventOutbox({ endpoints: this.endpoints, clock: this.clock });
  }

  async emit(webhookUrls: readonly string[], connectorId = 'db-1', tenant = 'default'): Promise<OutgoingEvent> {
    const event = createOutgoingEvent(webhookUrls, connectorId, tenant);
    await this.state.transaction((transaction) => this.outbox.append(transaction, event));
    return event;
  }

  listDeliveries() {
    return this.state.queries
      .selectFrom('deliveries')
      .innerJoin('events', 'events.event_id', 'deliveries.event_id')
      .selectAll('deliveries')
      .select(['events.body', 'events.connector_id'])
      .orderBy('events.created_at')
      .orderBy('deliveries.webhook_url')
      .execute();
  }

  async secretsOf(webhookUrl: string, tenant = 'default'): Promise<string[]> {
    const secrets = await this.endpoints.readSecrets(this.state.queries, { tenant, webhookUrl });
    return (secrets ?? []).map(({ secret }) => secret);
  }
}

function createOutgoingEvent(webhookUrls: readonly string[], connectorId = 'db-1', tenant = 'default'): OutgoingEvent {
  const body: EventBody = {
    source: 'CXONE_INTEGRATION_ENGINE',
    action: 'CONFIG_UPDATED',
    connectorId,
    maskedCredentials: { username: 'VAULT_DB_USERNAME' },
    timestamp: '2000-01-01T00:00:00.000Z',
  };
  return { tenant, eventType: 'CONFIG_UPDATED', connectorId, body, webhookUrls };
}
