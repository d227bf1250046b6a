import { z } from 'zod';

export const AUDIT_STATUSES = ['SUCCESS', 'FAILED'] as const;
export type AuditStatus = (typeof AUDIT_STATUSES)[number];

/** What a caller says of an attempt; the chain adds `sequence`, `previousHash` and `hash`. */
export const auditEventSchema = z.object({
  timestamp: z.string(),
  eventType: z.string(),
  connectorId: z.string().optional(),
  actionId: z.string().optional(),
  status: z.enum(AUDIT_STATUSES),
  latencyMs: z.number(),
  details: z.record(z.string(), z.unknown()),
  actor: z.string(),
  tenant: z.string(),
  requestId: z.string(),
});
export type AuditEvent = z.infer<typeof auditEventSchema>;

/** One line of an audit file. `hash` is SHA-256 (hex) over the RFC 8785 form of the record without `hash`. */
export const auditRecordSchema = auditEventSchema.extend({
  sequence: z.int().positive(),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditRecord = z.infer<typeof auditRecordSchema>;
