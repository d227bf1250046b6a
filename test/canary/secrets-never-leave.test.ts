import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody, renderConnectorEntry } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { type ApiRequest, Product } from '../support/product.ts';
import { listStateVariants } from '../support/product-variants.ts';
import { type RefusingPostgres, startRefusingPostgres } from '../support/refusing-postgres.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';
import { findCanaries, type Surface } from './canaries.ts';
import { createDataActions, createPlants, createRefusedBodies } from './plants.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
const ACTIONS = '/api/v1/dataactions';
const postgresUrl = inject('postgresUrl');
const LEAKING = { NODE_OPTIONS: `--import ${join(import.meta.dirname, 'leaking-secrets.ts')}` };

describe.runIf(postgresUrl !== null).each(listStateVariants())('secrets never leave: $state', ({ options }) => {
  const plants = createPlants();
  const surfaces: Surface[] = [];
  let product: Product;
  let account: DatabaseAccount;
  let refusing: RefusingPostgres;
  let receiver: WebhookReceiver;
  let oauth: Server;
  let secretsFolder: string;

  const seen = (name: string, content: string | Uint8Array) => surfaces.push({ name, content });
  const api = async (path: string, request: ApiRequest = {}) => {
    const answer = await product.api(path, request);
    seen(`answer to ${request.method ?? 'GET'} ${path}`, `${JSON.stringify([...answer.headers])}\n${answer.text}`);
    return answer;
  };
  const dip = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const outcome = await product.dip([...args, '--debug'], {
      env: {
        VAULT_WEBHOOK_URL: `${receiver.url}/vault`,
        VAULT_WEBHOOK_SECRET: plants.vaultWebhookSecret.value,
        ...env,
      },
    });
    seen(`output of dip ${args[0]}`, outcome.stdout + outcome.stderr);
    return outcome;
  };

  beforeAll(async () => {
    receiver = await startWebhookReceiver({ replyBody: JSON.stringify({ token: plants.webhookReply.value }) });
    refusing = await startRefusingPostgres('28P01', `no entry for ${plants.databaseErrorText.value}`);
    oauth = await startTellingOauthServer(plants.oauthReply.value);
    secretsFolder = await mkdtemp(join(tmpdir(), 'dip-secrets-'));
    await writeFile(join(secretsFolder, 'password'), plants.fileSecret.value);
    account = await createDatabaseAccount(
      'postgresql',
      postgresUrl!,
      `canary_${randomBytes(4).toString('hex')}`,
      plants.databasePassword.value,
    );
    product = await Product.start({
      ...options,
      statePassword: plants.statePassword.value,
      args: ['--allow-env-secrets', 'default', '--allow-file-secrets', 'default', '--secrets-dir', secretsFolder],
      env: {
        CANARY_ENVIRONMENT: plants.environmentSecret.value,
        DIP_MASTER_KEY: plants.masterKey.value,
        DIP_BOOTSTRAP_CLIENT_ID: 'bootstrap',
        DIP_BOOTSTRAP_CLIENT_SECRET: plants.bootstrapSecret.value,
        DIP_LOG_LEVEL: 'debug',
      },
    });
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    await workTheProduct();
    await collectSurfaces();
  }, 120_000);

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await Promise.all([receiver?.close(), refusing?.close()]);
    oauth?.close();
    await account?.drop();
    await rm(secretsFolder, { recursive: true, force: true });
  });

  it('worked the product: a healthy connector, refused logins, deliveries, refusals', async () => {
    expect((await product.api(`${CONNECTORS}/canary-good/health`)).json.status).toBe('HEALTHY');
    expect(refusing.logins).toBeGreaterThan(1);
    expect(receiver.deliveries.length).toBeGreaterThan(1);
    expect(surfaces.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['standard error of the engine', 'answer to GET /metrics', 'output of dip plan']),
    );
    for (const { name, content } of surfaces.filter((surface) => surface.name.startsWith('state'))) {
      expect(content.length, name).toBeGreaterThan(0);
    }
  });

  it('shows no planted secret on any surface in any form', () => {
    expect(findCanaries(Object.values(plants), surfaces)).toEqual([]);
  });

  it('would find each of them on each surface', () => {
    for (const canary of Object.values(plants)) {
      const spoiled = surfaces.map(({ name, content }) => ({
        name,
        content: Buffer.concat([Buffer.from(content), Buffer.from(Buffer.from(canary.value).toString('base64url'))]),
      }));
      const names = new Set(findCanaries([canary], spoiled).map((sighting) => sighting.surface));
      expect(names).toEqual(new Set(surfaces.map(({ name }) => name)));
    }
  });

  it('finds the secrets of a product whose lid is off', async () => {
    const canaries = [plants.databasePassword, plants.bootstrapSecret];
    await using leaking = await Product.start({
      env: {
        ...LEAKING,
        DIP_BOOTSTRAP_CLIENT_ID: 'bootstrap',
        DIP_BOOTSTRAP_CLIENT_SECRET: plants.bootstrapSecret.value,
      },
    });
    await leaking.engine.setSecret('DB_USER', account.username);
    await leaking.engine.setSecret('DB_PASSWORD', account.password);
    const body = createConnectorBody(account, { id: 'leak', username: 'DB_USER', password: 'DB_PASSWORD' });
    await leaking.api(`${CONNECTORS}/leak`, { method: 'PUT', body });
    await leaking.api(`${CONNECTORS}/leak/health-checks`, { method: 'POST' });
    const engine = findCanaries(canaries, [{ name: 'standard error', content: leaking.engine.stderr }]);
    expect(new Set(engine.map((sighting) => sighting.canary))).toEqual(new Set(canaries.map(({ name }) => name)));

    const env = { ...LEAKING, CXONE_CLIENT_ID: 'bootstrap', CXONE_CLIENT_SECRET: plants.bootstrapSecret.value };
    const outcome = await leaking.dip(['get', 'connectors'], { env });
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    expect(findCanaries(canaries, [{ name: 'dip', content: outcome.stderr }])).not.toEqual([]);
  });

  async function workTheProduct(): Promise<void> {
    const eventSubscriptions = (['CONFIG_UPDATED', 'CONNECTOR_DELETED', 'HEALTH_CHANGED'] as const).map(
      (eventType) => ({ eventType, webhookUrl: `${receiver.url}/hook` }),
    );
    const refused = { ...account, port: refusing.port };
    const entries = [
      renderConnectorEntry(account, {
        id: 'canary-good',
        username: 'DB_USER',
        password: 'DB_PASSWORD',
        eventSubscriptions,
      }),
      renderConnectorEntry(refused, {
        id: 'canary-environment',
        username: 'DB_USER',
        password: 'env://CANARY_ENVIRONMENT',
      }),
      renderConnectorEntry(refused, {
        id: 'canary-file',
        username: 'DB_USER',
        password: `file://${join(secretsFolder, 'password')}`,
      }),
    ];
    await product.write('dipswitch.yaml', `project: canary\nconnectors:\n${entries.join('')}`);
    await dip(['validate']);
    await dip(['plan', '--out', 'canary.plan']);
    await dip(['apply', '--yes', '--wait-healthy', '3'], {
      CXONE_CLIENT_ID: 'bootstrap',
      CXONE_CLIENT_SECRET: plants.bootstrapSecret.value,
    });
    for (const format of ['table', 'json', 'yaml']) await dip(['health', 'canary-environment', '-o', format]);
    await dip(['get', 'connectors', '-o', 'yaml']);
    await dip(['test', 'canary-environment']);
    await dip(['audit', 'tail', '-o', 'json']);
    await product.write(
      'careless.yaml',
      `connectors:\n${renderConnectorEntry(account, { id: 'x', username: 'DB_USER', password: `"${plants.fileCredential.value} !"` })}`,
    );
    for (const command of ['validate', 'plan', 'apply']) await dip([command, '-f', 'careless.yaml']);
    await dip(['get', 'connectors'], { CXONE_BASE_URL: addressOf(oauth) });

    for (const body of createRefusedBodies(plants)) {
      const id = String(Object(body).connectorId);
      const stored = await api(`${CONNECTORS}/${id}`, { method: 'PUT', body });
      expect(stored.status, stored.text).toBe(400);
      for (const action of ['validate', 'test']) {
        await api(`${CONNECTORS}/${id}/${action}`, { method: 'POST', body });
      }
    }
    const wrong = await product.requestToken({
      clientId: product.client.clientId,
      clientSecret: plants.submittedClientSecret.value,
    });
    seen('answer to a wrong client secret', wrong.text);
    await api(CONNECTORS, { token: plants.submittedBearer.value });
    await api(CONNECTORS, {
      token: null,
      headers: { authorization: `Basic ${btoa(`client:${plants.submittedBasic.value}`)}` },
    });
    await api(`${CONNECTORS}/canary-environment/health-checks`, { method: 'POST' });
    await api(`${CONNECTORS}/canary-environment/health`);
    await workDataActions();
    await waitFor('webhooks', () => receiver.deliveries.filter(({ path }) => path === '/hook').length >= 2);
  }

  async function workDataActions(): Promise<void> {
    for (const body of createDataActions('canary-good')) {
      const one = `${ACTIONS}/${body.actionId}`;
      expect((await api(one, { method: 'PUT', body })).status).toBe(200);
      expect((await api(`${one}/publish`, { method: 'POST', body: {} })).status).toBe(200);
    }
    const execute = (actionId: string, request: ApiRequest) =>
      api(`${ACTIONS}/${actionId}/execute`, { method: 'POST', ...request });
    const found = await execute('canary-found', { body: { number: plants.sensitiveInput.value } });
    expect(found.json).toMatchObject({ outcome: 'FOUND', n: plants.sensitiveInput.value.length });
    const failed = await execute('canary-error', { body: { number: plants.inputInErrorText.value } });
    expect(failed.json).toMatchObject({ outcome: 'ERROR', n: null });
    const headers = { 'idempotency-key': 'canary-write-1' };
    for (const replay of [false, true]) {
      const written = await execute('canary-write', { headers, body: { number: plants.inputOfWrite.value } });
      expect(written.json, `replayed: ${replay}`).toMatchObject({ outcome: 'DONE' });
    }
    const { refusedInput, refusedInputName, sampleInput, submittedApiKey } = plants;
    for (const body of [
      { number: refusedInput.value.repeat(3) },
      { number: { text: refusedInput.value } },
      `{"number": "${refusedInput.value}`,
      `number=%zz${refusedInput.value}`,
    ]) {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      expect((await execute('canary-found', { headers, body })).status).toBe(400);
    }
    // Its caller is told which name is not known; nobody else is.
    const unknown = await product.api(`${ACTIONS}/canary-found/execute`, {
      method: 'POST',
      body: { number: '1', [refusedInputName.value]: '1' },
    });
    expect(unknown.status).toBe(400);
    await api(`${ACTIONS}/canary-found/test`, { method: 'POST', body: { input: { number: sampleInput.value } } });
    await api(`${ACTIONS}/canary-error/test`, { method: 'POST', body: { input: { number: sampleInput.value } } });
    await execute('canary-found', { token: null, headers: { 'x-api-key': submittedApiKey.value }, body: {} });
    await execute('canary-found', { headers: { 'x-contact-id': `${refusedInput.value} !` }, body: {} });
    await api(`${ACTIONS}/canary-found/stats`);
    await waitFor('the records of executions', async () => {
      const { text } = await product.api('/api/v1/audit?limit=200');
      return text.includes('ACTION_EXECUTED') && text.includes('hmac:');
    });
  }

  async function collectSurfaces(): Promise<void> {
    for (const path of ['/metrics', '/openapi.json', '/console/', '/readyz', '/livez'])
      await api(path, { token: null });
    for (const path of [`${CONNECTORS}?limit=100`, `${CONNECTORS}/canary-good`, ACTIONS, '/api/v1/audit?limit=200'])
      await api(path);
    for (const { headers, rawBody, path } of receiver.deliveries) {
      seen(`webhook to ${path}`, `${JSON.stringify(headers)}\n${rawBody}`);
    }
    seen('standard output of the engine', product.engine.stdout);
    seen('standard error of the engine', product.engine.stderr);
    seen('command line of the engine', await readFile(`/proc/${product.engine.pid}/cmdline`));
    for (const file of await listFiles(product.folder)) {
      // What the test itself wrote with a secret in it is no surface.
      if (file.endsWith('careless.yaml')) continue;
      seen(`file ${file.slice(product.folder.length)}`, await readFile(file));
    }
    const { databaseUrl } = product.engineOptions;
    if (databaseUrl !== undefined) seen('state in PostgreSQL', await dumpDatabase(databaseUrl));
    else seen('state in SQLite', await readFile(join(product.engineOptions.dataFolder, 'state.db')));
  }
});

/** An OAuth server that tells too much in its errors. */
async function startTellingOauthServer(secret: string): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ error: 'invalid_client', error_description: `expected ${secret}`, access_token: secret }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function addressOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

async function listFiles(folder: string): Promise<string[]> {
  const files: string[] = [];
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if ((await stat(path)).isFile()) files.push(path);
  }
  return files;
}

async function dumpDatabase(url: string): Promise<string> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      "select quote_ident(table_schema) || '.' || quote_ident(table_name) as name from information_schema.tables where table_schema not in ('pg_catalog', 'information_schema')",
    );
    const contents: string[] = [];
    for (const { name } of tables) {
      contents.push(JSON.stringify((await client.query(`select row_to_json(t) from ${name} t`)).rows));
    }
    return contents.join('\n');
  } finally {
    await client.end();
  }
}
