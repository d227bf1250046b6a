import {
  CONNECTOR_TYPES,
  type ConnectorType,
  type DatabaseKind,
  toDatabaseKind,
} from '../catalogue/database-catalogue.ts';
import { CONNECTOR_LIMITS, WEBHOOK_URL_MAX_LENGTH } from '../wire/connector-limits.ts';

/**
 * The members of a body that the rules look at; undefined where a member is missing or of the wrong type. So the
 * rules run over a body with a broken structure too, and every problem is told at once.
 */
export interface ConnectorDraft {
  readonly connectorId: string | undefined;
  readonly labelCount: number;
  readonly kind: DatabaseKind | undefined;
  readonly connectionString: string | undefined;
  readonly usernameReference: string | undefined;
  readonly passwordReference: string | undefined;
  readonly minPoolSize: number | undefined;
  readonly maxPoolSize: number | undefined;
  readonly parameterizedQueries: boolean | undefined;
  readonly sslMode: boolean | undefined;
  readonly sslVerification: string | undefined;
  readonly caCertificate: string | undefined;
  readonly healthQuery: string | undefined;
  readonly healthIntervalSeconds: number | undefined;
  readonly healthTimeoutSeconds: number | undefined;
  readonly webhookUrls: readonly (string | undefined)[];
}

type Members = Readonly<Record<string, unknown>>;

const NO_MEMBERS: Members = Object.freeze({});
const NO_URLS: readonly undefined[] = [];

export function toConnectorDraft(value: unknown): ConnectorDraft {
  const body = toMembers(value);
  const configuration = toMembers(body.configuration);
  const masking = toMembers(configuration.credentialMasking);
  const pool = toMembers(configuration.poolSettings);
  const security = toMembers(configuration.securitySettings);
  const health = toMembers(body.healthCheck);
  return {
    connectorId: toText(body.connectorId),
    labelCount: body.labels === undefined ? 0 : Object.keys(toMembers(body.labels)).length,
    kind: toKind(body.connectorType),
    connectionString: toText(configuration.connectionString),
    usernameReference: toText(masking.username),
    passwordReference: toText(masking.password),
    minPoolSize: toNumber(pool.minPoolSize),
    maxPoolSize: toNumber(pool.maxPoolSize),
    parameterizedQueries: toFlag(security.enableParameterizedQueries),
    sslMode: toFlag(security.sslMode),
    sslVerification: toText(security.sslVerification),
    caCertificate: toText(security.caCertificate),
    healthQuery: toShortText(health.query, CONNECTOR_LIMITS.healthQueryMaxLength),
    healthIntervalSeconds: toNumber(health.intervalSeconds),
    healthTimeoutSeconds: toNumber(health.timeoutSeconds),
    webhookUrls: toWebhookUrls(body.eventSubscriptions),
  };
}

function toKind(value: unknown): DatabaseKind | undefined {
  return isConnectorType(value) ? toDatabaseKind(value) : undefined;
}

function isConnectorType(value: unknown): value is ConnectorType {
  return CONNECTOR_TYPES.some((type) => type === value);
}

function toMembers(value: unknown): Members {
  return isMembers(value) ? value : NO_MEMBERS;
}

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function toText(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What is too long is told by the structure; the rules need not read it. */
function toShortText(value: unknown, maxLength: number): string | undefined {
  return typeof value === 'string' && value.length <= maxLength ? value : undefined;
}

function toNumber(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined;
}

function toFlag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

function toWebhookUrls(value: unknown): readonly (string | undefined)[] {
  if (!Array.isArray(value) || value.length === 0) return NO_URLS;
  return value
    .slice(0, CONNECTOR_LIMITS.eventSubscriptionsMax)
    .map((subscription: unknown) => toShortText(toMembers(subscription).webhookUrl, WEBHOOK_URL_MAX_LENGTH));
}
