import { z } from 'zod';
import { CONNECTOR_TYPES } from '../catalogue/database-catalogue.ts';
import {
  CONNECTOR_LIMITS,
  EVENT_TYPES,
  LABEL_NAME_PATTERN,
  LINE_PATTERN,
  SSL_VERIFICATIONS,
  TEXT_PATTERN,
  WEBHOOK_URL_MAX_LENGTH,
} from './connector-limits.ts';
import { healthSummarySchema } from './health.ts';

/**
 * The body of `PUT /api/v1/integrations/connectors/{connectorId}`: structure only. The rules that need more than one
 * field, or a grammar, are in `validateConnector`.
 */
export const connectorBodySchema = z.strictObject({
  connectorId: z.string(),
  connectorName: z.string().min(1).max(CONNECTOR_LIMITS.nameMaxLength).regex(LINE_PATTERN),
  connectorType: z.enum(CONNECTOR_TYPES),
  description: z.string().max(CONNECTOR_LIMITS.descriptionMaxLength).regex(TEXT_PATTERN).optional(),
  labels: z.record(z.string().regex(LABEL_NAME_PATTERN), z.string().max(255).regex(LINE_PATTERN)).optional(),
  configuration: z.strictObject({
    connectionString: z.string().min(1).max(CONNECTOR_LIMITS.connectionStringMaxLength),
    /** Always empty: the contract carries it, plaintext in it is refused. */
    credentials: z.strictObject({}).optional(),
    credentialMasking: z.strictObject({ username: z.string().min(1).max(512), password: z.string().min(1).max(512) }),
    poolSettings: z.strictObject({
      minPoolSize: z.int().min(0),
      maxPoolSize: z.int().min(1),
      connectionTimeoutSeconds: z.int().min(1).max(CONNECTOR_LIMITS.connectionTimeoutSecondsMax),
    }),
    securitySettings: z.strictObject({
      enableParameterizedQueries: z.boolean(),
      sslMode: z.boolean(),
      sslVerification: z.enum(SSL_VERIFICATIONS).optional(),
      caCertificate: z
        .string()
        .max(64 * 1024)
        .optional(),
    }),
  }),
  healthCheck: z
    .strictObject({
      enabled: z.boolean(),
      query: z.string().min(1).max(CONNECTOR_LIMITS.healthQueryMaxLength).regex(TEXT_PATTERN).optional(),
      intervalSeconds: z
        .int()
        .min(CONNECTOR_LIMITS.healthIntervalSecondsMin)
        .max(CONNECTOR_LIMITS.healthIntervalSecondsMax),
      timeoutSeconds: z.int().min(1).max(CONNECTOR_LIMITS.healthTimeoutSecondsMax),
    })
    .optional(),
  eventSubscriptions: z
    .array(z.strictObject({ eventType: z.enum(EVENT_TYPES), webhookUrl: z.string().max(WEBHOOK_URL_MAX_LENGTH) }))
    .max(CONNECTOR_LIMITS.eventSubscriptionsMax)
    .optional(),
});
export type ConnectorBody = z.infer<typeof connectorBodySchema>;

/** What GET and PUT answer: the stored body plus what the server adds. Times are ISO 8601 UTC. */
export const connectorResourceSchema = connectorBodySchema.extend({
  revision: z.int().positive(),
  createdAt: z.string(),
  updatedAt: z.string(),
  health: healthSummarySchema,
});
export type ConnectorResource = z.infer<typeof connectorResourceSchema>;

/** One page of any collection. `nextCursor` is opaque; null on the last page. */
export const collectionSchema = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export interface Collection<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
