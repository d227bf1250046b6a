import { type ConnectorBody, Secret } from '@dipswitch/contract';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import type { Dialer } from '../../../src/drivers/driver.ts';
import { ConnectorRuntimes } from '../../../src/features/connectors/runtime/connector-runtimes.ts';
import type { RuntimeTimes } from '../../../src/features/connectors/runtime/runtime-context.ts';
import type { Connector } from '../../../src/features/connectors/stored/connector.ts';
import { stampOf } from '../../../src/features/connectors/stored/connector.ts';
import {
  type HealthObservation,
  type HealthState,
  INITIAL_HEALTH,
  nextHealth,
} from '../../../src/features/health/health-status.ts';
import type { SecretResolver } from '../../../src/features/secrets/secret-resolver.ts';
import { SecretUnresolvedError } from '../../../src/features/secrets/secret-unresolved-error.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { FakeDriver } from './fake-driver.ts';

export interface BodyChanges {
  readonly host?: string;
  readonly maxPoolSize?: number;
  readonly intervalSeconds?: number;
  readonly healthOff?: boolean;
  readonly connectionTimeoutSeconds?: number;
}

/** The contract's example, with what a test cares about changed. */
export function createBody(id: string, changes: BodyChanges = {}): ConnectorBody {
  const { host = 'db.internal.net', maxPoolSize = 15, intervalSeconds = 60, healthOff = false } = changes;
  return {
    connectorId: id,
    connectorName: 'Production Analytics PostgreSQL',
    connectorType: 'DATABASE_POSTGRESQL',
    configuration: {
      connectionString: `jdbc:postgresql://${host}:5432/analytics_dw?driverVersion=42.6.0`,
      credentials: {},
      credentialMasking: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
      poolSettings: {
        minPoolSize: 2,
        maxPoolSize,
        connectionTimeoutSeconds: changes.connectionTimeoutSeconds ?? 25,
      },
      securitySettings: { enableParameterizedQueries: true, sslMode: true },
    },
    healthCheck: { enabled: !healthOff, query: 'SELECT 1', intervalSeconds, timeoutSeconds: 5 },
    eventSubscriptions: [
      { eventType: 'CONFIG_UPDATED', webhookUrl: 'https://vault-sync.internal/webhooks/cxone-config' },
      { eventType: 'HEALTH_CHANGED', webhookUrl: 'https://hooks.example.com/health' },
      { eventType: 'CONNECTOR_DELETED', webhookUrl: 'https://hooks.example.com/deleted' },
    ],
  };
}

/** Stored connectors in memory; `put` and `delete` are what the service would commit. */
export class FakeConnectorStore {
  readonly connectors = new Map<string, Connector>();
  failure: Error | undefined;
  reads = 0;

  put(id: string, changes: BodyChanges & { paused?: boolean } = {}): Connector {
    const known = this.connectors.get(id);
    const connector: Connector = {
      id,
      tenant: 'acme',
      body: createBody(id, changes),
      revision: (known?.revision ?? 0) + 1,
      paused: changes.paused ?? false,
      createdAt: known?.createdAt ?? 1_000 + this.connectors.size,
      updatedAt: 1_000,
    };
    this.connectors.set(id, connector);
    return connector;
  }

  async find(id: string): Promise<Connector | undefined> {
    this.reads += 1;
    if (this.failure !== undefined) throw this.failure;
    return this.connectors.get(id);
  }

  async head(id: string) {
    const connector = await this.find(id);
    return connector === undefined ? undefined : { stamp: stampOf(connector), paused: connector.paused };
  }

