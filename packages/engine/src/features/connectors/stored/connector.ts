import { type ConnectorBody, canonicalJson, type EventType } from '@dipswitch/contract';

/** A stored connector. Times are milliseconds since the epoch. */
export interface Connector {
  readonly id: string;
  readonly tenant: string;
  /** As submitted and validated. */
  readonly body: ConnectorBody;
  /** Starts at 1, counts the changes of `body`. Pausing is not a change of it. */
  readonly revision: number;
  readonly paused: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** What it takes to see whether a connector changed. */
export interface ConnectorHead {
  /** Names one configuration forever: a connector that was deleted and made again has other stamps. */
  readonly stamp: string;
  readonly paused: boolean;
}

export function stampOf(connector: { readonly revision: number; readonly createdAt: number }): string {
  return `${connector.createdAt}.${connector.revision}`;
}

/** Whether two bodies say the same, whatever the order of their members. */
export function isSameBody(one: ConnectorBody, other: ConnectorBody): boolean {
  return canonicalJson(one) === canonicalJson(other);
}

/** The webhooks that want to hear of an event, each once. */
export function webhooksFor(body: ConnectorBody, eventType: EventType): readonly string[] {
  const wanted = (body.eventSubscriptions ?? []).filter((subscription) => subscription.eventType === eventType);
  return [...new Set(wanted.map(({ webhookUrl }) => webhookUrl))];
}
