import { randomUUID } from 'node:crypto';
import type { OutgoingEvent } from '../../audit/audited-transaction.ts';
import type { StateTransaction } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import type { WebhookEndpointStore } from './webhook-endpoint-store.ts';

export interface EventOutboxOptions {
  readonly endpoints: WebhookEndpointStore;
  readonly clock: Clock;
}

/**
 * A first attempt is entered as due a day ago: it then stays due when the clock is set back, and deliveries keep the
 * order of their events.
 */
const FIRST_ATTEMPT_HEAD_START_MS = 24 * 3_600_000;

/** Stores events and one delivery for each webhook address, within the transaction of the change. */
export class EventOutbox {
  readonly #endpoints: WebhookEndpointStore;
  readonly #clock: Clock;

  constructor(options: EventOutboxOptions) {
    this.#endpoints = options.endpoints;
    this.#clock = options.clock;
  }

  /**
   * Sets the `timestamp` of the body: it grows with every event of a connector, whatever the clock does, so a receiver
   * drops what is older than what it has seen. An event that nobody subscribed to is not stored.
   */
  async append(transaction: StateTransaction, event: OutgoingEvent): Promise<void> {
    const webhookUrls = [...new Set(event.webhookUrls)];
    if (webhookUrls.length === 0) return;
    const createdAt = await this.#nextTime(transaction, event.connectorId);
    const eventId = `evt_${randomUUID()}`;
    await transaction
      .insertInto('events')
      .values({
        event_id: eventId,
        tenant_id: event.tenant,
        event_type: event.eventType,
        connector_id: event.connectorId ?? null,
        body: JSON.stringify({ ...event.body, timestamp: new Date(createdAt).toISOString() }),
        created_at: createdAt,
      })
      .execute();
    for (const webhookUrl of webhookUrls) {
      const { isDisabled } = await this.#endpoints.ensure(transaction, { tenant: event.tenant, webhookUrl });
      await transaction
        .insertInto('deliveries')
        .values({
          delivery_id: `dlv_${randomUUID()}`,
          event_id: eventId,
          tenant_id: event.tenant,
          webhook_url: webhookUrl,
          state: isDisabled ? 'dead' : 'pending',
          attempts: 0,
          next_attempt_at: createdAt - FIRST_ATTEMPT_HEAD_START_MS,
          lease_owner: null,
          lease_until: null,
          last_status: null,
          last_error: isDisabled ? 'ENDPOINT_GONE' : null,
          updated_at: createdAt,
        })
        .execute();
    }
  }

  async #nextTime(transaction: StateTransaction, connectorId: string | undefined): Promise<number> {
    const now = this.#clock.now();
    if (connectorId === undefined) return now;
    const row = await transaction
      .selectFrom('events')
      .select(({ fn }) => fn.max('created_at').as('latest'))
      .where('connector_id', '=', connectorId)
      .executeTakeFirst();
    return Math.max(now, (row?.latest ?? 0) + 1);
  }
}
