import { z } from 'zod';

export const HEALTH_STATUSES = ['PENDING', 'HEALTHY', 'DEGRADED', 'UNHEALTHY', 'DISABLED'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/**
 * Why a check failed, in words that tell a tenant nothing about the network: refused, timed out and no route are one
 * class (`UNREACHABLE`), so that the error cannot be used as a port scanner.
 */
export const HEALTH_ERROR_CLASSES = [
  'UNREACHABLE',
  'ADDRESS_REFUSED',
  'TLS_FAILED',
  'AUTHENTICATION_FAILED',
  'SECRET_UNRESOLVED',
  'DATABASE_NOT_FOUND',
  'PERMISSION_DENIED',
  'QUERY_FAILED',
  'QUERY_TIMEOUT',
  'POOL_EXHAUSTED',
  'TOO_MANY_CONNECTIONS',
  'READ_ONLY',
  'PROTOCOL_ERROR',
  'DRIVER_UNAVAILABLE',
  'INTERNAL',
] as const;
export type HealthErrorClass = (typeof HEALTH_ERROR_CLASSES)[number];

/** The `health` member of a connector. */
export const healthSummarySchema = z.object({
  status: z.enum(HEALTH_STATUSES),
  lastCheckAt: z.string().nullable(),
  latencyMs: z.number().nullable(),
  errorClass: z.enum(HEALTH_ERROR_CLASSES).nullable(),
  message: z.string().nullable(),
});
export type HealthSummary = z.infer<typeof healthSummarySchema>;

export const healthCheckRecordSchema = z.object({
  checkedAt: z.string(),
  status: z.enum(HEALTH_STATUSES),
  latencyMs: z.number().nullable(),
  errorClass: z.enum(HEALTH_ERROR_CLASSES).nullable(),
  message: z.string().nullable(),
});
export type HealthCheckRecord = z.infer<typeof healthCheckRecordSchema>;

export const poolSnapshotSchema = z.object({
  open: z.int(),
  idle: z.int(),
  waiting: z.int(),
  max: z.int(),
});

/** The answer of `GET .../{id}/health` and `POST .../{id}/health-checks`. `history` is newest first. */
export const connectorHealthSchema = healthSummarySchema.extend({
  connectorId: z.string(),
  /** Revision of the stored configuration. */
  revision: z.int(),
  /** Revision whose pool answers; differs from `revision` while a new one is being proven or never worked; null if none. */
  servingRevision: z.int().nullable(),
  consecutiveFailures: z.int(),
  nextCheckAt: z.string().nullable(),
  /** The driver that the engine really uses, e.g. `pg 8.23.1`. */
  driver: z.string().nullable(),
  /** The server's own version text, when a connection was ever made. */
  serverVersion: z.string().nullable(),
  pool: poolSnapshotSchema.nullable(),
  history: z.array(healthCheckRecordSchema),
});
export type ConnectorHealth = z.infer<typeof connectorHealthSchema>;

/** The answer of `POST .../{id}/test`: 200 whether or not the database let us in; `ok` says which. */
export const connectorTestResultSchema = z.object({
  ok: z.boolean(),
  latencyMs: z.number(),
  errorClass: z.enum(HEALTH_ERROR_CLASSES).nullable(),
  message: z.string().nullable(),
  driver: z.string().nullable(),
  serverVersion: z.string().nullable(),
  steps: z.array(
    z.object({ step: z.enum(['validate', 'secrets', 'connect', 'query']), ok: z.boolean(), latencyMs: z.number() }),
  ),
});
export type ConnectorTestResult = z.infer<typeof connectorTestResultSchema>;

/** The answer of `POST .../{id}/validate`: 200 with every finding, warnings included. */
export const validationResultSchema = z.object({
  valid: z.boolean(),
  findings: z.array(
    z.object({ code: z.string(), severity: z.enum(['error', 'warning']), path: z.string(), message: z.string() }),
  ),
});
export type ValidationResult = z.infer<typeof validationResultSchema>;
