import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CLIENT_SECRET, connectorBody, createTestClient, desiredState } from './support/bodies.ts';
import { createFastClock } from './support/fake-clock.ts';
import { type Script, startScriptedServer, TOKEN } from './support/scripted-server.ts';

const WEBHOOK_SECRET = `whsec_${Buffer.from('canary-webhook-secret-0123456789').toString('base64')}`;
const CANARIES = [CLIENT_SECRET, TOKEN, WEBHOOK_SECRET].flatMap((canary) => [
  canary,
  encodeURIComponent(canary),
  Buffer.from(canary).toString('base64'),
]);

function expectClean(value: unknown): void {
  const texts = [
    inspect(value, { depth: 20, showHidden: true, getters: true }),
    JSON.stringify(value) ?? '',
    String(value),
  ];
  for (const text of texts) for (const canary of CANARIES) expect(text).not.toContain(canary);
}

describe('no secret is in sight', () => {
  /** Sends everything back that it was sent, the worst a server can do. */
  const echo: Script = (request, response) => {
    if (request.path === '/oauth/token') {
      const body = { access_token: TOKEN, token_type: 'Bearer', expires_in: 3600 };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      return;
    }
    const detail = `${JSON.stringify(request.headers)} ${request.body} ${CLIENT_SECRET}`;
    const problem = { type: 'x', title: 'x', status: 409, code: 'IN_USE', detail };
    response.writeHead(409, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
  };

  it.each<[string, Script]>([
    ['an echoing engine', echo],
    [
      'an echoing token endpoint',
      (request, response) => {
        const body = { error: 'invalid_client', error_description: request.body };
        response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      },
    ],
    [
      'a token endpoint with a broken token',
      (_, response) => {
        const body = { access_token: TOKEN, token_type: 'mac' };
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      },
    ],
    [
      'a token in broken JSON',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).end(`{"access_token":"${TOKEN}`);
      },
    ],
    ['a reset', (_, response) => void response.destroy()],
  ])('in the error of %s', async (_name, script) => {
    await using server = await startScriptedServer(script);
    await using client = createTestClient(server.url, { clock: createFastClock() });
    const error = await client.connectors.get('c1').then(
      () => expect.unreachable(),
      (reason: unknown) => reason,
    );
    expectClean(error);
  });

  it('in the client object, its statistics, its logs or the report of a run', async () => {
    await using server = await startScriptedServer(echo);
    const logged: unknown[] = [];
    const log = (...entry: unknown[]) => void logged.push(entry);
    await using client = createTestClient(server.url, {
      clock: createFastClock(),
      logger: { debug: log, info: log, warn: log, error: log },
      vaultWebhookUrl: server.url,
      vaultWebhookSecret: WEBHOOK_SECRET,
    });
    const plan = {
      changes: [
        {
          kind: 'connector',
          action: 'create',
          id: 'c1',
          fields: [],
          desired: connectorBody('c1'),
          revision: null,
          source: null,
          origin: null,
        },
      ],
      summary: { create: 1, update: 0, publish: 0, delete: 0, noOp: 0 },
      projects: [],
      owned: 0,
      orphans: [],
      dataActionsRead: false,
      server: server.url,
    } as const;
    const result = await client.apply(plan);
    expect(result.summary.failed).toBe(1);
    for (const value of [client, client.connectors, client.stats(), logged, result, desiredState([])])
      expectClean(value);
  });

  it('and the search finds one that is', () => {
    expect(() => expectClean({ deep: [{ token: TOKEN }] })).toThrow();
  });
});
