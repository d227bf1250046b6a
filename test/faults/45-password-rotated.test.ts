import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import { Product } from '../support/product.ts';
import { openFaultSeed } from '../support/random.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const postgresUrl = inject('postgresUrl');
const ID = 'rotated';
/** How long the engine is left alone with a password that no longer works. */
const SIEGE_MS = isFullLength(process.env) ? 60_000 : 5_000;
/** An account that is locked after ten tries in a minute stays open. */
const MOST_TRIES = isFullLength(process.env) ? 10 : 4;
/** Calls of a data action meanwhile: no caller is a reason for another login. */
const CALLS_PER_SECOND = 20;
const ACTION = 'who-am-i';

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
    const path = `/api/v1/dataactions/${ACTION}`;
    const action = {
      actionId: ACTION,
      connectorId: ID,
      statement: 'select current_user::text as name limit 1',
      access: 'read',
      input: { type: 'object', properties: {} },
      output: { type: 'object', properties: { name: { type: 'string', maxLength: 100 } } },
      limits: { deadlineMs: 2_000 },
      cache: { coalesce: false },
    };
    expect((await product.api(path, { method: 'PUT', body: action })).status).toBe(200);
    expect((await product.api(`${path}/publish`, { method: 'POST', body: {} })).status).toBe(200);
    expect(await execute()).toBe('FOUND');
  });
  const execute = async () =>
    (await product.api(`/api/v1/dataactions/${ACTION}/execute`, { method: 'POST', body: {} })).json.outcome;

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await receiver?.close();
    await proxy?.close();
    await account?.drop();
  });

  it(
    'says so, tries the old password a few times only, and takes the new one by itself',
    async ({ task }) => {
      const next = `${account.password}-next`;
      await account.setPassword(next);
      await endSessions();
      const sick = await waitForStatus('UNHEALTHY');
      expect(sick.errorClass).toBe('AUTHENTICATION_FAILED');

      const before = proxy.accepted;
      const endsAt = performance.now() + SIEGE_MS;
      while (performance.now() < endsAt) {
        expect(['UNAVAILABLE', 'TIMEOUT']).toContain(await execute());
        await new Promise((resolve) => setTimeout(resolve, 1_000 / CALLS_PER_SECOND));
      }
      const tries = proxy.accepted - before;
      expectFigures(task, [
        { what: `logins in ${SIEGE_MS / 1_000} s of calls`, measured: tries, unit: '', atMost: MOST_TRIES },
      ]);

      await product.engine.setSecret('DB_PASSWORD', next);
      await waitForStatus('HEALTHY');
      const { body } = await receiver.waitForDelivery(({ path }) => path === '/rotated');
      expect(body).toMatchObject({ action: 'SECRET_ROTATED', connectorId: ID });
      expect(JSON.stringify(receiver.deliveries)).not.toContain(next);
    },
    SIEGE_MS + 60_000,
  );

  it('resolves the reference again when a login is refused, and serves with a handful of logins', async ({ task }) => {
    const next = `${account.password}-second`;
    await account.setPassword(next);
    await product.engine.setSecret('DB_PASSWORD', next);
    const before = proxy.accepted;
    const startedAt = performance.now();
    await endSessions();
    await waitFor('calls to be served', async () => (await execute()) === 'FOUND', { timeoutMs: 30_000 });
    expectFigures(task, [
      { what: 'served again after', measured: performance.now() - startedAt, unit: 'ms' },
      { what: 'logins for it', measured: proxy.accepted - before, unit: '', atMost: 4 },
    ]);
    await waitForStatus('HEALTHY');
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
