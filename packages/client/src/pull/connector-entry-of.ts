import {
  type ConnectorBody,
  DATABASE_CATALOGUE,
  ENTRY_DEFAULTS,
  OWNERSHIP_LABEL,
  parseConnectionString,
  toDatabaseKind,
} from '@dipswitch/contract';
import type { FieldValue } from '../util/field-diff.ts';

/** An entry of a project file as plain fields. */
export type EntryFields = { readonly [key: string]: FieldValue };

/**
 * The entry of a project file that means this body, as short as it can be: what an entry means by itself is left out.
 * The ownership label of `project` is the file's to say. @throws ConnectionStringError for an address no entry can write
 */
export function connectorEntryOf(body: ConnectorBody, project: string | undefined): EntryFields {
  const { configuration, description } = body;
  const type = toDatabaseKind(body.connectorType);
  const { username, password } = configuration.credentialMasking;
  return compact({
    id: body.connectorId,
    name: unless(body.connectorName, body.connectorId),
    description: unless(description, ''),
    labels: labelsOf(body, project),
    type,
    ...addressOf(body),
    credentials: { username, password },
    pool: poolOf(body),
    security: securityOf(body),
    health: healthOf(body),
    events: (body.eventSubscriptions ?? []).map((event) => ({ type: event.eventType, webhookUrl: event.webhookUrl })),
  });
}

function labelsOf({ labels }: ConnectorBody, project: string | undefined): EntryFields {
  return Object.fromEntries(
    Object.entries(labels ?? {}).filter(([name, value]) => name !== OWNERSHIP_LABEL || value !== project),
  );
}

function addressOf({ configuration, connectorType }: ConnectorBody): EntryFields {
  const model = parseConnectionString(configuration.connectionString);
  const { defaultPort } = DATABASE_CATALOGUE[toDatabaseKind(connectorType)];
  const hosts = model.hosts.map(({ host, port }) => compact({ host, port: unless(port, defaultPort) }));
  const [first] = hosts;
  return compact({
    ...(hosts.length === 1 && first !== undefined ? first : { hosts }),
    [model.databaseIsSid ? 'sid' : 'database']: model.database,
    driverVersion: model.driverVersion,
    properties: Object.fromEntries(model.properties),
  });
}

function poolOf({ configuration }: ConnectorBody): EntryFields {
  const { minPoolSize, maxPoolSize, connectionTimeoutSeconds } = configuration.poolSettings;
  return compact({
    min: unless(minPoolSize, ENTRY_DEFAULTS.minPoolSize),
    max: unless(maxPoolSize, ENTRY_DEFAULTS.maxPoolSize),
    connectionTimeoutSeconds: unless(connectionTimeoutSeconds, ENTRY_DEFAULTS.connectionTimeoutSeconds),
  });
}

function securityOf({ configuration }: ConnectorBody): EntryFields {
  const { sslMode, sslVerification, caCertificate } = configuration.securitySettings;
  return compact({ sslMode: unless(sslMode, true), sslVerification: unless(sslVerification, 'full'), caCertificate });
}

function healthOf({ healthCheck, connectorType }: ConnectorBody): EntryFields {
  // An entry always asks for health checks, unless it says no.
  if (healthCheck === undefined) return { enabled: false };
  const { defaultHealthQuery } = DATABASE_CATALOGUE[toDatabaseKind(connectorType)];
  return compact({
    enabled: unless(healthCheck.enabled, true),
    query: unless(healthCheck.query, defaultHealthQuery),
    intervalSeconds: unless(healthCheck.intervalSeconds, ENTRY_DEFAULTS.healthIntervalSeconds),
    timeoutSeconds: unless(healthCheck.timeoutSeconds, ENTRY_DEFAULTS.healthTimeoutSeconds),
  });
}

function unless<Value>(value: Value, implied: Value): Value | undefined {
  return value === implied ? undefined : value;
}

/** Without what is undefined, and without empty maps and lists. */
function compact(fields: { readonly [key: string]: FieldValue | undefined }): EntryFields {
  const kept: Record<string, FieldValue> = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) continue;
    kept[key] = value;
  }
  return kept;
}
