import { networkInterfaces } from 'node:os';
import { Secret } from '@dipswitch/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { type App, openApp } from '../../src/app/app.ts';
import { loadConfig } from '../../src/settings/config.ts';
import { silentLogger } from '../../src/util/logger.ts';
import { describeOnBothStates, type StatePlace } from '../support/state-databases.ts';

const CLIENT = { clientId: 'boot', clientSecret: new Secret('boot-secret-of-no-value') };
const CONNECTORS = '/api/v1/integrations/connectors';
const BODY = {
  connectorId: 'db-1',
  connectorName: 'One',
  connectorType: 'DATABASE_POSTGRESQL',
  configuration: {
    connectionString: 'jdbc:postgresql://127.0.0.1:1/none?driverVersion=42.6.0',
    credentials: {},
    credentialMasking: { username: 'DB_USER', password: 'DB_PASSWORD' },
    poolSettings: { minPoolSize: 0, maxPoolSize: 2, connectionTimeoutSeconds: 1 },
    securitySettings: { enableParameterizedQueries: true, sslMode: false },
  },
  healthCheck: { enabled: false, intervalSeconds: 60, timeoutSeconds: 5 },
};

describeOnBothStates('engine', (state) => {
  const opened: App[] = [];
  afterEach(async () => {
    for (const app of opened.splice(0).reverse()) await app.close();
  });

  async function open(place: StatePlace, args: readonly string[] = []): Promise<App> {
    const config = await loadConfig(['--port', '0', '--data-dir', place.options.dataDir, ...args], {});
    const { databaseUrl } = place.options;
    const app = await openApp({
      ...config,
      databaseUrl: databaseUrl === undefined ? undefined : new Secret(databaseUrl),
      masterKey: new Secret('ab'.repeat(32)),
      publicUrl: 'http://engine.test',
      bootstrapClient: CLIENT,
      version: '0.0.0-test',
      environment: {},
      logger: silentLogger,
    });
    opened.push(app);
    return app;
  }

  async function authorize(app: App): Promise<{ authorization: string }> {
    const answer = await app.server.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `grant_type=client_credentials&client_id=boot&client_secret=${CLIENT.clientSecret.expose()}`,
    });
    return { authorization: `Bearer ${answer.json().access_token}` };
  }

  it('stores a connector for a client and has it after a restart', async () => {
    const place = await state.createPlace();
    const first = await open(place);
    const headers = await authorize(first);
    const put = await first.server.app.inject({ method: 'PUT', url: `${CONNECTORS}/db-1`, headers, payload: BODY });
    expect([put.statusCode, put.json().revision]).toEqual([200, 1]);
    await first.close();
    const second = await open(place);
    const got = await second.server.app.inject({ url: `${CONNECTORS}/db-1`, headers: await authorize(second) });
    expect(got.json()).toMatchObject({ connectorId: 'db-1', revision: 1 });
    const { items } = (
      await second.server.app.inject({ url: '/api/v1/audit', headers: await authorize(second) })
    ).json();
    expect(items.map((record: { eventType: string }) => record.eventType)).toContain('CLIENT_BOOTSTRAPPED');
  });

  it('keeps data actions, what runs of them and the record of it over a restart', async () => {
    const place = await state.createPlace();
    const first = await open(place);
    const headers = await authorize(first);
    const { app } = first.server;
    await app.inject({ method: 'PUT', url: `${CONNECTORS}/db-1`, headers, payload: BODY });
    const url = '/api/v1/dataactions/one';
    const payload = { actionId: 'one', connectorId: 'db-1', statement: 'select 1 as one' };
    const put = await app.inject({ method: 'PUT', url, headers, payload });
    expect([put.statusCode, put.json().version, put.json().publishedVersion]).toEqual([200, 1, null]);
    const published = await app.inject({ method: 'POST', url: `${url}/publish`, headers });
    expect([published.statusCode, published.json().publishedVersion]).toEqual([200, 1]);
    const refused = await app.inject({ method: 'DELETE', url: `${CONNECTORS}/db-1`, headers });
    expect([refused.statusCode, refused.json().code]).toEqual([409, 'IN_USE']);
    await first.close();
    const second = await open(place);
    const again = await authorize(second);
    const got = await second.server.app.inject({ url, headers: again });
    expect(got.json()).toMatchObject({ version: 1, publishedVersion: 1, versions: [{ state: 'published' }] });
    const { items } = (await second.server.app.inject({ url: '/api/v1/audit', headers: again })).json();
    const recorded = items.filter((record: { actionId?: string }) => record.actionId === 'one');
    expect(recorded.map((record: { eventType: string }) => record.eventType)).toEqual(['ACTION_PUBLISH', 'ACTION_PUT']);
  });

  it('lists every problem of a body at once, stores nothing and echoes nothing', async () => {
    const app = await open(await state.createPlace());
    const headers = await authorize(app);
    const payload = {
      ...BODY,
      connectorId: 'other',
      unknownField: 'canary-1',
      configuration: {
        ...BODY.configuration,
        connectionString: 'jdbc:postgresql://h:5432/d?driverVersion=42.6.0&socketFactory=canary-2',
        credentials: { password: 'canary-3' },
        poolSettings: { minPoolSize: 9, maxPoolSize: 2, connectionTimeoutSeconds: 1 },
        securitySettings: { enableParameterizedQueries: false, sslMode: true },
      },
    };
    const answer = await app.server.app.inject({ method: 'PUT', url: `${CONNECTORS}/db-1`, headers, payload });
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'VALIDATION_FAILED']);
    const issues: Array<{ path: string; code: string }> = answer.json().issues;
    expect(issues.length).toBeGreaterThanOrEqual(6);
    expect(issues.every((issue) => typeof issue.path === 'string' && /^[A-Z_]+$/.test(issue.code))).toBe(true);
    expect(answer.body).not.toContain('canary');
    expect((await app.server.app.inject({ url: CONNECTORS, headers })).json().items).toEqual([]);
  });

  it('refuses a NUL byte, which PostgreSQL does not store, wherever a caller can put one', async () => {
    const app = await open(await state.createPlace());
    const headers = await authorize(app);
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['GET', '/health'],
      ['POST', '/health-checks'],
      ['POST', '/pause'],
    ] as const) {
      const answer = await app.server.app.inject({ method, url: `${CONNECTORS}/a%00b${path}`, headers });
      expect([method, path, answer.statusCode, answer.json().code]).toEqual([method, path, 400, 'INVALID_REQUEST']);
    }
    const token = await app.server.app.inject({
      method: 'POST',
      url: '/oauth/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'grant_type=client_credentials&client_id=a%00b&client_secret=c%00d',
    });
    expect([token.statusCode, token.json().error]).toEqual([401, 'invalid_client']);
  });

  describe('what may not be dialled', () => {
    const PROVIDED = { DB_USER: 'nobody', DB_PASSWORD: 'of-no-value' };

    async function testConnection(app: App, target: string) {
      const headers = await authorize(app);
      const connectionString = `jdbc:postgresql://${target}?driverVersion=42.6.0`;
      for (const [name, value] of Object.entries(PROVIDED)) {
        await app.server.app.inject({ method: 'PUT', url: `/api/v1/secrets/${name}`, headers, payload: { value } });
      }
      const configuration = {
        ...BODY.configuration,
        connectionString,
        securitySettings: { enableParameterizedQueries: true, sslMode: true },
      };
      const payload = { ...BODY, configuration };
      const answer = await app.server.app.inject({ method: 'POST', url: `${CONNECTORS}/db-1/test`, headers, payload });
      return answer.json().errorClass;
    }

    it('is the own listener, by any address of the machine when it listens on all', async () => {
      const app = await open(await state.createPlace(), ['--host', '0.0.0.0', '--allow-egress', '0.0.0.0/0']);
      const port = new URL(await app.listen()).port;
      const own = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
      const addresses = own.filter(({ family }) => family === 'IPv4').map(({ address }) => address);
      for (const address of addresses) {
        expect([address, await testConnection(app, `${address}:${port}/x`)]).toEqual([address, 'ADDRESS_REFUSED']);
      }
    });

    if (state.dialect === 'postgresql') {
      it('is the state database, on loopback as anywhere, but not its neighbour', async () => {
        const place = await state.createPlace();
        const app = await open(place);
        const { hostname, port, pathname } = new URL(place.options.databaseUrl ?? '');
        expect(await testConnection(app, `${hostname}:${port}${pathname}`)).toBe('ADDRESS_REFUSED');
        expect(await testConnection(app, `${hostname}:${port}/neighbour`)).not.toBe('ADDRESS_REFUSED');
      });
    }
  });

  it('limits writes and leaves reads alone', async () => {
    const app = await open(await state.createPlace());
    const headers = await authorize(app);
    const put = () => app.server.app.inject({ method: 'PUT', url: `${CONNECTORS}/db-1`, headers, payload: BODY });
    const answers = await Promise.all(Array.from({ length: 60 }, put));
    const refused = answers.filter((answer) => answer.statusCode === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => answer.statusCode === 200).length + refused.length).toBe(60);
    const read = await app.server.app.inject({ url: `${CONNECTORS}/db-1`, headers });
    expect([read.statusCode, read.headers.ratelimit]).toEqual([200, undefined]);
  });

  it('is not ready, and answers 503, when its state is gone', async () => {
    const app = await open(await state.createPlace());
    const headers = await authorize(app);
    expect((await app.server.app.inject({ url: '/readyz' })).statusCode).toBe(200);
    await app.state.close();
    const ready = await app.server.app.inject({ url: '/readyz' });
    expect([ready.statusCode, ready.json().parts[0].ok]).toEqual([503, false]);
    const put = await app.server.app.inject({ method: 'PUT', url: `${CONNECTORS}/db-1`, headers, payload: BODY });
    expect(put.statusCode).toBeGreaterThanOrEqual(500);
    expect((await app.server.app.inject({ url: '/livez' })).statusCode).toBe(200);
  });

  it('closes twice without complaint, and releases its data folder', async () => {
    const place = await state.createPlace();
    const app = await open(place);
    await app.listen();
    await Promise.all([app.close(), app.close()]);
    await open(place);
  });

  it('leaves nothing open when it cannot start', async () => {
    const place = await state.createPlace();
    await open(place);
    await expect(open(place)).rejects.toMatchObject({ code: 'AUDIT_LOCKED' });
  });
});
