/**
 * The engine of `bench/scale-engine.ts`, in a process of its own: FOLDER CONNECTORS SECONDS. With 0 seconds it stores the
 * connectors and ends, else it runs what is stored and prints one line of JSON.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectorBody } from '@dipswitch/contract';
import { openApp } from '../../packages/engine/src/app/app.ts';
import type { Driver, DriverPool } from '../../packages/engine/src/drivers/driver.ts';
import { ConnectorStore } from '../../packages/engine/src/features/connectors/stored/connector-store.ts';
import { INITIAL_HEALTH } from '../../packages/engine/src/features/health/health-status.ts';
import { HealthStore } from '../../packages/engine/src/features/health/health-store.ts';
import { sealingContext } from '../../packages/engine/src/features/secrets/local-secret-provider.ts';
import { SecretStore } from '../../packages/engine/src/features/secrets/secret-store.ts';
import { openSealer } from '../../packages/engine/src/seal/master-key.ts';
import { loadConfig } from '../../packages/engine/src/settings/config.ts';
import type { Logger } from '../../packages/engine/src/util/logger.ts';

const [folder = '', connectorsText, secondsText] = process.argv.slice(2);
const connectors = Number(connectorsText);
const seconds = Number(secondsText);
const TENANT = 'bench';
const SECRETS = ['DB_USERNAME', 'DB_PASSWORD'];

let checks = 0;
let pools = 0;
let logLines = 0;
const count = (): void => {
  logLines += 1;
};
const logger: Logger = { debug() {}, info: count, warn: count, error: count, child: () => logger };

const pool: DriverPool = {
  run: async () => ({ columns: [], rows: [], affectedRows: 0, truncated: false, queueMs: 0, databaseMs: 0 }),
  describe: async () => ({ columns: null, writes: null, plan: null }),
  async probe() {
    checks += 1;
    return { latencyMs: 0.3, serverVersion: 'none', readOnly: false };
  },
  statistics: () => ({ open: 1, idle: 1, waiting: 0, max: 15 }),
  close: async () => undefined,
};
const driver: Driver = {
  kind: 'postgresql',
  module: 'none',
  capabilities: {
    readOnlySession: true,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: true,
    zonedTimestamp: true,
    gaps: {},
  },
  placeholder: (position) => `$${position}`,
  createPool() {
    pools += 1;
    return { ...pool };
  },
};

const config = await loadConfig(['--port', '0', '--data-dir', folder], {});
const drivers = { get: async () => driver };
const app = await openApp({ ...config, version: 'bench', environment: {}, logger, drivers });
if (seconds === 0) await store();
else await run();
await app.close();

async function run(): Promise<void> {
  await app.listen();
  // All are opened within a window of connectors/200 seconds; the checks that follow lie evenly in the interval.
  await waitUntil(() => pools >= connectors);
  await sleep(2_000);
  process.stdout.write(JSON.stringify(await measure()));
}

async function measure() {
  const linesBefore = logLines;
  const checksBefore = checks;
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const eachSecond: number[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const before = checks;
    await sleep(1_000);
    eachSecond.push(checks - before);
  }
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const checksPerSecond = ((checks - checksBefore) / elapsedMs) * 1000;
  globalThis.gc?.();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rssMb: rss / 2 ** 20,
    heapMb: heapUsed / 2 ** 20,
    cpuPercent: (user + system) / 10 / elapsedMs,
    checksPerSecond,
    busiestOverMean: Math.max(...eachSecond) / checksPerSecond,
    logLines: logLines - linesBefore,
  };
}

async function store(): Promise<void> {
  const sealer = await openSealer(folder, undefined);
  const secretStore = new SecretStore(app.state);
  const connectorStore = new ConnectorStore(app.state);
  const healthStore = new HealthStore(app.state);
  const at = { createdAt: Date.now(), updatedAt: Date.now() };
  await app.state.transaction(async (transaction) => {
    await transaction.insertInto('tenants').values({ tenant_id: TENANT, created_at: at.createdAt }).execute();
    for (const name of SECRETS) {
      const sealedValue = sealer.seal('of-no-value', sealingContext(TENANT, name, 1));
      await secretStore.put({ tenant: TENANT, name, version: 1, sealedValue, ...at }, transaction);
    }
    for (let index = 0; index < connectors; index += 1) {
      const id = `connector-${String(index).padStart(6, '0')}`;
      const connector = { id, tenant: TENANT, body: createBody(id), revision: 1, paused: false, ...at };
      await connectorStore.insert(connector, transaction);
      await healthStore.insert(id, INITIAL_HEALTH, at.createdAt, transaction);
    }
  });
}

function createBody(id: string): ConnectorBody {
  return {
    connectorId: id,
    connectorName: 'Production Analytics PostgreSQL',
    connectorType: 'DATABASE_POSTGRESQL',
    configuration: {
      connectionString: 'jdbc:postgresql://db.internal.net:5432/analytics_dw?driverVersion=42.6.0',
      credentials: {},
      credentialMasking: { username: 'DB_USERNAME', password: 'DB_PASSWORD' },
      poolSettings: { minPoolSize: 2, maxPoolSize: 15, connectionTimeoutSeconds: 25 },
      securitySettings: { enableParameterizedQueries: true, sslMode: true },
    },
    healthCheck: { enabled: true, query: 'SELECT 1', intervalSeconds: 60, timeoutSeconds: 5 },
    eventSubscriptions: [
      { eventType: 'CONFIG_UPDATED', webhookUrl: 'https://vault-sync.internal/webhooks/cxone-config' },
    ],
  };
}

async function waitUntil(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(100);
}
