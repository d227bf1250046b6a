import { type ConnectorBody, toConnectorBody } from '@dipswitch/contract';

/** Connectors of which nothing is checked or opened, so that a real engine has only the requests to do. */
export function createBodies(count: number, prefix = 'c'): readonly ConnectorBody[] {
  return Array.from({ length: count }, (_, index) =>
    toConnectorBody({
      id: `${prefix}-${index}`,
      name: `Connector ${prefix} ${index}`,
      type: 'postgresql',
      host: 'db.example.com',
      database: 'analytics_dw',
      driverVersion: '42.6.0',
      credentials: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
      health: { enabled: false },
    }),
  );
}
