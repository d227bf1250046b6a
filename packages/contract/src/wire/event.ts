import { z } from 'zod';
import { HEALTH_STATUSES } from './health.ts';

/** `source` of every event body; fixed by the contract. */
export const EVENT_SOURCE = 'CXONE_INTEGRATION_ENGINE';

export const configUpdatedBodySchema = z.object({
  source: z.literal(EVENT_SOURCE),
  action: z.literal('CONFIG_UPDATED'),
  connectorId: z.string(),
  maskedCredentials: z.record(z.string(), z.string()),
  timestamp: z.string(),
});
export type ConfigUpdatedBody = z.infer<typeof configUpdatedBodySchema>;

export const connectorDeletedBodySchema = z.object({
  source: z.literal(EVENT_SOURCE),
  action: z.literal('CONNECTOR_DELETED'),
  connectorId: z.string(),
  timestamp: z.string(),
});
export type ConnectorDeletedBody = z.infer<typeof connectorDeletedBodySchema>;

export const healthChangedBodySchema = z.object({
  source: z.literal(EVENT_SOURCE),
  action: z.literal('HEALTH_CHANGED'),
  connectorId: z.string(),
  previousStatus: z.enum(HEALTH_STATUSES),
  status: z.enum(HEALTH_STATUSES),
  timestamp: z.string(),
});
export type HealthChangedBody = z.infer<typeof healthChangedBodySchema>;

export const secretRotatedBodySchema = z.object({
  source: z.literal(EVENT_SOURCE),
  action: z.literal('SECRET_ROTATED'),
  connectorId: z.string(),
  timestamp: z.string(),
});
export type SecretRotatedBody = z.infer<typeof secretRotatedBodySchema>;

/** A version of a data action became the one that runs, by publish or by rollback. */
export const actionPublishedBodySchema = z.object({
  source: z.literal(EVENT_SOURCE),
  action: z.literal('ACTION_PUBLISHED'),
  actionId: z.string(),
  connectorId: z.string(),
  version: z.int().positive(),
  timestamp: z.string(),
});
export type ActionPublishedBody = z.infer<typeof actionPublishedBodySchema>;

export type EventBody =
  | ConfigUpdatedBody
  | ConnectorDeletedBody
  | HealthChangedBody
  | SecretRotatedBody
  | ActionPublishedBody;
