import { DATABASE_CATALOGUE, toConnectorType } from '../catalogue/database-catalogue.ts';
import type { ConnectionModel, DatabaseHost } from '../connection-string/connection-model.ts';
import { findAllowedProperty, toCanonicalValue } from '../connection-string/connection-properties.ts';
import { renderConnectionString } from '../connection-string/render-connection-string.ts';
import { formatHost, parseHost } from '../network/host.ts';
import type { ConnectorBody } from '../wire/connector.ts';
import type { ConnectorEntry } from './connector-entry.ts';

/** The label that says which project owns a connector; `--prune` touches only what carries it. */
export const OWNERSHIP_LABEL = 'dipswitch.project';

/** What an entry means where it says nothing. */
export const ENTRY_DEFAULTS = {
  minPoolSize: 0,
  maxPoolSize: 10,
  connectionTimeoutSeconds: 25,
  healthIntervalSeconds: 60,
  healthTimeoutSeconds: 5,
} as const;

export interface ToConnectorBodyOptions {
  /** Adds the ownership label. */
  readonly project?: string;
  /** PEM text that the caller read from `caCertificateFile`. */
  readonly caCertificate?: string;
}

/**
 * Makes the body that the server stores from an entry of a project file. Defaults are written out; what the contract
 * takes as its own default (`sslVerification: full`) is left out.
 *
 * @throws ConnectionStringError when the entry cannot be written as a connection string; entries that
 * `readProjectFile` accepted can.
 */
export function toConnectorBody(entry: ConnectorEntry, options: ToConnectorBodyOptions = {}): ConnectorBody {
  const labels = toLabels(entry, options.project);
  return {
    connectorId: entry.id,
    connectorName: entry.name ?? entry.id,
    connectorType: toConnectorType(entry.type),
    ...(entry.description === undefined ? {} : { description: entry.description }),
    ...(labels === undefined ? {} : { labels }),
    configuration: {
      connectionString: renderConnectionString(toConnectionModel(entry)),
      credentials: {},
      credentialMasking: { username: entry.credentials.username, password: entry.credentials.password },
      poolSettings: {
        minPoolSize: entry.pool?.min ?? ENTRY_DEFAULTS.minPoolSize,
        maxPoolSize: entry.pool?.max ?? ENTRY_DEFAULTS.maxPoolSize,
        connectionTimeoutSeconds: entry.pool?.connectionTimeoutSeconds ?? ENTRY_DEFAULTS.connectionTimeoutSeconds,
      },
      securitySettings: toSecuritySettings(entry, options.caCertificate),
    },
    healthCheck: {
      enabled: entry.health?.enabled ?? true,
      query: entry.health?.query ?? DATABASE_CATALOGUE[entry.type].defaultHealthQuery,
      intervalSeconds: entry.health?.intervalSeconds ?? ENTRY_DEFAULTS.healthIntervalSeconds,
      timeoutSeconds: entry.health?.timeoutSeconds ?? ENTRY_DEFAULTS.healthTimeoutSeconds,
    },
    ...(entry.events === undefined
      ? {}
      : { eventSubscriptions: entry.events.map(({ type, webhookUrl }) => ({ eventType: type, webhookUrl })) }),
  };
}

function toConnectionModel(entry: ConnectorEntry): ConnectionModel {
  const { defaultPort } = DATABASE_CATALOGUE[entry.type];
  const given = entry.hosts ?? [{ host: entry.host ?? '', port: entry.port }];
  const hosts: DatabaseHost[] = given.map(({ host, port }) => ({ host: toHost(host), port: port ?? defaultPort }));
  const properties = new Map<string, string>();
  for (const [name, value] of Object.entries(entry.properties ?? {})) {
    const property = findAllowedProperty(entry.type, name);
    const text = String(value);
    if (property === undefined) properties.set(name, text);
    else properties.set(property.name, toCanonicalValue(property.value, text) ?? text);
  }
  return {
    kind: entry.type,
    hosts,
    database: entry.sid ?? entry.database ?? '',
    databaseIsSid: entry.sid !== undefined,
    driverVersion: entry.driverVersion,
    properties,
  };
}

function toHost(text: string): string {
  return parseHost(text) ?? parseHost(formatHost(text)) ?? text;
}

function toLabels(entry: ConnectorEntry, project: string | undefined): Record<string, string> | undefined {
  if (project === undefined) return entry.labels;
  return { ...entry.labels, [OWNERSHIP_LABEL]: project };
}

function toSecuritySettings(
  entry: ConnectorEntry,
  caCertificate: string | undefined,
): ConnectorBody['configuration']['securitySettings'] {
  const verification = entry.security?.sslVerification;
  const certificate = caCertificate ?? entry.security?.caCertificate;
  return {
    enableParameterizedQueries: true,
    sslMode: entry.security?.sslMode ?? true,
    ...(verification === undefined || verification === 'full' ? {} : { sslVerification: verification }),
    ...(certificate === undefined ? {} : { caCertificate: certificate }),
  };
}
