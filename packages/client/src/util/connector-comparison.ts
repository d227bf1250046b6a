import {
  type ConnectorBody,
  DATABASE_CATALOGUE,
  parseConnectionString,
  renderConnectionString,
  toDatabaseKind,
} from '@dipswitch/contract';
import { diffFields, type FieldChange, type FieldValue, isSameValue } from './field-diff.ts';

/** The fields in which two connectors differ in meaning; spelled-out defaults and the order of subscriptions do not. */
export function diffConnectors(before: ConnectorBody, after: ConnectorBody): readonly FieldChange[] {
  // Nearly always they are the same to the letter, which is far cheaper to see than to compare them in meaning.
  if (BODY_MEMBERS.every((member) => isSameValue(before[member], after[member]))) return [];
  return diffFields(comparable(before), comparable(after));
}

/** What a body consists of; a stored connector has more. */
const BODY_MEMBERS = [
  'connectorId',
  'connectorName',
  'connectorType',
  'description',
  'labels',
  'configuration',
  'healthCheck',
  'eventSubscriptions',
] as const satisfies readonly (keyof ConnectorBody)[];

export function isSameConnector(left: ConnectorBody, right: ConnectorBody): boolean {
  return diffConnectors(left, right).length === 0;
}

/** A connector with every default filled in, and without what a newer server may add. */
function comparable(body: ConnectorBody): FieldValue {
  const { configuration, healthCheck } = body;
  const { poolSettings, securitySettings, credentialMasking } = configuration;
  return {
    connectorId: body.connectorId,
    connectorName: body.connectorName,
    connectorType: body.connectorType,
    ...(body.description === undefined || body.description === '' ? {} : { description: body.description }),
    labels: { ...body.labels },
    configuration: {
      connectionString: canonicalConnectionString(configuration.connectionString),
      credentialMasking: { username: credentialMasking.username, password: credentialMasking.password },
      poolSettings: {
        minPoolSize: poolSettings.minPoolSize,
        maxPoolSize: poolSettings.maxPoolSize,
        connectionTimeoutSeconds: poolSettings.connectionTimeoutSeconds,
      },
      securitySettings: {
        enableParameterizedQueries: securitySettings.enableParameterizedQueries,
        sslMode: securitySettings.sslMode,
        sslVerification: securitySettings.sslVerification ?? 'full',
        ...(securitySettings.caCertificate === undefined
          ? {}
          : { caCertificate: securitySettings.caCertificate.replaceAll('\r\n', '\n').trim() }),
      },
    },
    ...(healthCheck === undefined
      ? {}
      : {
          healthCheck: {
            enabled: healthCheck.enabled,
            query: healthCheck.query ?? DATABASE_CATALOGUE[toDatabaseKind(body.connectorType)].defaultHealthQuery,
            intervalSeconds: healthCheck.intervalSeconds,
            timeoutSeconds: healthCheck.timeoutSeconds,
          },
        }),
    eventSubscriptions: (body.eventSubscriptions ?? [])
      .map(({ eventType, webhookUrl }) => ({ eventType, webhookUrl }))
      .sort((left, right) => compareTexts(left.eventType + left.webhookUrl, right.eventType + right.webhookUrl)),
  };
}

/** Somebody may have registered the vendor's spelling of the very address that a file writes the tutorial's way. */
function canonicalConnectionString(text: string): string {
  try {
    return renderConnectionString(parseConnectionString(text));
  } catch {
    return text;
  }
}

function compareTexts(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
