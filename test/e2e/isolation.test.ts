import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { Product } from '../support/product.ts';
import { findFreePort } from '../support/server-process.ts';
import { type SilentServer, startSilentServer } from '../support/silent-server.ts';
import { waitFor } from '../support/wait-for.ts';

const postgresUrl = inject('postgresUrl');
const HEALTHY_COUNT = 12;
const SICK_COUNT = 12;
/** What a sick one is allowed to take for itself; nobody else may wait as long. */
const SICK_TIMEOUT_SECONDS = 10;
const INTERVAL_SECONDS = 2;

describe.runIf(postgresUrl !== null)('dead and silent databases next to healthy ones', () => {
  let product: Product;
  let account: DatabaseAccount;
  let silent: SilentServer;
  let deadPort: number;

  beforeAll(async () => {
    account = await createDatabaseAccount('postgresql', postgresUrl!, `e2e_${randomBytes(4).toString('hex')}`);
    silent = await startSilentServer();
    deadPort = await findFreePort();
    product = await Product.start({ args: ['--rate-limit', '500/s'] });
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await silent?.close();
    await account?.drop();
  });

  const put = async (id: string, port: number) => {
    const body = createConnectorBody(
      { ...account, port },
      {
        id,
        username: 'DB_USER',
        password: 'DB_PASSWORD',
        healthIntervalSeconds: INTERVAL_SECONDS,
        connectionTimeoutSeconds: port === account.port ? 5 : SICK_TIMEOUT_SECONDS,
      },
    );
    const started = performance.now();
    const { status, text } = await product.api(`/api/v1/integrations/connectors/${id}`, { method: 'PUT', body });
    expect(status, text).toBe(200);
    return performance.now() - started;
  };
  const health = async (id: string) => (await product.api(`/api/v1/integrations/connectors/${id}/health`)).json;
  const healthyIds = Array.from({ length: HEALTHY_COUNT }, (_, index) => `healthy-${index}`);

  it('registers all of them at once, without waiting for any database', async () => {
    const sick = Array.from({ length: SICK_COUNT }, (_, index) =>
      put(`sick-${index}`, index % 2 === 0 ? silent.port : deadPort),
    );
    const durations = await Promise.all([...sick, ...healthyIds.map((id) => put(id, account.port))]);
    expect(Math.max(...durations)).toBeLessThan(5_000);
  });

  it('turns every healthy one HEALTHY long before the silent ones give up', async () => {
    const started = performance.now();
    await Promise.all(
      healthyIds.map((id) => waitFor(`${id} to be HEALTHY`, async () => (await health(id)).status === 'HEALTHY')),
    );
    expect(performance.now() - started).toBeLessThan((SICK_TIMEOUT_SECONDS * 1000) / 2);
  });

  it('keeps checking the healthy ones at their interval', async () => {
    await Promise.all(
      healthyIds.map(async (id) => {
        const seen = new Set<unknown>();
        await waitFor(`three checks of ${id}`, async () => seen.add((await health(id)).lastCheckAt).size >= 3, {
          timeoutMs: 3 * 2 * INTERVAL_SECONDS * 1000,
          everyMs: 200,
        });
      }),
    );
  });

  it('answers for a healthy one in milliseconds while a sick one is being checked on demand', async () => {
    const sickCheck = product.api('/api/v1/integrations/connectors/sick-0/health-checks', { method: 'POST' });
    const started = performance.now();
    const { json } = await product.api('/api/v1/integrations/connectors/healthy-0/health-checks', { method: 'POST' });
    const healthyMs = performance.now() - started;
    expect(json.status).toBe('HEALTHY');
    expect(healthyMs).toBeLessThan(2_000);
    await sickCheck;
  });

  it('tells a dead one from a silent one to nobody: both are UNREACHABLE', async () => {
    for (const id of ['sick-0', 'sick-1']) {
      const sick = await waitFor(
        `${id} to be UNHEALTHY`,
        async () => {
          const seen = await health(id);
          return seen.status === 'UNHEALTHY' && seen;
        },
        { timeoutMs: (SICK_TIMEOUT_SECONDS + 10) * 1000 },
      );
      expect(sick.errorClass).toBe('UNREACHABLE');
    }
  });
});
