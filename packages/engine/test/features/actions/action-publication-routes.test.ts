import { dataActionDetailSchema } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createBody, settle } from '../connectors/connector-fixture.ts';
import { type ActionFixture, CONNECTORS, ONE, useActionRoutes } from './action-http-fixture.ts';

describe('data action routes', () => {
  const { open, put, publish, rollback, publishedVersion } = useActionRoutes();

  describe('publish', () => {
    it('makes the newest version the one that runs, records it and tells the webhooks of the connector', async () => {
      const fixture = await open();
      const { changes, clock } = fixture;
      await subscribe(fixture);
      await put();
      await put({ name: 'B' });
      clock.advance(1_000);
      const published = await publish();
      expect(published).toMatchObject({
        status: 200,
        headers: { etag: '"3"' },
        body: { name: 'B', version: 2, publishedVersion: 2, revision: 3 },
      });
      expect(changes.events).toEqual([
        {
          tenant: 'acme',
          eventType: 'ACTION_PUBLISHED',
          connectorId: 'db-1',
          webhookUrls: ['https://hooks.example.com/published'],
          body: {
            source: 'CXONE_INTEGRATION_ENGINE',
            action: 'ACTION_PUBLISHED',
            actionId: 'customer-by-ani',
            connectorId: 'db-1',
            version: 2,
            timestamp: '2026-11-23T09:00:01.000Z',
          },
        },
      ]);
      expect(changes.entries.at(-1)).toMatchObject({
        eventType: 'ACTION_PUBLISH',
        actionId: 'customer-by-ani',
        status: 'SUCCESS',
        details: { revision: 3, version: 2, previousVersion: null },
      });
    });

    it('makes a named version run, and answers with the newest one', async () => {
      const fixture = await open();
      await put();
      await put({ name: 'B' });
      expect((await publish({ version: 1 })).body).toMatchObject({ name: 'B', version: 2, publishedVersion: 1 });
      const { body } = await fixture.call('GET', ONE);
      expect(dataActionDetailSchema.safeParse(body).error).toBeUndefined();
      expect(body.versions).toMatchObject([
        { version: 2, state: 'draft', createdBy: 'client-acme', publishedAt: null, definition: { name: 'B' } },
        { version: 1, state: 'published', publishedAt: '2026-11-23T09:00:00.000Z' },
      ]);
      await publish({ version: 2 });
      expect((await fixture.call('GET', ONE)).body.versions).toMatchObject([
        { version: 2, state: 'published' },
        { version: 1, state: 'superseded' },
      ]);
    });

    it('changes nothing when the version runs already', async () => {
      const { changes, driver } = await open();
      await put();
      await publish();
      driver.behave('db.internal.net', 'syntax');
      const again = await publish();
      expect(again).toMatchObject({ status: 200, body: { revision: 2, publishedVersion: 1 } });
      expect(changes.entries.at(-1)).toMatchObject({ status: 'SUCCESS', details: { change: 'none' } });
    });

    it('keeps running what is published when a draft is stored', async () => {
      await open();
      await put();
      await publish();
      expect((await put({ name: 'B' })).body).toMatchObject({ version: 2, publishedVersion: 1 });
    });

    it.each([
      ['an unknown version', { version: 7 }, 404, 'UNKNOWN_VERSION'],
      ['a version that no database counts to', { version: 2 ** 40 }, 404, 'UNKNOWN_VERSION'],
      ['a version of zero', { version: 0 }, 400, 'VALIDATION_FAILED'],
      ['a version in text', { version: '1' }, 400, 'VALIDATION_FAILED'],
      ['an unknown member', { versoin: 1 }, 400, 'VALIDATION_FAILED'],
      ['null', 'null', 400, 'VALIDATION_FAILED'],
    ])('refuses %s, and so does rollback', async (_name, body, status, code) => {
      await open();
      await put();
      for (const refused of [await publish(body), await rollback(body)])
        expect(refused.body).toMatchObject({ status, code });
      expect(await publishedVersion()).toBeNull();
    });

    it('is refused for an unknown action and for another revision', async () => {
      const { changes } = await open();
      expect((await publish()).body.code).toBe('NOT_FOUND');
      await put();
      const stale = await publish(undefined, { headers: { 'if-match': '"9"' } });
      expect(stale.body.code).toBe('PRECONDITION_FAILED');
      expect((await publish(undefined, { headers: { 'if-match': '"1"' } })).status).toBe(200);
      const failed = changes.entries.filter(({ status }) => status === 'FAILED');
      expect(failed).toMatchObject([
        { eventType: 'ACTION_PUBLISH', details: { code: 'NOT_FOUND' } },
        { eventType: 'ACTION_PUBLISH', details: { code: 'PRECONDITION_FAILED' } },
      ]);
    });

    async function subscribe(fixture: ActionFixture): Promise<void> {
      const webhookUrl = 'https://hooks.example.com/published';
      const eventSubscriptions = [{ eventType: 'ACTION_PUBLISHED', webhookUrl }];
      await fixture.call('PUT', `${CONNECTORS}/db-1`, { body: { ...createBody('db-1'), eventSubscriptions } });
      await settle();
      fixture.changes.events.length = 0;
    }
  });

  describe('rollback', () => {
    const publishVersions = async (count: number): Promise<void> => {
      for (let version = 1; version <= count; version += 1) {
        await put({ name: `Version ${version}` });
        await publish();
      }
    };

    it('goes back one publication at a time, to the first and no further', async () => {
      const { changes } = await open();
      await publishVersions(3);
      expect((await rollback()).body).toMatchObject({
        publishedVersion: 2,
        version: 3,
        name: 'Version 3',
        revision: 7,
      });
      expect(changes.entries.at(-1)).toMatchObject({
        eventType: 'ACTION_ROLLBACK',
        details: { version: 2, previousVersion: 3, revision: 7 },
      });
      expect((await rollback()).body.publishedVersion).toBe(1);
      const refused = await rollback();
      expect(refused.body).toMatchObject({ status: 400, issues: [{ code: 'NEVER_PUBLISHED', path: '/version' }] });
      expect(await publishedVersion()).toBe(1);
    });

    it('goes to a named version that ran, forth as well as back', async () => {
      const fixture = await open();
      await publishVersions(3);
      expect((await rollback({ version: 1 })).body.publishedVersion).toBe(1);
      expect((await rollback({ version: 3 })).body.publishedVersion).toBe(3);
      expect((await rollback()).body.publishedVersion).toBe(2);
      expect((await rollback({ version: 2 })).body.revision).toBe((await fixture.call('GET', ONE)).body.revision);
    });

    it('tells the webhooks which version runs, without asking the database', async () => {
      const fixture = await open();
      const { driver, changes } = fixture;
      const webhookUrl = 'https://hooks.example.com/published';
      const eventSubscriptions = [{ eventType: 'ACTION_PUBLISHED', webhookUrl }];
      await fixture.call('PUT', `${CONNECTORS}/db-1`, { body: { ...createBody('db-1'), eventSubscriptions } });
      await publishVersions(2);
      driver.behave('db.internal.net', 'syntax');
      expect((await rollback()).status).toBe(200);
      expect(changes.events.at(-1)).toMatchObject({ eventType: 'ACTION_PUBLISHED', body: { version: 1 } });
    });

    it('refuses a version that never ran, and an action of which none runs', async () => {
      await open();
      await put();
      expect((await rollback()).body).toMatchObject({ status: 409, code: 'NOT_PUBLISHED' });
      await publish();
      await put({ name: 'B' });
      expect((await rollback({ version: 2 })).body).toMatchObject({
        status: 400,
        issues: [{ code: 'NEVER_PUBLISHED', path: '/version' }],
      });
    });

    it('refuses a version whose connector is gone', async () => {
      const fixture = await open();
      await fixture.connector('db-2');
      await put();
      await publish();
      await put({ connectorId: 'db-2' });
      await publish();
      expect((await fixture.call('DELETE', `${CONNECTORS}/db-1`)).status).toBe(204);
      expect((await rollback()).body.issues).toMatchObject([{ code: 'UNKNOWN_CONNECTOR', path: '/connectorId' }]);
      expect((await publish({ version: 1 })).body.issues).toMatchObject([{ code: 'UNKNOWN_CONNECTOR' }]);
      expect(await publishedVersion()).toBe(2);
    });
  });
});
