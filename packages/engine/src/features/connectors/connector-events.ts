import { EVENT_SOURCE } from '@dipswitch/contract';
import type { OutgoingEvent } from '../../audit/audited-transaction.ts';
import { type Connector, webhooksFor } from './stored/connector.ts';

/** The events of a connector that was created or replaced: none when nobody subscribed. `at` is wall clock. */
export function configUpdatedEvents(connector: Connector, at: number): readonly OutgoingEvent[] {
  const webhookUrls = webhooksFor(connector.body, 'CONFIG_UPDATED');
  if (webhookUrls.length === 0) return [];
  const { credentialMasking } = connector.body.configuration;
  const body = {
    source: EVENT_SOURCE,
    action: 'CONFIG_UPDATED',
    connectorId: connector.id,
    maskedCredentials: { ...credentialMasking },
    timestamp: new Date(at).toISOString(),
  } as const;
  return [{ tenant: connector.tenant, eventType: 'CONFIG_UPDATED', connectorId: connector.id, body, webhookUrls }];
}

export function connectorDeletedEvents(connector: Connector, at: number): readonly OutgoingEvent[] {
  return plainEvents(connector, 'CONNECTOR_DELETED', at);
}

export function secretRotatedEvents(connector: Connector, at: number): readonly OutgoingEvent[] {
  return plainEvents(connector, 'SECRET_ROTATED', at);
}

function plainEvents(
  connector: Connector,
  eventType: 'CONNECTOR_DELETED' | 'SECRET_ROTATED',
  at: number,
): readonly OutgoingEvent[] {
  const webhookUrls = webhooksFor(connector.body, eventType);
  if (webhookUrls.length === 0) return [];
  const { id: connectorId, tenant } = connector;
  const body = { source: EVENT_SOURCE, action: eventType, connectorId, timestamp: new Date(at).toISOString() } as const;
  return [{ tenant, eventType, connectorId, body, webhookUrls }];
}