  async listHeads({ limit, after }: { limit: number; after?: string | undefined }) {
    this.reads += 1;
    if (this.failure !== undefined) throw this.failure;
    const sorted = [...this.connectors.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
    const page = sorted.filter(({ id }) => after === undefined || id > after).slice(0, limit);
    return page.map((connector) => ({ id: connector.id, stamp: stampOf(connector), paused: connector.paused }));
  }

  async findMany(ids: readonly string[]): Promise<readonly Connector[]> {
    return [...this.connectors.values()].filter(({ id }) => ids.includes(id));
  }
}

/** Health by the real transitions, kept in memory with everything that was observed. */
export class FakeHealth {
  readonly states = new Map<string, HealthState>();
  readonly seen: Array<{ id: string; kind: HealthObservation['kind'] }> = [];

  of(id: string): HealthState {
    return this.states.get(id) ?? INITIAL_HEALTH;
  }

  async observe({ connectorId }: { connectorId: string }, seen: HealthObservation): Promise<HealthState> {
    const next = nextHealth(this.of(connectorId), seen);
    this.states.set(connectorId, next);
    this.seen.push({ id: connectorId, kind: seen.kind });
    return next;
  }

  async getMany(): Promise<ReadonlyMap<string, HealthState>> {
    return this.states;
  }

  forget(id: string): void {
    this.states.delete(id);
  }
}

/** Secrets in memory; setting one makes a new version. */
export class FakeSecrets implements SecretResolver {
  readonly #values = new Map<string, { value: string; version: number }>();
  resolutions = 0;

  set(name: string, value: string): void {
    this.#values.set(name, { value, version: (this.#values.get(name)?.version ?? 0) + 1 });
  }

  delete(name: string): void {
    this.#values.delete(name);
  }

  async resolve(_tenant: string, reference: string) {
    this.resolutions += 1;
    const known = this.#values.get(reference);
    if (known === undefined) throw new SecretUnresolvedError(reference, 'nothing is stored under its name');
    return { value: new Secret(known.value), version: String(known.version) };
  }

  async version(tenant: string, reference: string): Promise<string> {
    return (await this.resolve(tenant, reference)).version;
  }
}

export const NO_DIALER: Dialer = {
  dial: async () => {
    throw new Error('a unit test dials nothing');
  },
};

export interface RuntimesFixture {
  readonly clock: FakeClock;
  readonly driver: FakeDriver;
  readonly store: FakeConnectorStore;
  readonly health: FakeHealth;
  readonly secrets: FakeSecrets;
  readonly logger: RecordingLogger;
  readonly rotations: string[];
  /** While it has a failure, a rotation cannot be recorded. */
  readonly publishing: { failure: Error | undefined };
  /** Connectors that published data actions write through. */
  readonly writers: Set<string>;
  readonly runtimes: ConnectorRuntimes;
  /** Moves the clock in small steps and lets everything that follows happen. */
  pass(ms: number, stepMs?: number): Promise<void>;
}

/** Runtimes over fakes only: no state database, no network, no time of their own. */
export function createRuntimesFixture(
  times: Partial<RuntimeTimes> = {},
  random: () => number = () => 0.5,
): RuntimesFixture {
  const clock = new FakeClock();
  const driver = new FakeDriver();
  const store = new FakeConnectorStore();
  const health = new FakeHealth();
  const secrets = new FakeSecrets();
  const logger = new RecordingLogger();
  const rotations: string[] = [];
  const writers = new Set<string>();
  const publishing: { failure: Error | undefined } = { failure: undefined };
  secrets.set('VAULT_DB_USERNAME', 'app');
  secrets.set('VAULT_DB_PASSWORD', 'canary-password-1');
  const runtimes = new ConnectorRuntimes({
    drivers: { get: async () => driver },
    dialer: NO_DIALER,
    policy: {},
    needsWrites: async (id) => writers.has(id),
    publishRotation: async ({ id }) => {
      if (publishing.failure !== undefined) throw publishing.failure;
      rotations.push(id);
    },
    ...{ clock, store, health, secrets, logger, random, times },
  });
  const pass = async (ms: number, stepMs = 1_000): Promise<void> => {
    await settle();
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(Math.min(stepMs, left));
      await settle();
    }
  };
  return { clock, driver, store, health, secrets, logger, rotations, publishing, writers, runtimes, pass };
}

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
