import { type AuditEvent, Secret } from '@dipswitch/contract';
import type { Sealer } from '../seal/sealer.ts';
import type { AuditEntry } from './audited-transaction.ts';

/**
 * Makes the event of an entry. This is the sink's own filter: every `Secret` anywhere in `details` becomes
 * `hmac:<hex>` by `digest`, so equal values can be found again and none can be read; what JSON cannot carry becomes
 * text, so that a record cannot fail to be written after its change has committed.
 */
export function toAuditEvent(
  entry: AuditEntry,
  timestamp: string,
  digest: (value: string) => string,
  auditId?: string,
): AuditEvent {
  const details = toPlainMembers(auditId === undefined ? entry.details : { ...entry.details, auditId }, digest, 0);
  return {
    timestamp,
    eventType: entry.eventType,
    ...(entry.connectorId === undefined ? {} : { connectorId: entry.connectorId.toWellFormed() }),
    ...(entry.actionId === undefined ? {} : { actionId: entry.actionId.toWellFormed() }),
    status: entry.status,
    latencyMs: Number.isFinite(entry.latencyMs) ? entry.latencyMs : 0,
    details,
    actor: entry.actor.toWellFormed(),
    tenant: entry.tenant,
    requestId: entry.requestId.toWellFormed(),
  };
}

/** The digest under which sensitive values of a tenant stand in its records. */
export function createAuditDigest(sealer: Sealer, tenant: string): (value: string) => string {
  const purpose = `audit ${tenant}`;
  return (value) => sealer.keyedDigest(purpose, value);
}

/** One value as `toAuditEvent` keeps it. */
export function toAuditValue(value: unknown, digest: (value: string) => string): unknown {
  return toPlain(value, digest, 0);
}

const DEPTH_MAX = 16;

function toPlain(value: unknown, digest: (value: string) => string, depth: number): unknown {
  if (value instanceof Secret) return `hmac:${digest(value.expose())}`;
  if (typeof value === 'string') return value.toWellFormed();
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (typeof value !== 'object') return String(value);
  if (depth === DEPTH_MAX) return '[too deep]';
  if (Array.isArray(value)) return value.map((item) => toPlain(item ?? null, digest, depth + 1));
  return toPlainMembers(value, digest, depth);
}

/** Members in canonical order: the chain hashes that form, and what is in order already is hashed faster. */
function toPlainMembers(members: object, digest: (value: string) => string, depth: number): Record<string, unknown> {
  const plain: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(members).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (member === undefined) continue;
    const kept = toPlain(member, digest, depth + 1);
    // By assignment this one would become the prototype, and no record could be made of the event.
    if (name === '__proto__') Object.defineProperty(plain, name, { value: kept, enumerable: true });
    else plain[name.toWellFormed()] = kept;
  }
  return plain;
}
