import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient, desiredState } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { type Script, startScriptedServer } from '../support/scripted-server.ts';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function notify(script: Script, secret?: string) {
  await using engine = await FakeEngine.start();
  await using vault = await startScriptedServer(script);
  await using client = createTestClient(engine.url, {
    clock: { ...createFastClock(5), now: () => Date.now() },
    vaultWebhookUrl: `${vault.url}/hooks/cxone?tenant=a`,
    ...(secret === undefined ? {} : { vaultWebhookSecret: secret }),
  });
  const { results } = await client.apply(await client.plan(desiredState([connectorBody('c1')])));
  return { notice: results[0]?.vaultNotice, received: vault.received };
}

const ok: Script = (_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).end('thanks');

describe('vault notice', () => {
  it('is a CONFIG_UPDATED with references, which the standardwebhooks package verifies', async () => {
    const { notice, received } = await notify(ok, SECRET);
    expect(notice).toMatchObject({ delivered: true, signed: true, attempts: 1, status: 200, code: null });
    const [request] = received;
    expect([request?.method, request?.path]).toEqual(['POST', '/hooks/cxone?tenant=a']);
    expect(request?.headers['content-type']).toBe('application/json');
    const body = new Webhook(SECRET).verify(request?.body ?? '', Object(request?.headers));
    expect(body).toEqual({
      source: 'CXONE_INTEGRATION_ENGINE',
      action: 'CONFIG_UPDATED',
      connectorId: 'c1',
      maskedCredentials: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    });
  });

  it('goes out unsigned without a secret, and says so', async () => {
    const { notice, received } = await notify(ok);
    expect(notice).toMatchObject({ delivered: true, signed: false });
    expect(received[0]?.headers['webhook-signature']).toBeUndefined();
    expect(received[0]?.headers['webhook-id']).toBe(notice?.id);
  });

  it('is tried again under the same id, each time signed again', async () => {
    const { notice, received } = await notify((request, response, index) => {
      if (index === 0) response.destroy();
      else if (index === 1) response.writeHead(503).end();
      else void ok(request, response, index);
    }, SECRET);
    expect(notice).toMatchObject({ delivered: true, attempts: 3 });
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    for (const { body, headers } of received) {
      expect(() => new Webhook(SECRET).verify(body, Object(headers))).not.toThrow();
    }
  });

  it.each<[string, number]>([
    ['a refusal', 400],
    ['gone', 410],
    ['a redirect', 302],
  ])('takes %s for an answer', async (_name, status) => {
    const { notice, received } = await notify(
      (_, response) => void response.writeHead(status, { location: '/x' }).end(),
    );
    expect(notice).toMatchObject({ delivered: false, status, code: 'UNEXPECTED_STATUS', attempts: 1 });
    expect(received).toHaveLength(1);
  });

  it('is not kept waiting by an endless answer', async () => {
    const { notice } = await notify((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('x'.repeat(16_384)), 1);
      response.on('close', () => clearInterval(timer));
    });
    expect(notice).toMatchObject({ delivered: true, status: 200 });
  });
});
