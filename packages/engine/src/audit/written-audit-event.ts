import { canonicalJson, Secret } from '@dipswitch/contract';
import { toAuditValue } from './audit-event.ts';
import type { AuditEntry } from './audited-transaction.ts';

/**
 * An audit event in canonical JSON, cut where the chain puts its own members in. It holds the very bytes that
 * `toAuditEvent` and `chainAuditRecord` make of the same entry, for less than half the time: nothing is sorted, checked
 * and written again for each of the many records of one kind.
 */
export interface WrittenAuditEvent {
  /** From the opening brace to the member before `previousHash`. */
  readonly head: string;
  /** Between `previousHash` and `sequence`. */
  readonly middle: string;
  /** Behind `sequence`, with the closing brace. */
  readonly tail: string;
}

/** An entry but for its details. */
export interface AuditEntryHead extends Omit<AuditEntry, 'details' | 'connectorId' | 'actionId'> {
  readonly connectorId?: string | undefined;
  readonly actionId?: string | undefined;
}

/** `details` is canonical JSON already. */
export function writeAuditEvent(entry: AuditEntryHead, details: string, timestamp: string): WrittenAuditEvent {
  const actionId = entry.actionId === undefined ? '' : `"actionId":${writeText(entry.actionId)},`;
  const connectorId = entry.connectorId === undefined ? '' : `"connectorId":${writeText(entry.connectorId)},`;
  const latencyMs = Number.isFinite(entry.latencyMs) ? entry.latencyMs : 0;
  return {
    head: `{${actionId}"actor":${writeText(entry.actor)},${connectorId}"details":${details},"eventType":${writeText(entry.eventType)},"latencyMs":${latencyMs}`,
    middle: `"requestId":${writeText(entry.requestId)}`,
    tail: `"status":"${entry.status}","tenant":${writeText(entry.tenant)},"timestamp":"${timestamp}"}`,
  };
}

/** The record without its own hash: the text that is hashed. */
export function joinChain({ head, middle, tail }: WrittenAuditEvent, previousHash: string, sequence: number): string {
  return `${head},"previousHash":"${previousHash}",${middle},"sequence":${sequence},${tail}`;
}

/** A text as canonical JSON; a lone surrogate becomes the replacement character, as everywhere in the trail. */
export function writeText(text: string): string {
  return JSON.stringify(text.isWellFormed() ? text : text.toWellFormed());
}

/** A value as it stands in a record, in canonical JSON: a `Secret` as `hmac:<hex>` by `digest`. */
function writeAuditValue(value: unknown, digest: (value: string) => string): string {
  if (typeof value === 'string') return writeText(value);
  if (value instanceof Secret) return `"hmac:${digest(value.expose())}"`;
  if (typeof value === 'boolean' || value === null) return String(value);
  return canonicalJson(toAuditValue(value, digest));
}

/** Members in canonical order, each written by `writeAuditValue`; those that are undefined are left out. */
export function writeAuditMembers(
  members: Readonly<Record<string, unknown>>,
  digest: (value: string) => string,
): string {
  let text = '';
  for (const name of Object.keys(members).sort()) {
    // Two names may become one when they are fixed, which only the long way sorts out.
    if (!name.isWellFormed()) return canonicalJson(toAuditValue(members, digest));
    const value = members[name];
    if (value === undefined) continue;
    text += `${text === '' ? '{' : ','}${JSON.stringify(name)}:${writeAuditValue(value, digest)}`;
  }
  return text === '' ? '{}' : `${text}}`;
}
