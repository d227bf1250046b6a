import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { Product } from '../support/product.ts';
import { listStateVariants } from '../support/product-variants.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
const EVENT_TYPES = ['CONFIG_UPDATED', 'CONNECTOR_DELETED', 'HEALTH_CHANGED'] as const;
const postgresUrl = inject('postgresUrl');

describe.runIf(postgresUrl !== null).each(listStateVariants())('events: $state', ({ options }) => {
  let product: Product;
  let account: DatabaseAccount;
  let receiver: WebhookReceiver;

  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    account = await createDatabaseAccount('postgresql', postgresUrl!, `e2e_${randomBytes(4).toString('hex')}`);
    product = await Product.start(options);
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await receiver?.close();
    await account?.drop();
  });

  const put = (id: string, changes: { port?: number } = {}) => {
    const body = createConnectorBody(
      { ...account, ...changes },
      {
        id,
        username: 'DB_USER',
        password: 'DB_PASSWORD',
        eventSubscriptions: EVENT_TYPES.map((eventType) => ({ eventType, webhookUrl: `${receiver.url}/hook` })),
      },
    );
    return product.api(`${CONNECTORS}/${id}`, { method: 'PUT', body });
  };
  const of = (id: string, action: string) => (delivery: { body: Record<string, unknown> }) =>
    delivery.body.connectorId === id && delivery.body.action === action;

  it('tells of a stored configuration with references, never values', async () => {
    expect((await put('events-1')).status).toBe(200);
    const { body, rawBody } = await receiver.waitForDelivery(of('events-1', 'CONFIG_UPDATED'));
    expect(body).toEqual({
      source: 'CXONE_INTEGRATION_ENGINE',
      action: 'CONFIG_UPDATED',
      connectorId: 'events-1',
      maskedCredentials: { username: 'DB_USER', password: 'DB_PASSWORD' },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/),
    });
    expect(rawBody).not.toContain(account.password);
  });

  it('tells of a change of health', async () => {
    const { body } = await receiver.waitForDelivery(of('events-1', 'HEALTH_CHANGED'));
    expect(body).toMatchObject({ connectorId: 'events-1', previousStatus: 'PENDING', status: 'HEALTHY' });
  });

  it('signs as Standard Webhooks, as an independent implementation verifies', async () => {
    const shown = await product.engine.command(['webhook', 'secret', `${receiver.url}/hook`, '--json']);
    const webhook = new Webhook(JSON.parse(shown).secret);
    expect(receiver.deliveries.length).toBeGreaterThan(0);
    for (const { rawBody, headers, body } of receiver.deliveries) {
      const signed = {
        'webhook-id': String(headers['webhook-id']),
        'webhook-timestamp': String(headers['webhook-timestamp']),
        'webhook-signature': String(headers['webhook-signature']),
      };
      expect(webhook.verify(rawBody, signed)).toEqual(body);
      expect(() => webhook.verify(`${rawBody} `, signed)).toThrow();
    }
  });

  it('sends nothing for a PUT that changes nothing', async () => {
    const count = () => receiver.deliveries.filter(of('events-1', 'CONFIG_UPDATED')).length;
    const before = count();
    expect((await put('events-1')).json.revision).toBe(1);
    // The next event of the same connector comes after anything that this PUT could have sent.
    await product.api(`${CONNECTORS}/events-1`, { method: 'DELETE' });
    await receiver.waitForDelivery(of('events-1', 'CONNECTOR_DELETED'));
    expect(count()).toBe(before);
  });

  it('sends a refused delivery again under the same id with a new signature time', async () => {
    receiver.answerNext(503);
    await put('events-2', { port: 1 });
    const first = await receiver.waitForDelivery(of('events-2', 'CONFIG_UPDATED'));
    const again = await receiver.waitForDelivery(
      (delivery) => delivery !== first && of('events-2', 'CONFIG_UPDATED')(delivery),
      20_000,
    );
    expect(again.headers['webhook-id']).toBe(first.headers['webhook-id']);
    expect(again.rawBody).toBe(first.rawBody);
  });

  it('gives every event an id of its own', () => {
    const bodies = new Map<unknown, string>();
    for (const { headers, rawBody } of receiver.deliveries) {
      const id = headers['webhook-id'];
      expect(bodies.get(id) ?? rawBody).toBe(rawBody);
      bodies.set(id, rawBody);
    }
    expect(new Set(bodies.values()).size).toBe(bodies.size);
  });
});
