import type { FindingCode } from '../findings/finding-codes.ts';

/** Where a path of the connector body comes from in an entry of a project file. Longest first. */
const ENTRY_PATHS: readonly (readonly [string, string])[] = [
  ['/configuration/securitySettings', '/security'],
  ['/configuration/poolSettings/minPoolSize', '/pool/min'],
  ['/configuration/poolSettings/maxPoolSize', '/pool/max'],
  ['/configuration/poolSettings', '/pool'],
  ['/configuration/credentialMasking', '/credentials'],
  ['/configuration/credentials', '/credentials'],
  ['/connectorId', '/id'],
  ['/connectorName', '/name'],
  ['/connectorType', '/type'],
  ['/healthCheck', '/health'],
];

/** What in an entry a finding about the connection string speaks of. */
const CONNECTION_STRING_PATHS: Readonly<Partial<Record<FindingCode, string>>> = {
  UNSUPPORTED_DRIVER_VERSION: '/driverVersion',
  DRIVER_ADVISORY: '/driverVersion',
  ADDRESS_REFUSED: '/host',
  INVALID_PORT: '/port',
  UNKNOWN_CONNECTION_PROPERTY: '/properties',
  FORBIDDEN_CONNECTION_PROPERTY: '/properties',
  INVALID_CONNECTION_PROPERTY_VALUE: '/properties',
  DUPLICATE_CONNECTION_PROPERTY: '/properties',
  CREDENTIAL_IN_CONNECTION_STRING: '/properties',
};

/**
 * Turns the path of a finding about a body that `toConnectorBody` made into the path inside the entry it was made
 * from, so that a tool can show the line of the file. What has no member of its own points at the entry ('').
 */
export function toEntryPath(bodyPath: string, code: FindingCode): string {
  if (bodyPath === '/configuration/connectionString') return CONNECTION_STRING_PATHS[code] ?? '';
  const subscription = /^\/eventSubscriptions(\/\d+)?(?:\/(eventType|webhookUrl))?$/.exec(bodyPath);
  if (subscription !== null) {
    const member = subscription[2] === undefined ? '' : subscription[2] === 'eventType' ? '/type' : '/webhookUrl';
    return `/events${subscription[1] ?? ''}${member}`;
  }
  for (const [from, to] of ENTRY_PATHS) {
    if (bodyPath === from || bodyPath.startsWith(`${from}/`)) return to + bodyPath.slice(from.length);
  }
  return /^\/(?:labels|description)(?:\/|$)/.test(bodyPath) ? bodyPath : '';
}
