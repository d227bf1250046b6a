import type { AuditRecord } from '@dipswitch/contract';

/** Which records are wanted; each part that is given has to hold. */
export interface AuditRecordFilter {
  /** Milliseconds since the epoch, inclusive. */
  readonly sinceMs?: number;
  /** Milliseconds since the epoch, exclusive. */
  readonly untilMs?: number;
  readonly eventTypes?: readonly string[];
  readonly connectorIds?: readonly string[];
}

export function isWanted(record: AuditRecord, timestampMs: number, filter: AuditRecordFilter): boolean {
  const { sinceMs, untilMs, eventTypes, connectorIds } = filter;
  if (sinceMs !== undefined && timestampMs < sinceMs) return false;
  if (untilMs !== undefined && timestampMs >= untilMs) return false;
  if (eventTypes !== undefined && !eventTypes.includes(record.eventType)) return false;
  return connectorIds === undefined || (record.connectorId !== undefined && connectorIds.includes(record.connectorId));
}
