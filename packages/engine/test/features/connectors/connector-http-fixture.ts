import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Scope, Secret, type ValidationPolicy } from '@dipswitch/contract';
import type { FastifyInstance } from 'fastify';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { ConnectorDirectory } from '../../../src/features/connectors/connector-directory.ts';
import { registerConnectorRoutes } from '../../../src/features/connectors/connector-routes.ts';
import { ConnectorService, type ConnectorServiceOptions } from '../../../src/features/connectors/connector-service.ts';
import { createRotationPublisher } from '../../../src/features/connectors/rotation-publisher.ts';
import { ConnectorRuntimes } from '../../../src/features/connectors/runtime/connector-runtimes.ts';
import { ConnectorStore } from '../../../src/features/connectors/stored/connector-store.ts';
import { HealthService } from '../../../src/features/health/health-service.ts';
import { HealthStore } from '../../../src/features/health/health-store.ts';
import { SecretService } from '../../../src/features/secrets/secret-service.ts';
import { createHttpServer } from '../../../src/http/create-http-server.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import type { StatePlace } from '../../support/state-databases.ts';
import { NO_DIALER, settle } from './connector-fixture.ts';
import { FakeDriver } from './fake-driver.ts';

export const BASE = '/api/v1/integrations/connectors';
/** The wall clock at the start of every test, and of the fixtures of the contract. */
const STARTED_AT = Date.UTC(2026, 10, 23, 9);

const READ: readonly Scope[] = ['integrations:read', 'dataactions:read'];
const ALL: readonly Scope[] = [...READ, 'integrations:write', 'dataactions:write'];
const CALLERS: Readonly<Record<string, { tenant: string; actor: string; scopes: ReadonlySet<Scope> }>> = {
  acme: { tenant: 'acme', actor: 'client-acme', scopes: new Set(ALL) },
  other: { tenant: 'other', actor: 'client-other', scopes: new Set(ALL) },
  reader: { tenant: 'acme', actor: 'client-reader', scopes: new Set(READ) },
};

export interface HttpFixtureOptions {
  readonly policy?: Partial<ValidationPolicy>;
  readonly isInUse?: boolean;
  readonly testsAtOnce?: number;
  /** Adds what stands on connectors; called once, before the first request. */
  readonly extend?: (basis: HttpFixtureBasis) => void;
}

/** What stands on connectors is made of. */
export interface HttpFixtureBasis {
  readonly app: FastifyInstance;
  readonly state: StateDatabase;
  readonly clock: FakeClock;
  readonly changes: CollectedChanges;
  readonly logger: RecordingLogger;
  readonly runtimes: ConnectorRuntimes;
  readonly directory: ConnectorDirectory;
  /** Has the connectors ask whether something uses them. */
  readonly useInUse: (isInUse: NonNullable<ConnectorServiceOptions['isInUse']>) => void;
}

export interface Call {
  readonly as?: 'acme' | 'other' | 'reader';
  readonly headers?: Readonly<Record<string, string>>;
  /** A text is sent as it is, anything else as JSON. */
  readonly body?: unknown;
}

/** The connector routes behind the real HTTP server, over a real state database, with fake databases behind. */
export async function openHttpFixture(place: StatePlace, options: HttpFixtureOptions = {}) {
  const state = await place.open();
  const clock = new FakeClock(STARTED_AT);
  const changes = new CollectedChanges(state);
  const logger = new RecordingLogger();
  const driver = new FakeDriver();
  const sealer = createSealer(new Uint8Array(32).fill(5));
  const secrets = new SecretService({ state, sealer, transactions: changes, clock });
  const operator = { tenant: 'acme', actor: 'operator', requestId: 'setup' };
  await secrets.set(operator, 'VAULT_DB_USERNAME', new Secret('app'));
  await secrets.set(operator, 'VAULT_DB_PASSWORD', new Secret('canary-database-password'));
  changes.entries.length = 0;
  const store = new ConnectorStore(state);
  const health = new HealthService({
    state,
    store: new HealthStore(state),
    transactions: changes,
    clock,
    logger,
  });
  const opening = { drivers: { get: async () => driver }, dialer: NO_DIALER, secrets, clock, logger };
  const policy = options.policy ?? {};
  const publishRotation = createRotationPublisher({ transactions: changes, clock });
  // Not quite one: the first check after an opening is due after the whole interval.
  const random = () => 0.999_999_999;
  const real = new ConnectorRuntimes({ ...opening, store, health, policy, random, publishRotation });
  /** While held, a change is stored and no runtime looks at it. */
  const held = { isHeld: false };
  const runtimes: Pick<ConnectorRuntimes, 'reconcile' | 'checkNow' | 'snapshot'> = {
    reconcile: (id) => {
      if (!held.isHeld) real.reconcile(id);
    },
    checkNow: (id, waitMs) => real.checkNow(id, waitMs),
    snapshot: (id) => real.snapshot(id),
  };
  let isInUse: NonNullable<ConnectorServiceOptions['isInUse']> = async () => options.isInUse === true;
  const service = new ConnectorService({
    ...{ store, transactions: changes, health, runtimes, policy, clock, test: opening },
    isInUse: (id, within) => isInUse(id, within),
    testsAtOnce: options.testsAtOnce ?? 8,
  });
  const metrics = createMetrics('0.0.0-test');
  const server = createHttpServer({
    authenticator: {
      authenticateToken: async (token) => CALLERS[token] ?? null,
      authenticateKey: async () => null,
    },
    ...{ metrics, logger, clock, writesPerSecond: 50 },
  });
  registerConnectorRoutes(server.app, { service, now: () => clock.now() });
  options.extend?.({
    ...{ app: server.app, state, clock, changes, logger, runtimes: real },
    directory: new ConnectorDirectory(store),
    useInUse: (asked) => {
      isInUse = asked;
    },
  });
  return {
    ...{ clock, changes, logger, driver, secrets, operator, health, held, app: server.app },
    runtimes: real,
    async call(method: 'GET' | 'PUT' | 'POST' | 'DELETE', path: string, { as = 'acme', headers, body }: Call = {}) {
      const answer = await server.app.inject({
        method,
        url: path,
        headers: {
          authorization: `Bearer ${as}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      return {
        status: answer.statusCode,
        headers: answer.headers,
        text: answer.body,
        body: answer.body === '' ? null : answer.json(),
      };
    },
    /** Everything that the state database left in its folder, as text. */
    async storedText(): Promise<string> {
      const files = await readdir(place.options.dataDir);
      const contents = await Promise.all(files.map((file) => readFile(join(place.options.dataDir, file), 'latin1')));
      return contents.join('\n');
    },
    async close(): Promise<void> {
      const closing = real.close(0);
      await settle();
      clock.advance(2_000);
      await closing;
      await server.drain(0);
      metrics.close();
      await health.close();
    },
  };
}

export type HttpFixture = Awaited<ReturnType<typeof openHttpFixture>>;
