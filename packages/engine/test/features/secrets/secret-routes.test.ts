import { type Scope, Secret } from '@dipswitch/contract';
import { type WireExchangeName, wireExchange } from '@dipswitch/contract/fixtures';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { registerSecretRoutes } from '../../../src/features/secrets/secret-routes.ts';
import { SecretService } from '../../../src/features/secrets/secret-service.ts';
import { TenantSecrets } from '../../../src/features/secrets/tenant-secrets.ts';
import { createHttpServer } from '../../../src/http/create-http-server.ts';
import { createMetrics } from '../../../src/http/metrics.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { useSqliteState } from '../../support/state-databases.ts';

const BASE = '/api/v1/secrets';
const CANARY = 'canary-value-5f1e';
const OPERATOR = { tenant: 'acme', actor: 'operator', requestId: '-' };
const scopes = (...names: Scope[]): ReadonlySet<Scope> => new Set(names);
const CALLERS = {
  acme: { tenant: 'acme', actor: 'client-acme', scopes: scopes('integrations:read', 'integrations:write') },
  other: { tenant: 'other', actor: 'client-other', scopes: scopes('integrations:read', 'integrations:write') },
  reader: { tenant: 'acme', actor: 'client-reader', scopes: scopes('integrations:read') },
};
type Name = keyof typeof CALLERS;

