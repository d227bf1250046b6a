import { z } from 'zod';
import { describeRule, judgeProperty, toCanonicalValue } from '../connection-string/connection-properties.ts';
import { formatHost, parseHost } from '../connection-string/host.ts';
import { DATABASE_NAME_PATTERN } from '../connection-string/parse-connection-string.ts';
import { DATABASE_KINDS, type DatabaseKind } from '../database-catalogue.ts';
import { DRIVER_VERSION_PATTERN } from '../driver-version.ts';
import type { FindingCode } from '../finding-codes.ts';
import { isSecretReference } from '../secret-reference.ts';
import {
  CONNECTOR_LIMITS,
  EVENT_TYPES,
  ID_PATTERN,
  LABEL_NAME_PATTERN,
  LINE_PATTERN,
  SSL_VERIFICATIONS,
  TEXT_PATTERN,
  WEBHOOK_URL_MAX_LENGTH,
} from '../wire/connector.ts';

interface PropertyProblem {
  readonly name: string;
  readonly code: FindingCode;
  readonly message: string;
}

function listPropertyProblems(kind: DatabaseKind, properties: Readonly<Record<string, unknown>>): PropertyProblem[] {
  const problems: PropertyProblem[] = [];
  for (const [name, value] of Object.entries(properties)) {
    const verdict = judgeProperty(kind, name);
    if (verdict.kind !== 'allowed') {
      problems.push({ name, ...PROPERTY_REFUSALS[verdict.kind] });
    } else if (toCanonicalValue(verdict.property.value, String(value)) === null) {
      const message = `must be ${describeRule(verdict.property.value)}`;
      problems.push({ name, code: 'INVALID_CONNECTION_PROPERTY_VALUE', message });
    }
  }
  return problems;
}

const PROPERTY_REFUSALS = {
  credential: { code: 'CREDENTIAL_IN_CONNECTION_STRING', message: 'carries a credential; use credentials' },
  forbidden: { code: 'FORBIDDEN_CONNECTION_PROPERTY', message: 'is refused by name' },
  unknown: { code: 'UNKNOWN_CONNECTION_PROPERTY', message: 'is not on the allow-list of the database kind' },
} as const;

// A host may be written with or without brackets around IPv6 in a file.
const hostSchema = z.string().refine((host) => parseHost(formatHost(host)) !== null || parseHost(host) !== null, {
  message: 'must be a host name, a dotted IPv4 address or an IPv6 address',
});

// A refinement and not a range, so that the finding carries its own code; `meta` tells the range to editors.
const portSchema = z
  .int()
  .refine((port) => port >= 1 && port <= 65_535, {
    message: 'must be from 1 to 65535',
    params: { code: 'INVALID_PORT' },
  })
  .meta({ minimum: 1, maximum: 65_535 });

const databaseNameSchema = z.string().regex(DATABASE_NAME_PATTERN, 'must be 1 to 128 letters, digits and _ $ -');

const referenceSchema = z.string().refine(isSecretReference, {
  message: 'must be a secret reference such as vault://mount/path#field, or a label',
  params: { code: 'INVALID_SECRET_REFERENCE' },
});

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
  .refine((security) => security.caCertificate === undefined || security.caCertificateFile === undefined, {
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
    labels: z
      .record(
        z.string().regex(LABEL_NAME_PATTERN),
        z.string().max(255).regex(LINE_PATTERN, 'must not hold control characters'),
      )
      .optional(),
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
    driverVersion: z.string().refine((version) => DRIVER_VERSION_PATTERN.test(version), {
      message: 'must be a version such as 42.6.0',
      params: { code: 'UNSUPPORTED_DRIVER_VERSION' },
    }),
    /** Connection properties of the allow-list, in any case. */
    properties: z.record(z.string(), z.union([z.string().max(255), z.number(), z.boolean()])).optional(),
    credentials: z.strictObject({ username: referenceSchema, password: referenceSchema }),
    pool: poolSchema.optional(),
    security: securitySchema.optional(),
    health: healthSchema.optional(),
    events: z.array(eventSchema).max(CONNECTOR_LIMITS.eventSubscriptionsMax).optional(),
  })
  .superRefine((entry, context) => {
    const complain = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (entry.host === undefined && entry.hosts === undefined) {
      context.addIssue({ code: 'custom', path: ['host'], message: 'is required', params: { code: 'REQUIRED' } });
    }
    if (entry.hosts !== undefined && (entry.host !== undefined || entry.port !== undefined)) {
      complain(['hosts'], 'give host and port, or hosts, not both');
    }
    if (entry.hosts !== undefined && entry.hosts.length > 1 && entry.type !== 'postgresql' && entry.type !== 'mysql') {
      complain(['hosts'], `a ${entry.type} connection has exactly one host`);
    }
    if (entry.database === undefined && entry.sid === undefined) {
      context.addIssue({ code: 'custom', path: ['database'], message: 'is required', params: { code: 'REQUIRED' } });
    }
    for (const { name, code, message } of listPropertyProblems(entry.type, entry.properties ?? {})) {
      context.addIssue({ code: 'custom', path: ['properties', name], message, params: { code } });
    }
    if (entry.sid !== undefined && (entry.database !== undefined || entry.type !== 'oracle')) {
      complain(['sid'], 'is for Oracle only, in place of database');
    }
  });
export type ConnectorEntry = z.infer<typeof connectorEntrySchema>;
