import { dataActionResourceSchema } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createActionBody } from './action-fixture.ts';
import { BASE, CONNECTORS, ONE, useActionRoutes } from './action-http-fixture.ts';

describe('data action routes', () => {
  const { open, put, publish } = useActionRoutes();

  describe('PUT', () => {
    it('answers 200 with a draft when it creates and with another version when it changes', async () => {
      const { clock, changes } = await open();
      const created = await put();
      expect(created).toMatchObject({
        status: 200,
        headers: { etag: '"1"' },
        body: { ...createActionBody(), version: 1, publishedVersion: null, revision: 1 },
      });
      expect(dataActionResourceSchema.safeParse(created.body).error).toBeUndefined();
      clock.advance(1_000);
      const changed = await put({ name: 'Another name' });
      expect(changed).toMatchObject({
        status: 200,
        headers: { etag: '"2"' },
        body: { name: 'Another name', version: 2, publishedVersion: null, revision: 2 },
      });
      expect(changed.body.createdAt).toBe(created.body.createdAt);
      expect(Date.parse(changed.body.updatedAt) - Date.parse(created.body.updatedAt)).toBe(1_000);
      expect(changes.entries).toEqual([
        {
          eventType: 'ACTION_PUT',
          actionId: 'customer-by-ani',
          status: 'SUCCESS',
          latencyMs: expect.any(Number),
          details: { change: 'created', revision: 1, version: 1, connectorId: 'db-1' },
          actor: 'client-acme',
          tenant: 'acme',
          requestId: created.headers['x-request-id'],
        },
        expect.objectContaining({
          eventType: 'ACTION_PUT',
          details: { change: 'updated', revision: 2, version: 2, connectorId: 'db-1' },
        }),
      ]);
      expect(changes.events).toEqual([]);
    });

    it('keeps version and revision when nothing changes, whatever the order of members', async () => {
      const fixture = await open();
      const { changes, clock } = fixture;
      const first = await put();
      clock.advance(5_000);
      const reordered = Object.fromEntries(Object.entries(createActionBody()).reverse());
      const again = await fixture.call('PUT', ONE, { body: reordered });
      expect(again).toMatchObject({ status: 200, headers: { etag: '"1"' }, body: { version: 1, revision: 1 } });
      expect(again.body.updatedAt).toBe(first.body.updatedAt);
      expect(changes.entries.at(-1)).toMatchObject({ status: 'SUCCESS', details: { change: 'none', revision: 1 } });
      expect((await fixture.call('GET', ONE)).body.versions).toHaveLength(1);
    });

    it('makes a version of a body that says what an older one said', async () => {
      await open();
      await put();
      await put({ name: 'B' });
      expect((await put()).body.version).toBe(3);
    });

    it('honours If-Match and If-None-Match', async () => {
      const { changes } = await open();
      expect((await put({}, { headers: { 'if-match': '"1"' } })).status).toBe(412);
      expect((await put({}, { headers: { 'if-none-match': '*' } })).status).toBe(200);
      expect((await put({ name: 'B' }, { headers: { 'if-none-match': '*' } })).body.code).toBe('PRECONDITION_FAILED');
      expect((await put({ name: 'B' }, { headers: { 'if-match': '"2"' } })).status).toBe(412);
      expect((await put({ name: 'B' }, { headers: { 'if-match': '"1"' } })).body.revision).toBe(2);
      expect((await put({}, { headers: { 'if-match': '2' } })).body.code).toBe('INVALID_REQUEST');
      const failed = changes.entries.filter(({ status }) => status === 'FAILED');
      expect(failed).toHaveLength(3);
      expect(failed[0]).toMatchObject({ eventType: 'ACTION_PUT', details: { code: 'PRECONDITION_FAILED' } });
    });

    it('says no more of an id of another tenant than that it is taken', async () => {
      const fixture = await open();
      await fixture.connector('db-other', { as: 'other' });
      await put();
      await publish();
      const taken = await put({ connectorId: 'db-other' }, { as: 'other' });
      expect(taken).toMatchObject({ status: 403, body: { code: 'ID_TAKEN' } });
      expect(taken.headers.etag).toBeUndefined();
      const guessed = await put({ connectorId: 'db-other' }, { as: 'other', headers: { 'if-match': '"9"' } });
      expect(guessed.body.code).toBe('ID_TAKEN');
      expect((await fixture.call('GET', ONE, { as: 'other' })).body.code).toBe('NOT_FOUND');
      for (const path of ['/publish', '/rollback']) {
        expect((await fixture.call('POST', ONE + path, { as: 'other' })).body.code).toBe('NOT_FOUND');
      }
      expect((await fixture.call('DELETE', `${ONE}?force`, { as: 'other' })).body.code).toBe('NOT_FOUND');
      expect((await fixture.call('GET', BASE, { as: 'other' })).body).toEqual({ items: [], nextCursor: null });
    });

    it('makes versions without gap or duplicate of twenty changes at once', async () => {
      const fixture = await open();
      const answers = await Promise.all(Array.from({ length: 20 }, (_each, index) => put({ name: `Name ${index}` })));
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
      const { body } = await fixture.call('GET', ONE);
      const numbers = body.versions.map(({ version }: { version: number }) => version);
      expect(numbers).toEqual(Array.from({ length: 20 }, (_each, index) => 20 - index));
      expect(body.revision).toBe(20);
      const names = new Set(body.versions.map((each: { definition: { name: string } }) => each.definition.name));
      expect(names.size).toBe(20);
    });

    it('moves an action to another connector of the tenant, and to no other', async () => {
      const fixture = await open();
      await fixture.connector('db-2');
      await fixture.connector('db-foreign', { as: 'other' });
      await put();
      expect((await put({ connectorId: 'db-2' })).body).toMatchObject({ connectorId: 'db-2', version: 2 });
      for (const connectorId of ['db-foreign', 'db-none']) {
        const refused = await put({ connectorId });
        expect(refused.body).toMatchObject({
          code: 'VALIDATION_FAILED',
          issues: [{ code: 'UNKNOWN_CONNECTOR', path: '/connectorId' }],
        });
      }
    });
  });

  describe('GET of the collection', () => {
    it('pages through with an opaque cursor and filters by connector', async () => {
      const fixture = await open();
      await fixture.connector('db-2');
      for (const id of ['b', 'a', 'c', 'e', 'd']) await put({}, {}, id);
      await put({ connectorId: 'db-2' }, {}, 'other');
      const ids: string[] = [];
      let cursor = '';
      do {
        const page = (await fixture.call('GET', `${BASE}?limit=2&connector=db-1&cursor=${cursor}`)).body;
        ids.push(...page.items.map(({ actionId }: { actionId: string }) => actionId));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(ids).toEqual(['a', 'b', 'c', 'd', 'e']);
      expect((await fixture.call('GET', `${BASE}?connector=db-2`)).body.items).toMatchObject([{ actionId: 'other' }]);
      expect((await fixture.call('GET', `${BASE}?connector=none`)).body.items).toEqual([]);
      expect((await fixture.call('GET', `${BASE}?limit=100000`)).body.items).toHaveLength(6);
    });

    it.each(['limit=0', 'limit=x', 'limit=1&limit=2', 'cursor=!!!', 'connector=a&connector=b', 'connector=a%00'])(
      'refuses %s',
      async (query) => {
        const fixture = await open();
        expect((await fixture.call('GET', `${BASE}?${query}`)).body).toMatchObject({
          ...{ status: 400, code: 'INVALID_REQUEST' },
        });
      },
    );
  });

  describe('DELETE', () => {
    it('removes an action that is not published, with its versions', async () => {
      const fixture = await open();
      const { changes } = fixture;
      await put();
      expect((await fixture.call('DELETE', ONE, { headers: { 'if-match': '"2"' } })).status).toBe(412);
      const deleted = await fixture.call('DELETE', ONE, { headers: { 'if-match': '"1"' } });
      expect(deleted).toMatchObject({ status: 204, text: '' });
      expect(changes.entries.at(-1)).toMatchObject({
        eventType: 'ACTION_DELETE',
        actionId: 'customer-by-ani',
        details: { revision: 1, publishedVersion: null },
      });
      expect((await fixture.call('GET', ONE)).status).toBe(404);
      expect((await fixture.call('DELETE', ONE)).status).toBe(404);
      expect((await put()).body).toMatchObject({ version: 1, revision: 1 });
    });

    it.each(['?force=true', '?force', '?force=1'])(
      'removes a published action only when it is forced: %s',
      async (query) => {
        const fixture = await open();
        const { changes } = fixture;
        await put();
        await publish();
        for (const gentle of ['', '?force=false', '?force=0']) {
          const refused = await fixture.call('DELETE', ONE + gentle);
          expect(refused.body).toMatchObject({ status: 409, code: 'STILL_PUBLISHED' });
        }
        expect((await fixture.call('DELETE', `${ONE}?force=maybe`)).body.code).toBe('INVALID_REQUEST');
        expect((await fixture.call('DELETE', ONE + query)).status).toBe(204);
        expect(changes.entries.at(-1)).toMatchObject({ eventType: 'ACTION_DELETE', details: { publishedVersion: 1 } });
        expect((await fixture.call('GET', ONE)).status).toBe(404);
      },
    );
  });

  describe('DELETE of a connector', () => {
    it('is refused while the newest or the published version of an action is on it', async () => {
      const fixture = await open();
      await fixture.connector('db-2');
      await put();
      await publish();
      expect((await fixture.call('DELETE', `${CONNECTORS}/db-1`)).body.code).toBe('IN_USE');
      await put({ connectorId: 'db-2' });
      for (const id of ['db-1', 'db-2']) {
        expect((await fixture.call('DELETE', `${CONNECTORS}/${id}`)).body.code).toBe('IN_USE');
      }
      await publish();
      expect((await fixture.call('DELETE', `${CONNECTORS}/db-1`)).status).toBe(204);
      await fixture.call('DELETE', `${ONE}?force`);
      expect((await fixture.call('DELETE', `${CONNECTORS}/db-2`)).status).toBe(204);
    });

    it('leaves no action without its connector, no matter who comes first', async () => {
      const fixture = await open();
      for (let round = 0; round < 10; round += 1) {
        await fixture.connector(`db-${round}`, { serving: false });
        const [stored, deleted] = await Promise.all([
          put({ connectorId: `db-${round}` }, {}, `action-${round}`),
          fixture.call('DELETE', `${CONNECTORS}/db-${round}`),
        ]);
        expect([[200, 409].join(), [400, 204].join()]).toContain([stored.status, deleted.status].join());
        if (stored.status === 400) expect(stored.body.issues[0].code).toBe('UNKNOWN_CONNECTOR');
      }
    });
  });

  it('runs a version on a connector that became one of another kind only where it suits it', async () => {
    const fixture = await open();
    const { catalogue, clock } = fixture;
    await put();
    await publish();
    // MySQL reads the backslash as one or as the escape of the quote, by a setting.
    const statement = "select id from customers where phone = :ani and tier <> 'a\\'";
    await put({ statement }, {}, 'backslash');
    await fixture.call('POST', `${BASE}/backslash/publish`);
    expect(await catalogue.published('acme', 'backslash')).toMatchObject({ kind: 'postgresql' });
    await fixture.connector('db-1', { serving: false, type: 'DATABASE_MYSQL' });
    clock.advance(3_000);
    expect(await catalogue.published('acme', 'customer-by-ani')).toMatchObject({
      ...{ kind: 'mysql', definition: { statement: { text: expect.stringContaining('phone = ?') } } },
    });
    expect(() => catalogue.published('other', 'backslash')).not.toThrow();
    await expect((async () => catalogue.published('acme', 'backslash'))()).rejects.toMatchObject({
      code: 'NOT_PUBLISHED',
    });
    expect((await put({ name: 'B', statement }, {}, 'backslash')).body.code).toBe('VALIDATION_FAILED');
  });

  it('asks for the scope that each route needs', async () => {
    const fixture = await open();
    await put();
    const writes = [
      ['PUT', ''],
      ['DELETE', ''],
      ['POST', '/publish'],
      ['POST', '/rollback'],
    ] as const;
    for (const [method, path] of writes) {
      const refused = await fixture.call(method, ONE + path, {
        as: 'reader',
        ...(method === 'PUT' ? { body: {} } : {}),
      });
      expect(refused.body).toMatchObject({ status: 403, code: 'INSUFFICIENT_SCOPE' });
    }
    for (const path of [ONE, BASE]) expect((await fixture.call('GET', path, { as: 'reader' })).status).toBe(200);
  });
});
