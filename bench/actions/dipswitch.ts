import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectorBody, DataActionBody } from '@dipswitch/contract';
import type { EmbeddedPostgres } from '../../test/support/embedded-postgres.ts';
import { type EngineProcess, startEngine } from '../../test/support/engine-process.ts';
import { type Contestant, PHONE } from './contestant.ts';

const CONNECTOR = 'customers';
const SCOPES = 'integrations:read integrations:write dataactions:read dataactions:write dataactions:execute audit:read';

/** An engine with everything on: token, scope, typed input, limits, breaker, metrics, audit. */
export interface DipswitchContestant extends Contestant {
  readonly engine: EngineProcess;
  readonly token: string;
  /** Stores and publishes another action on the same connector; answers the request that runs it. */
  addAction(action: Omit<DataActionBody, 'connectorId'>): Promise<Contestant['request']>;
  call(method: string, path: string, body?: unknown): Promise<unknown>;
}

export async function startDipswitch(
  postgres: EmbeddedPostgres,
  poolSize: number,
  args: readonly string[] = ['--rate-limit', '1000/s'],
): Promise<DipswitchContestant> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'dip-bench-'));
  const engine = await startEngine({ dataFolder, args });
  await engine.setSecret('DB_USERNAME', postgres.user);
  await engine.setSecret('DB_PASSWORD', postgres.password);
  const { clientId, clientSecret } = await engine.createClient(SCOPES);
  const token = await fetchToken(engine.url, clientId, clientSecret);
  const call = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${engine.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
  await call('PUT', `/api/v1/integrations/connectors/${CONNECTOR}`, connectorBody(postgres, poolSize));
  await waitHealthy(call);
  const toRequest = (actionId: string, body: string): Contestant['request'] => ({
    method: 'POST',
    path: `/api/v1/dataactions/${actionId}/execute`,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
  const addAction = async (action: Omit<DataActionBody, 'connectorId'>) => {
    await call('PUT', `/api/v1/dataactions/${action.actionId}`, { ...action, connectorId: CONNECTOR });
    await call('POST', `/api/v1/dataactions/${action.actionId}/publish`, {});
    return toRequest(action.actionId, JSON.stringify({ ani: PHONE }));
  };
  return {
    name: 'dipswitch, everything on',
    port: engine.port,
    pid: engine.pid,
    engine,
    token,
    call,
    addAction,
    request: await addAction(LOOK_UP_ACTION),
    isRight: (answer, customer) => answer.includes('"outcome":"FOUND"') && answer.includes(`"id":${customer},`),
    async close() {
      await engine.stop();
      await rm(dataFolder, { recursive: true, force: true });
    },
  };
}

/** The look-up of all contestants as a data action; the limits are above what the load asks for, and in force. */
export const LOOK_UP_ACTION: Omit<DataActionBody, 'connectorId'> = {
  actionId: 'customer-by-ani',
  name: 'Customer by calling number',
  statement: 'select id, full_name, tier, balance from customers where phone = :ani limit 1',
  access: 'read',
  input: {
    type: 'object',
    required: ['ani'],
    properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
  },
  output: {
    type: 'object',
    properties: {
      id: { type: 'integer' },
      full_name: { type: 'string', maxLength: 80 },
      tier: { type: 'string', maxLength: 16, default: 'NONE' },
      balance: { type: 'number', default: 0 },
    },
  },
  limits: { deadlineMs: 3000, maxRows: 1, maxBytes: 32_768, maxConcurrency: 500, ratePerSecond: 100_000 },
  // Random numbers out of 100 000 hardly coincide, but sharing one statement would be no fair look-up.
  cache: { ttlSeconds: 0, staleIfErrorSeconds: 0, coalesce: false },
};

async function fetchToken(url: string, clientId: string, clientSecret: string): Promise<string> {
  const response = await fetch(`${url}/oauth/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
  });
  const answer: unknown = await response.json();
  const token: unknown =
    typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'access_token') : undefined;
  if (typeof token !== 'string') throw new Error('the engine gave no token');
  return token;
}

async function waitHealthy(call: (method: string, path: string) => Promise<unknown>): Promise<void> {
  const endsAt = performance.now() + 30_000;
  while (performance.now() < endsAt) {
    const health = await call('GET', `/api/v1/integrations/connectors/${CONNECTOR}/health`);
    if (typeof health === 'object' && health !== null && Reflect.get(health, 'status') === 'HEALTHY') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the connector did not turn healthy');
}

function connectorBody(postgres: EmbeddedPostgres, poolSize: number): ConnectorBody {
  return {
    connectorId: CONNECTOR,
    connectorName: 'Customers',
    connectorType: 'DATABASE_POSTGRESQL',
    configuration: {
      connectionString: `jdbc:postgresql://127.0.0.1:${postgres.port}/postgres?driverVersion=42.6.0`,
      credentials: {},
      credentialMasking: { username: 'DB_USERNAME', password: 'DB_PASSWORD' },
      poolSettings: { minPoolSize: 0, maxPoolSize: poolSize, connectionTimeoutSeconds: 5 },
      securitySettings: { enableParameterizedQueries: true, sslMode: false },
    },
    healthCheck: { enabled: true, query: 'SELECT 1', intervalSeconds: 10, timeoutSeconds: 5 },
  };
}
