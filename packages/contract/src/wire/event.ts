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

export type EventBody = ConfigUpdatedBody | ConnectorDeletedBody | HealthChangedBody | SecretRotatedBody;
