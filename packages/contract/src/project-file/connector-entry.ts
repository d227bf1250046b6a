import { z } from 'zod';
import { DATABASE_KINDS } from '../catalogue/database-catalogue.ts';
import { DATABASE_NAME_PATTERN } from '../connection-string/parse-connection-string.ts';
import { isSecretReference } from '../secrets/secret-reference.ts';
import {
  CONNECTOR_LIMITS,
  EVENT_TYPES,
  ID_PATTERN,
  LABEL_NAME_PATTERN,
  LINE_PATTERN,
  SSL_VERIFICATIONS,
  TEXT_PATTERN,
  WEBHOOK_URL_MAX_LENGTH,
} from '../wire/connector-limits.ts';
import { hasOneCertificate, isDriverVersion, isEntryHost, isEntryPort, listEntryProblems } from './entry-rules.ts';

const hostSchema = z.string().refine(isEntryHost, {
  message: 'must be a host name, a dotted IPv4 address or an IPv6 address',
});

// A refinement and not a range, so that the finding carries its own code; `meta` tells the range to editors.
const portSchema = z
  .int()
  .refine(isEntryPort, {
    message: 'must be from 1 to 65535',
    params: { code: 'INVALID_PORT' },
  })
  .meta({ minimum: 1, maximum: 65_535 });

const databaseNameSchema = z.string().regex(DATABASE_NAME_PATTERN, 'must be 1 to 128 letters, digits and _ $ -');

const referenceSchema = z.string().refine(isSecretReference, {
  message: 'must be a secret reference such as vault://mount/path#field, or a label',
  params: { code: 'INVALID_SECRET_REFERENCE' },
});

const credentialsSchema = z.strictObject({ username: referenceSchema, password: referenceSchema });

const labelsSchema = z.record(
  z.string().regex(LABEL_NAME_PATTERN),
  z.string().max(255).regex(LINE_PATTERN, 'must not hold control characters'),
);

const driverVersionSchema = z.string().refine(isDriverVersion, {
  message: 'must be a version such as 42.6.0',
  params: { code: 'UNSUPPORTED_DRIVER_VERSION' },
});

const propertiesSchema = z.record(z.string(), z.union([z.string().max(255), z.number(), z.boolean()]));

const poolSchema = z.strictObject({
  min: z.int().min(0).optional(),
  max: z.int().min(1).optional(),
  connectionTimeoutSeconds: z.int().min(1).max(CONNECTOR_LIMITS.connectionTimeoutSecondsMax).optional(),
});

const securitySchema = z
  .strictObject({
    sslMode: z.boolean().optional(),
    sslVerification: z.enum(SSL_VERIFICATIONS).optional(),
    /** Path relative to the file; its text becomes `caCertificate` of the body. */
    caCertificateFile: z.string().min(1).optional(),
    caCertificate: z
      .string()
      .max(64 * 1024)
      .optional(),
  })
  .refine(hasOneCertificate, {
    message: 'give caCertificate or caCertificateFile, not both',
  });

const healthSchema = z.strictObject({
  enabled: z.boolean().optional(),
  query: z
    .string()
    .min(1)
    .max(CONNECTOR_LIMITS.healthQueryMaxLength)
    .regex(TEXT_PATTERN, 'must not hold control characters')
    .optional(),
  intervalSeconds: z
    .int()
    .min(CONNECTOR_LIMITS.healthIntervalSecondsMin)
    .max(CONNECTOR_LIMITS.healthIntervalSecondsMax)
    .optional(),
  timeoutSeconds: z.int().min(1).max(CONNECTOR_LIMITS.healthTimeoutSecondsMax).optional(),
});

const eventSchema = z.strictObject({ type: z.enum(EVENT_TYPES), webhookUrl: z.string().max(WEBHOOK_URL_MAX_LENGTH) });

const eventsSchema = z.array(eventSchema).max(CONNECTOR_LIMITS.eventSubscriptionsMax);

/** What entries share: laid under each of them, so that 200 connectors do not repeat themselves. */
export const connectorDefaultsSchema = z.strictObject({
  labels: labelsSchema.optional(),
  type: z.enum(DATABASE_KINDS).optional(),
  port: portSchema.optional(),
  driverVersion: driverVersionSchema.optional(),
  properties: propertiesSchema.optional(),
  credentials: z
    .strictObject({ username: referenceSchema.optional(), password: referenceSchema.optional() })
    .optional(),
  pool: poolSchema.optional(),
  security: securitySchema.optional(),
  health: healthSchema.optional(),
  events: eventsSchema.optional(),
});

/** One entry of `connectors` in a project file. What the database itself must obey is told by `validateConnector`. */
export const connectorEntrySchema = z
  .strictObject({
    id: z.string().regex(ID_PATTERN, 'must be 1 to 128 letters, digits and . _ -, not beginning with . _ -'),
    name: z
      .string()
      .min(1)
      .max(CONNECTOR_LIMITS.nameMaxLength)
      .regex(LINE_PATTERN, 'must not hold control characters')
      .optional(),
    description: z
      .string()
      .max(CONNECTOR_LIMITS.descriptionMaxLength)
      .regex(TEXT_PATTERN, 'must not hold control characters')
      .optional(),
    labels: labelsSchema.optional(),
    type: z.enum(DATABASE_KINDS),
    host: hostSchema.optional(),
    port: portSchema.optional(),
    /** Several hosts to try in order, in place of `host` and `port`; PostgreSQL and MySQL only. */
    hosts: z
      .array(z.strictObject({ host: hostSchema, port: portSchema.optional() }))
      .min(1)
      .max(16)
      .optional(),
    database: databaseNameSchema.optional(),
    /** Oracle only, in place of `database`. */
    sid: databaseNameSchema.optional(),
    driverVersion: driverVersionSchema,
    /** Connection properties of the allow-list, in any case. */
    properties: propertiesSchema.optional(),
    credentials: credentialsSchema,
    pool: poolSchema.optional(),
    security: securitySchema.optional(),
    health: healthSchema.optional(),
    events: eventsSchema.optional(),
  })
  .superRefine((entry, context) => {
    for (const { path, code, message } of listEntryProblems(entry)) {
      context.addIssue({ code: 'custom', path: [...path], message, params: { code } });
    }
  });
export type ConnectorEntry = z.infer<typeof connectorEntrySchema>;
