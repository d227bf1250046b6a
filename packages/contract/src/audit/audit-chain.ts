import type { AuditEvent, AuditRecord } from '../wire/audit.ts';
import { canonicalJson } from './canonical-json.ts';

/** SHA-256 of a text in UTF-8, as 64 lower-case hexadecimal digits. */
export type Sha256Hex = (text: string) => string;

/** A place in a chain: the last record before what follows. */
export interface AuditHead {
  readonly sequence: number;
  readonly hash: string;
}

/** `previousHash` of the first record of a chain. */
export const GENESIS_HASH = '0'.repeat(64);

/**
 * Makes the next record of a chain: `hash` is SHA-256 over the canonical JSON of the record without `hash`.
 * `previous` is null for the first record. @throws TypeError when the event holds something that is not JSON.
 */
export function chainAuditRecord(event: AuditEvent, previous: AuditHead | null, sha256: Sha256Hex): AuditRecord {
  const { actionId, connectorId } = event;
  // Members stand in canonical order, which canonicalJson writes several times faster.
  const unsigned = {
    ...(actionId === undefined ? undefined : { actionId }),
    actor: event.actor,
    ...(connectorId === undefined ? undefined : { connectorId }),
    details: event.details,
    eventType: event.eventType,
    latencyMs: event.latencyMs,
    previousHash: previous?.hash ?? GENESIS_HASH,
    requestId: event.requestId,
    sequence: (previous?.sequence ?? 0) + 1,
    status: event.status,
    tenant: event.tenant,
    timestamp: event.timestamp,
  };
  return { ...unsigned, hash: sha256(canonicalJson(unsigned)) };
}