describe('the secret routes', () => {
  const state = useSqliteState();
  let fixture: Awaited<ReturnType<typeof open>>;
  beforeEach(async () => {
    fixture = await open();
  });
  afterEach(() => fixture.close());

  async function open() {
    const database = await state.open();
    const clock = new FakeClock(Date.UTC(2026, 10, 23, 9));
    const changes = new CollectedChanges(database);
    const logger = new RecordingLogger();
    const hanging = { resolve: () => new Promise<never>(() => undefined) };
    const service = new SecretService({
      state: database,
      sealer: createSealer(new Uint8Array(32).fill(9)),
      transactions: changes,
      clock,
      providers: {
        'gcp-sm': {
          resolve: (_tenant, _reference, signal) =>
            Promise.race([
              hanging.resolve(),
              new Promise<never>((_resolve, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
            ]),
        },
      },
    });
    const metrics = createMetrics('0.0.0-test');
    const server = createHttpServer({
      authenticator: {
        authenticateToken: async (token) => CALLERS[token as Name] ?? null,
        authenticateKey: async () => null,
      },
      ...{ metrics, logger, clock, writesPerSecond: 50 },
    });
    const secrets = new TenantSecrets({ secrets: service, transactions: changes, clock, checkTimeoutMs: 50 });
    registerSecretRoutes(server.app, { secrets });
    return {
      ...{ changes, logger, service },
      async call(
        method: 'GET' | 'PUT' | 'POST' | 'DELETE',
        path: string,
        { as = 'acme', body, headers = {} }: { as?: Name; body?: unknown; headers?: Record<string, string> } = {},
      ) {
        const answer = await server.app.inject({
          method,
          url: path,
          headers: {
            authorization: `Bearer ${as}`,
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
        });
        const json = answer.body === '' ? null : answer.json();
        return { status: answer.statusCode, headers: answer.headers, text: answer.body, body: json };
      },
      async close() {
        await server.drain(0);
        metrics.close();
      },
    };
  }

  async function expectExchange(name: WireExchangeName): Promise<void> {
    const { request, response } = wireExchange(name);
    const { method, path, body } = request;
    if (method !== 'GET' && method !== 'PUT' && method !== 'POST' && method !== 'DELETE') throw new TypeError(method);
    const answer = await fixture.call(method, path, body === null ? {} : { body });
    expect(answer.status).toBe(response.status);
    const expected =
      typeof response.body === 'object' && response.body !== null && 'requestId' in response.body
        ? { ...response.body, requestId: answer.body.requestId }
        : response.body;
    expect(answer.body).toEqual(expected);
    for (const header of Object.keys(response.headers)) expect(answer.headers, header).toHaveProperty(header);
    expect(answer.headers.etag).toBe(response.headers.etag);
  }

  it('keep to the wire exchanges of the contract', async () => {
    await expectExchange('secret-refused');
    await expectExchange('secret-stored');
    await expectExchange('secrets-last-page');
    await expectExchange('secrets-checked');
    await expectExchange('secret-deleted');
  });

  it('store what a connector then resolves, for the tenant of the caller only', async () => {
    await fixture.call('PUT', `${BASE}/DB`, { body: { value: CANARY } });
    expect((await fixture.service.resolve('acme', 'DB')).value.expose()).toBe(CANARY);
    await expect(fixture.service.resolve('other', 'DB')).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
    expect((await fixture.call('GET', BASE, { as: 'other' })).body).toEqual({ items: [], nextCursor: null });
    expect((await fixture.call('DELETE', `${BASE}/DB`, { as: 'other' })).status).toBe(404);
  });

  it('keep the version of a value that is put again, and count up for another', async () => {
    const versions = [];
    for (const value of ['one', 'one', 'two']) {
      versions.push((await fixture.call('PUT', `${BASE}/DB`, { body: { value } })).body.version);
    }
    expect(versions).toEqual([1, 1, 2]);
    expect(fixture.changes.entries.map(({ details }) => details.change)).toEqual([undefined, 'none', undefined]);
  });

  it('honour If-None-Match and If-Match', async () => {
    const create = { body: { value: 'a' }, headers: { 'if-none-match': '*' } };
    expect((await fixture.call('PUT', `${BASE}/DB`, create)).status).toBe(200);
    expect((await fixture.call('PUT', `${BASE}/DB`, create)).body).toMatchObject({ code: 'PRECONDITION_FAILED' });
    const stale = { body: { value: 'b' }, headers: { 'if-match': '"7"' } };
    expect((await fixture.call('PUT', `${BASE}/DB`, stale)).status).toBe(412);
    const fresh = { body: { value: 'b' }, headers: { 'if-match': '"1"' } };
    expect((await fixture.call('PUT', `${BASE}/DB`, fresh)).body).toMatchObject({ version: 2 });
  });

  it('list every name once, a page at a time', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) await fixture.service.set(OPERATOR, name, new Secret('x'));
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page = await fixture.call('GET', `${BASE}?limit=2&cursor=${cursor}`, { as: 'reader' });
      names.push(...page.body.items.map(({ name }: { name: string }) => name));
      cursor = page.body.nextCursor;
    }
    expect(names).toEqual(['a', 'b', 'c', 'd', 'e']);
    for (const query of ['limit=0', 'limit=x', 'cursor=Lw', 'limit=1&limit=2']) {
      expect((await fixture.call('GET', `${BASE}?${query}`)).body).toMatchObject({ code: 'INVALID_REQUEST' });
    }
  });

  it('check needs the right to write, resolves like a connector and answers in order', async () => {
    await fixture.service.set(OPERATOR, 'DB', new Secret(CANARY));
    const references = ['DB', 'local://DB', 'MISSING', 'env://HOME', 'DB'];
    const answer = await fixture.call('POST', `${BASE}/check`, { body: { references } });
    expect(answer.body.items.map(({ resolves }: { resolves: boolean }) => resolves)).toEqual([
      true,
      true,
      false,
      false,
      true,
    ]);
    expect(answer.body.items[3].message).toContain('env:// is not configured');
    expect(fixture.changes.entries.at(-1)).toMatchObject({
      eventType: 'SECRET_CHECK',
      details: { references: 5, unresolved: 2 },
    });
    expect((await fixture.call('POST', `${BASE}/check`, { as: 'reader', body: { references } })).status).toBe(403);
  });

  it('check ends although a vault never answers', async () => {
    const answer = await fixture.call('POST', `${BASE}/check`, { body: { references: ['gcp-sm://pp/name'] } });
    expect(answer.body.items).toEqual([{ resolves: false, message: 'its vault did not answer in time' }]);
  });

  it('check refuses what is no reference by its place, without repeating it', async () => {
    const body = { references: ['DB', `${CANARY}!`] };
    const answer = await fixture.call('POST', `${BASE}/check`, { body });
    expect(answer.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      issues: [{ path: '/references/1', code: 'INVALID_SECRET_REFERENCE' }],
    });
    expect(answer.text).not.toContain(CANARY);
    const many = { references: Array.from({ length: 201 }, () => 'DB') };
    expect((await fixture.call('POST', `${BASE}/check`, { body: many })).status).toBe(400);
  });

  it('record refusals by code and name, and nothing that may be a value', async () => {
    await fixture.call('PUT', `${BASE}/DB`, { body: { value: '' } });
    await fixture.call('PUT', `${BASE}/${encodeURIComponent(`${CANARY} !`)}`, { body: { value: 'x' } });
    await fixture.call('DELETE', `${BASE}/DB`);
    expect(fixture.changes.entries).toMatchObject([
      { eventType: 'SECRET_SET', status: 'FAILED', details: { name: 'DB', code: 'VALIDATION_FAILED' } },
      { eventType: 'SECRET_SET', status: 'FAILED', details: { code: 'VALIDATION_FAILED' } },
      { eventType: 'SECRET_DELETE', status: 'FAILED', details: { name: 'DB', code: 'NOT_FOUND' } },
    ]);
    expect(JSON.stringify(fixture.changes.entries)).not.toContain(CANARY);
  });

  it('repeat a submitted value in no answer, log line or audit record', async () => {
    const texts: string[] = [];
    for (const body of [
      { value: CANARY },
      { value: CANARY, [CANARY.slice(0, 3)]: CANARY },
      { value: { deep: CANARY } },
      { value: `${CANARY}${'x'.repeat(70_000)}` },
      `{"value": "${CANARY}"`,
    ]) {
      texts.push((await fixture.call('PUT', `${BASE}/DB`, { body })).text);
    }
    texts.push((await fixture.call('GET', BASE)).text);
    const seen = texts.join('\n') + JSON.stringify(fixture.logger.entries) + JSON.stringify(fixture.changes.entries);
    expect(seen).not.toContain(CANARY);
    expect(seen).toContain('local://DB');
  });
});
