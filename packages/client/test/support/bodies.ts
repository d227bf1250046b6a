import {
  type ConnectorBody,
  type ConnectorEntry,
  type DataActionBody,
  OWNERSHIP_LABEL,
  toConnectorBody,
} from '@dipswitch/contract';
import { createDipswitchClient, type DipswitchClient } from '../../src/client.ts';
import type { DesiredState } from '../../src/files/desired-state-types.ts';
import type { ClientSettings } from '../../src/options/client-options.ts';
import type { ClientSecretCredentials } from '../../src/options/credentials.ts';

export const CLIENT_SECRET = 'canary-client-secret-5up3r';

export function createTestClient(
  url: string,
  options: Partial<ClientSettings & ClientSecretCredentials> = {},
): DipswitchClient {
  return createDipswitchClient({ baseUrl: url, clientId: 'dipc_test', clientSecret: CLIENT_SECRET, ...options });
}

export function connectorBody(id: string, changes: Partial<ConnectorEntry> = {}, project?: string): ConnectorBody {
  const entry: ConnectorEntry = {
    id,
    name: `Connector ${id}`,
    type: 'postgresql',
    host: 'db.internal.net',
    database: 'analytics_dw',
    driverVersion: '42.6.0',
    credentials: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
    ...changes,
  };
  return toConnectorBody(entry, project === undefined ? {} : { project });
}

export function dataActionBody(id: string, changes: Partial<DataActionBody> = {}, project?: string): DataActionBody {
  return {
    actionId: id,
    connectorId: 'db-01',
    ...(project === undefined ? {} : { labels: { [OWNERSHIP_LABEL]: project } }),
    statement: 'select id, full_name from customers where phone = :ani limit 1',
    access: 'read',
    input: { type: 'object', required: ['ani'], properties: { ani: { type: 'string', maxLength: 20 } } },
    output: { type: 'object', properties: { id: { type: 'integer' }, full_name: { type: 'string', maxLength: 80 } } },
    ...changes,
  };
}

export function desiredState(
  bodies: readonly ConnectorBody[],
  projects: readonly string[] = [],
  actions: readonly DataActionBody[] = [],
): DesiredState {
  const source = { file: 'dipswitch.yaml', line: 1, column: 1 };
  return {
    projects,
    connectors: bodies.map((body) => ({ body, source })),
    dataActions: actions.map((body) => ({ body, source, kind: 'postgresql' })),
    findings: [],
    files: ['dipswitch.yaml'],
  };
}
