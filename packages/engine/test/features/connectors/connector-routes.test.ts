import { connectorHealthSchema, connectorResourceSchema, connectorTestResultSchema } from '@dipswitch/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { useSqliteState } from '../../support/state-databases.ts';
import { createBody, settle } from './connector-fixture.ts';
import { BASE, type HttpFixture, type HttpFixtureOptions, openHttpFixture } from './connector-http-fixture.ts';

const ONE = `${BASE}/db-1`;

describe('connector routes', () => {
  const state = useSqliteState();
  let fixture: HttpFixture;
  const open = async (options?: HttpFixtureOptions): Promise<HttpFixture> => {
    fixture = await openHttpFixture(await state.createPlace(), options);
    return fixture;
  };
  const put = (id = 'db-1', changes = {}, call: Parameters<HttpFixture['call']>[2] = {}) =>
    fixture.call('PUT', `${BASE}/${id}`, { body: createBody(id, changes), ...call });
  afterEach(() => fixture.close());

  describe('PUT', () => {
    it('answers 200 when it creates and when it replaces, and counts the revision', async () => {
      const { clock } = await open();
      const created = await put();
      expect(created).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { revision: 1 } });
      expect(connectorResourceSchema.safeParse(created.body).success).toBe(true);
      clock.advance(1_000);
      const replaced = await put('db-1', { maxPoolSize: 20 });
      expect(replaced).toMatchObject({ status: 200, headers: { etag: '"2"' }, body: { revision: 2 } });
      expect(replaced.body.createdAt).toBe(created.body.createdAt);
      expect(Date.parse(replaced.body.updatedAt) - Date.parse(created.body.updatedAt)).toBe(1_000);
    });

    it('sends CONFIG_UPDATED with the references and records the change, both with it', async () => {
      const { changes } = await open();
      const { headers } = await put();
      expect(changes.events.filter(({ eventType }) => eventType === 'CONFIG_UPDATED')).toEqual([
        {
          tenant: 'acme',
          eventType: 'CONFIG_UPDATED',
          connectorId: 'db-1',
          webhookUrls: ['https://vault-sync.internal/webhooks/cxone-config'],
          body: {
            source: 'CXONE_INTEGRATION_ENGINE',
            action: 'CONFIG_UPDATED',
            connectorId: 'db-1',
            maskedCredentials: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
            timestamp: '2026-11-23T09:00:00.000Z',
          },
        },
      ]);
      expect(changes.entries).toEqual([
        {
          eventType: 'CONNECTOR_PUT',
          connectorId: 'db-1',
          status: 'SUCCESS',
          latencyMs: expect.any(Number),
          details: { change: 'created', revision: 1 },
          actor: 'client-acme',
          tenant: 'acme',
          requestId: headers['x-request-id'],
        },
      ]);
    });

    it('keeps the revision and sends nothing when nothing changes, whatever the order of members', async () => {
      const { changes, clock } = await open();
      const first = await put();
      await settle();
      clock.advance(5_000);
      const events = changes.events.length;
      const reordered = Object.fromEntries(Object.entries(createBody('db-1')).reverse());
      const again = await fixture.call('PUT', ONE, { body: reordered });
      expect(again.headers.etag).toBe('"1"');
      expect(again.body.updatedAt).toBe(first.body.updatedAt);
      expect(changes.events).toHaveLength(events);
      expect(changes.entries.at(-1)).toMatchObject({ status: 'SUCCESS', details: { change: 'none' } });
    });

    it('honours If-Match and If-None-Match', async () => {
      const { changes } = await open();
      expect((await put('db-1', {}, { headers: { 'if-match': '"1"' } })).status).toBe(412);
      expect((await put('db-1', {}, { headers: { 'if-none-match': '*' } })).status).toBe(200);
      expect((await put('db-1', { maxPoolSize: 9 }, { headers: { 'if-none-match': '*' } })).body.code).toBe(
        'PRECONDITION_FAILED',
      );
      expect((await put('db-1', { maxPoolSize: 9 }, { headers: { 'if-match': '"2"' } })).status).toBe(412);
      expect((await put('db-1', { maxPoolSize: 9 }, { headers: { 'if-match': '"1"' } })).body.revision).toBe(2);
      expect((await put('db-1', {}, { headers: { 'if-match': '2' } })).body.code).toBe('INVALID_REQUEST');
      const failed = changes.entries.filter(({ status }) => status === 'FAILED');
      expect(failed).toHaveLength(3);
      expect(failed[0]).toMatchObject({ eventType: 'CONNECTOR_PUT', details: { code: 'PRECONDITION_FAILED' } });
    });

    it('says no more of an id of another tenant than that it is taken', async () => {
      await open();
      await put();
      const taken = await put('db-1', {}, { as: 'other' });
      expect(taken).toMatchObject({ status: 403, body: { code: 'ID_TAKEN' } });
      expect(taken.headers.etag).toBeUndefined();
      expect((await put('db-1', {}, { as: 'other', headers: { 'if-match': '"9"' } })).body.code).toBe('ID_TAKEN');
      for (const path of ['', '/health'])
        expect((await fixture.call('GET', ONE + path, { as: 'other' })).status).toBe(404);
      for (const path of ['/pause', '/resume', '/health-checks']) {
        expect((await fixture.call('POST', ONE + path, { as: 'other' })).status).toBe(404);
      }
      expect((await fixture.call('DELETE', ONE, { as: 'other' })).status).toBe(404);
      expect((await fixture.call('GET', BASE, { as: 'other' })).body).toEqual({ items: [], nextCursor: null });
    });

    it('decodes the id of the URL once', async () => {
      await open();
      const body = createBody('db-1');
      expect((await fixture.call('PUT', `${BASE}/db%2D1`, { body })).status).toBe(200);
      expect((await fixture.call('PUT', `${BASE}/db%252D1`, { body })).body.issues[0].code).toBe('ID_MISMATCH');
      const long = 'x'.repeat(128);
      const encoded = [...long].map((each) => `%${each.charCodeAt(0).toString(16)}`).join('');
      expect((await fixture.call('PUT', `${BASE}/${encoded}`, { body: createBody(long) })).status).toBe(200);
    });

    it('makes one connector of twenty that are created at once', async () => {
      const { changes } = await open();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_each, index) => put('db-1', { maxPoolSize: 2 + (index % 4) })),
      );
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const created = changes.entries.filter(({ details }) => details.change === 'created');
      const updated = changes.entries.filter(({ details }) => details.change === 'updated');
      expect(created).toHaveLength(1);
      expect((await fixture.call('GET', ONE)).body.revision).toBe(1 + updated.length);
    });

    it('has the connector healthy soon after, without having waited for it', async () => {
      const { driver } = await open();
      driver.behave('db.internal.net', 'hangs');
      expect((await put()).body.health.status).toBe('PENDING');
      driver.behave('db.internal.net', 'answers');
      await put('db-1', { maxPoolSize: 20 });
      await settle();
      expect((await fixture.call('GET', ONE)).body.health).toMatchObject({ status: 'HEALTHY', latencyMs: 3.2 });
    });
  });

  describe('GET of the collection', () => {
    it('pages through with an opaque cursor and filters by type', async () => {
      await open();
      for (const id of ['b', 'a', 'c', 'e', 'd']) await put(id);
      const ids: string[] = [];
      let cursor = '';
      do {
        const page = (await fixture.call('GET', `${BASE}?limit=2&type=DATABASE_POSTGRESQL&cursor=${cursor}`)).body;
        ids.push(...page.items.map(({ connectorId }: { connectorId: string }) => connectorId));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect((await fixture.call('GET', `${BASE}?type=DATABASE_ORACLE`)).body.items).toEqual([]);
      expect((await fixture.call('GET', `${BASE}?limit=100000`)).body.items).toHaveLength(5);
    });

    it.each(['limit=0', 'limit=-1', 'limit=x', 'limit=1&limit=2', 'cursor=%20', 'cursor=!!!', 'type=postgresql'])(
      'refuses %s',
      async (query) => {
        await open();
        expect((await fixture.call('GET', `${BASE}?${query}`)).body).toMatchObject({
          status: 400,
          code: 'INVALID_REQUEST',
        });
      },
    );
  });

  describe('DELETE', () => {
    it('removes the connector, tells those who subscribed and closes the pool', async () => {
      const { changes, driver } = await open();
      await put();
      await settle();
      const deleted = await fixture.call('DELETE', ONE, { headers: { 'if-match': '"1"' } });
      expect(deleted).toMatchObject({ status: 204, text: '' });
      await settle();
      expect(changes.events.at(-1)).toMatchObject({
        eventType: 'CONNECTOR_DELETED',
        webhookUrls: ['https://hooks.example.com/deleted'],
        body: { action: 'CONNECTOR_DELETED', connectorId: 'db-1' },
      });
      expect(changes.entries.at(-1)).toMatchObject({ eventType: 'CONNECTOR_DELETE', status: 'SUCCESS' });
      expect(driver.openPools).toEqual([]);
      expect((await fixture.call('GET', ONE)).status).toBe(404);
      expect((await fixture.call('DELETE', ONE)).status).toBe(404);
    });

    it('is refused when the revision moved or something uses the connector', async () => {
      await open({ isInUse: true });
      await put();
      expect((await fixture.call('DELETE', ONE, { headers: { 'if-match': '"2"' } })).status).toBe(412);
      expect((await fixture.call('DELETE', ONE)).body).toMatchObject({ status: 409, code: 'IN_USE' });
      expect((await fixture.call('GET', ONE)).status).toBe(200);
    });
  });

  describe('health', () => {
    it('is answered with pool, driver and history', async () => {
      await open();
      await put();
      await settle();
      const { body } = await fixture.call('GET', `${ONE}/health`);
      expect(connectorHealthSchema.safeParse(body).error).toBeUndefined();
      expect(body).toMatchObject({
        status: 'HEALTHY',
        revision: 1,
        servingRevision: 1,
        driver: 'fake 1.0.0',
        serverVersion: 'FakeDB 1.0',
        pool: { open: 2, idle: 2, waiting: 0, max: 15 },
      });
      expect(body.history).toHaveLength(1);
    });

    it('is checked now when a caller asks, and each such check is in the history', async () => {
      const { driver, clock } = await open();
      await put();
      await settle();
      clock.advance(1_000);
      driver.behave('db.internal.net', 'refused');
      const { body } = await fixture.call('POST', `${ONE}/health-checks`);
      expect(body).toMatchObject({ status: 'DEGRADED', errorClass: 'UNREACHABLE', consecutiveFailures: 1 });
      expect(body.history).toHaveLength(2);
      expect(body.lastCheckAt).toBe(body.history[0].checkedAt);
    });

    it('is disabled while paused and pending when resumed, each recorded once', async () => {
      const { changes, held } = await open();
      await put();
      await settle();
      expect((await fixture.call('POST', `${ONE}/pause`)).body.health.status).toBe('DISABLED');
      expect((await fixture.call('POST', `${ONE}/pause`)).body.revision).toBe(1);
      await settle();
      expect((await fixture.call('GET', `${ONE}/health`)).body).toMatchObject({
        status: 'DISABLED',
        pool: null,
        nextCheckAt: null,
      });
      expect((await fixture.call('POST', `${ONE}/health-checks`)).body.status).toBe('DISABLED');
      expect((await put('db-1', { maxPoolSize: 3 })).body.health.status).toBe('DISABLED');
      held.isHeld = true;
      expect((await fixture.call('POST', `${ONE}/resume`)).body.health.status).toBe('PENDING');
      const operations = changes.entries.map(({ eventType, details }) => `${eventType} ${details.change ?? ''}`.trim());
      expect(operations).toEqual([
        'CONNECTOR_PUT created',
        'CONNECTOR_PAUSE',
        'CONNECTOR_PAUSE none',
        'CONNECTOR_PUT updated',
        'CONNECTOR_RESUME',
      ]);
      const statuses = changes.events.filter(({ eventType }) => eventType === 'HEALTH_CHANGED').map(({ body }) => body);
      expect(statuses).toMatchObject([{ status: 'HEALTHY' }, { previousStatus: 'HEALTHY', status: 'DISABLED' }]);
    });
  });

  describe('validate and test', () => {
    it('validate tells warnings too and stores nothing', async () => {
      const { changes } = await open();
      const { body, status } = await fixture.call('POST', `${ONE}/validate`, {
        body: createBody('db-1'),
        as: 'reader',
      });
      expect(status).toBe(200);
      expect(body).toMatchObject({ valid: true, findings: [{ code: 'DRIVER_ADVISORY', severity: 'warning' }] });
      const other = await fixture.call('POST', `${ONE}/validate`, { body: createBody('db-2') });
      expect(other.body).toMatchObject({ valid: false, findings: [{ code: 'ID_MISMATCH', path: '/connectorId' }, {}] });
      expect((await fixture.call('POST', `${ONE}/validate`)).body.valid).toBe(false);
      expect((await fixture.call('GET', ONE)).status).toBe(404);
      expect(changes.entries).toEqual([]);
    });

    it('test opens one connection with the body, closes it and stores nothing', async () => {
      const { driver, changes } = await open();
      const { body, status } = await fixture.call('POST', `${ONE}/test`, { body: createBody('db-1') });
      expect(status).toBe(200);
      expect(connectorTestResultSchema.safeParse(body).error).toBeUndefined();
      expect(body).toMatchObject({ ok: true, errorClass: null, driver: 'fake 1.0.0', serverVersion: 'FakeDB 1.0' });
      expect(body.steps.map(({ step, ok }: { step: string; ok: boolean }) => `${step} ${ok}`)).toEqual([
        'validate true',
        'secrets true',
        'connect true',
        'query true',
      ]);
      expect(driver.lastPool.options).toMatchObject({ minConnections: 0, maxConnections: 1 });
      expect(driver.openPools).toEqual([]);
      expect((await fixture.call('GET', ONE)).status).toBe(404);
      expect(changes.entries).toMatchObject([{ eventType: 'CONNECTOR_TEST', status: 'SUCCESS' }]);
    });

    it.each([
      ['refused', 'UNREACHABLE', ['validate true', 'secrets true', 'connect false']],
      ['authentication', 'AUTHENTICATION_FAILED', ['validate true', 'secrets true', 'connect false']],
      ['tls-untrusted', 'TLS_FAILED', ['validate true', 'secrets true', 'connect false']],
      ['syntax', 'QUERY_FAILED', ['validate true', 'secrets true', 'connect true', 'query false']],
      ['query-timeout', 'QUERY_TIMEOUT', ['validate true', 'secrets true', 'connect true', 'query false']],
    ] as const)('test says where it failed: %s', async (behaviour, errorClass, steps) => {
      const { driver, changes, logger } = await open();
      driver.behave('db.internal.net', behaviour);
      const { body, text } = await fixture.call('POST', `${ONE}/test`, { body: createBody('db-1') });
      expect(body).toMatchObject({ ok: false, errorClass, serverVersion: null });
      expect(body.steps.map(({ step, ok }: { step: string; ok: boolean }) => `${step} ${ok}`)).toEqual(steps);
      expect(text).not.toMatch(/canary|db\.internal/);
      expect(JSON.stringify([changes.entries, logger.entries])).not.toContain('canary');
      expect(driver.openPools).toEqual([]);
    });

    it('test says that a secret is missing', async () => {
      const { secrets, operator } = await open();
      await secrets.delete(operator, 'VAULT_DB_PASSWORD');
      const { body } = await fixture.call('POST', `${ONE}/test`, { body: createBody('db-1') });
      expect(body).toMatchObject({
        ok: false,
        errorClass: 'SECRET_UNRESOLVED',
        steps: [{ step: 'validate' }, { step: 'secrets', ok: false }],
      });
    });

    it('test ends in bounded time at a silent database, and only so many run at once', async () => {
      const { driver, clock } = await open({ testsAtOnce: 1 });
      driver.behave('db.internal.net', 'hangs');
      const body = createBody('db-1', { connectionTimeoutSeconds: 300 });
      const hanging = fixture.call('POST', `${ONE}/test`, { body });
      await settle();
      const second = await fixture.call('POST', `${ONE}/test`, { body });
      expect(second).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
      expect(
        (await fixture.call('POST', `${ONE}/test`, { body: createBody('db-1', { host: 'h' }), as: 'other' })).status,
      ).toBe(200);
      clock.advance(20_000);
      expect((await hanging).body).toMatchObject({ ok: false, errorClass: 'UNREACHABLE' });
      expect(driver.openPools).toEqual([]);
    });
  });

  it('asks for the scope that each route needs', async () => {
    await open();
    await put();
    const body = createBody('db-1');
    const writes = [
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/test'],
      ['POST', '/health-checks'],
      ['POST', '/pause'],
      ['POST', '/resume'],
    ] as const;
    for (const [method, path] of writes) {
      const refused = await fixture.call(method, ONE + path, { as: 'reader', ...(method === 'PUT' ? { body } : {}) });
      expect(refused.body).toMatchObject({ status: 403, code: 'INSUFFICIENT_SCOPE' });
    }
    for (const path of [ONE, `${ONE}/health`, BASE])
      expect((await fixture.call('GET', path, { as: 'reader' })).status).toBe(200);
  });
});
