import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { Product } from '../support/product.ts';
import { openFaultSeed } from '../support/random.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const postgresUrl = inject('postgresUrl');
const ID = 'rotated';
/** How long the engine is left alone with a password that no longer works. */
const SIEGE_MS = 5_000;

describe.skipIf(postgresUrl === null)('row 45: the password of a database is changed', () => {
  let product: Product;
  let account: DatabaseAccount;
  let proxy: TcpProxy;
  let receiver: WebhookReceiver;

  const health = async () => (await product.api(`/api/v1/integrations/connectors/${ID}/health`)).json;
  const waitForStatus = (status: string) =>
    waitFor(`${ID} to be ${status}`, async () => {
      const seen = await health();
      return seen.status === status && seen;
    });
  const endSessions = async () => {
    const admin = new pg.Client(postgresUrl ?? '');
    await admin.connect();
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where usename = $1', [account.username]);
    await admin.end();
  };

  beforeAll(async () => {
    openFaultSeed(process.env, 'row 45');
    account = await createDatabaseAccount('postgresql', postgresUrl ?? '', `row45_${randomBytes(4).toString('hex')}`);
    proxy = await startTcpProxy({ upstream: { host: account.host, port: account.port } });
    receiver = await startWebhookReceiver();
    product = await Product.start();
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    const body = createConnectorBody(
      { ...account, port: proxy.port },
      {
        id: ID,
        username: 'DB_USER',
        password: 'DB_PASSWORD',
        healthIntervalSeconds: 2,
        eventSubscriptions: [{ eventType: 'SECRET_ROTATED', webhookUrl: `${receiver.url}/rotated` }],
      },
    );
    const { status, text } = await product.api(`/api/v1/integrations/connectors/${ID}`, { method: 'PUT', body });
    expect(status, text).toBe(200);
    await waitForStatus('HEALTHY');
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await receiver?.close();
    await proxy?.close();
    await account?.drop();
  });

  it('says so, tries the old password a few times only, and takes the new one by itself', async () => {
    const next = `${account.password}-next`;
    await account.setPassword(next);
    await endSessions();
    const sick = await waitForStatus('UNHEALTHY');
    expect(sick.errorClass).toBe('AUTHENTICATION_FAILED');

    const before = proxy.accepted;
    await new Promise((resolve) => setTimeout(resolve, SIEGE_MS));
    // An account that is locked after ten tries in a minute stays open.
    expect(proxy.accepted - before).toBeLessThanOrEqual(4);

    await product.engine.setSecret('DB_PASSWORD', next);
    await waitForStatus('HEALTHY');
    const { body } = await receiver.waitForDelivery(({ path }) => path === '/rotated');
    expect(body).toMatchObject({ action: 'SECRET_ROTATED', connectorId: ID });
    expect(JSON.stringify(receiver.deliveries)).not.toContain(next);
  });

  it('serves on without a gap when the secret comes before the old sessions end', async () => {
    const next = `${account.password}-third`;
    await account.setPassword(next);
    await product.engine.setSecret('DB_PASSWORD', next);
    const deliveries = receiver.deliveries.length;
    await waitFor('the rotation to be announced', () => receiver.deliveries.length > deliveries, { timeoutMs: 30_000 });
    expect((await health()).status).toBe('HEALTHY');
    await endSessions();
    await waitForStatus('HEALTHY');
  });
});
