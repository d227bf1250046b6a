import { EVENT_SOURCE } from '@dipswitch/contract';
import type { OutgoingEvent } from '../../audit/audited-transaction.ts';
import type { KnownConnector } from '../connectors/connector-directory.ts';
import type { ActionVersion } from './action.ts';

/** The events of a version that is made the one that runs: none when nobody subscribed. `at` is wall clock. */
export function actionPublishedEvents(
  tenant: string,
  { actionId, version }: ActionVersion,
  connector: KnownConnector,
  at: number,
): readonly OutgoingEvent[] {
  const webhookUrls = connector.webhooksFor('ACTION_PUBLISHED');
  if (webhookUrls.length === 0) return [];
  const connectorId = connector.id;
  const timestamp = new Date(at).toISOString();
  const body = { source: EVENT_SOURCE, action: 'ACTION_PUBLISHED', actionId, connectorId, version, timestamp } as const;
  return [{ tenant, eventType: 'ACTION_PUBLISHED', connectorId, body, webhookUrls }];
}
