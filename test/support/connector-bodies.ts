import type { ConnectorBody } from '@dipswitch/contract';
import type { RealKind } from './database-accounts.ts';

export interface ConnectorPlace {
  readonly kind: RealKind;
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export interface ConnectorWishes {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly healthIntervalSeconds?: number;
  readonly connectionTimeoutSeconds?: number;
  readonly eventSubscriptions?: ConnectorBody['eventSubscriptions'];
}

const FACTS = {
  postgresql: { connectorType: 'DATABASE_POSTGRESQL', driverVersion: '42.6.0' },
  mysql: { connectorType: 'DATABASE_MYSQL', driverVersion: '8.1.0' },
} as const;

/** The body of a connector on loopback; `username` and `password` are secret references. */
export function createConnectorBody(place: ConnectorPlace, wishes: ConnectorWishes): ConnectorBody {
  const { connectorType, driverVersion } = FACTS[place.kind];
  const address = `${place.host}:${place.port}/${place.database}`;
  return {
    connectorId: wishes.id,
    connectorName: `Test ${wishes.id}`,
    connectorType,
    configuration: {
      connectionString: `jdbc:${place.kind}://${address}?driverVersion=${driverVersion}`,
      credentials: {},
      credentialMasking: { username: wishes.username, password: wishes.password },
      poolSettings: {
        minPoolSize: 0,
        maxPoolSize: 4,
        connectionTimeoutSeconds: wishes.connectionTimeoutSeconds ?? 5,
      },
      securitySettings: { enableParameterizedQueries: true, sslMode: false },
    },
    healthCheck: {
      enabled: true,
      query: 'SELECT 1',
      intervalSeconds: wishes.healthIntervalSeconds ?? 2,
      timeoutSeconds: 1,
    },
    eventSubscriptions: wishes.eventSubscriptions ?? [],
  };
}

/** The same connector as an entry of `dipswitch.yaml`. */
export function renderConnectorEntry(place: ConnectorPlace, wishes: ConnectorWishes): string {
  const { driverVersion } = FACTS[place.kind];
  const events = (wishes.eventSubscriptions ?? []).map(
    ({ eventType, webhookUrl }) => `{type: ${eventType}, webhookUrl: "${webhookUrl}"}`,
  );
  return `  - id: ${wishes.id}
    name: Test ${wishes.id}
    type: ${place.kind}
    host: ${place.host}
    port: ${place.port}
    database: ${place.database}
    driverVersion: ${driverVersion}
    credentials: {username: ${wishes.username}, password: ${wishes.password}}
    pool: {min: 0, max: 4, connectionTimeoutSeconds: ${wishes.connectionTimeoutSeconds ?? 5}}
    security: {sslMode: false}
    health: {query: SELECT 1, intervalSeconds: ${wishes.healthIntervalSeconds ?? 2}, timeoutSeconds: 1}
    events: [${events.join(', ')}]
`;
}
