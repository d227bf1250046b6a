import { expect, it } from 'vitest';
import type { ActionVersion, DataAction } from '../../../src/features/actions/action.ts';
import { ActionStore } from '../../../src/features/actions/action-store.ts';
import { describeOnBothStates } from '../../support/state-databases.ts';
import { createActionBody } from './action-fixture.ts';

const action = (id: string, changes: Partial<DataAction> = {}): DataAction => ({
  ...{ id, tenant: 'acme', connectorId: 'db-1', revision: 1, latestVersion: 1, published: null },
  ...{ createdAt: 1_700_000_000_001, updatedAt: 1_700_000_000_002 },
  ...changes,
});

const version = (actionId: string, number: number, changes: Partial<ActionVersion> = {}): ActionVersion => ({
  ...{ actionId, version: number, body: createActionBody(actionId, { name: `Version ${number}` }) },
  ...{ createdAt: 1_700_000_000_003, createdBy: 'client-1', publishedAt: null, publishedAfter: null },
  ...changes,
});

describeOnBothStates('action store', (state) => {
  async function open(...stored: ReadonlyArray<readonly [DataAction, ...ActionVersion[]]>) {
    const database = await state.open();
    const store = new ActionStore(database);
    await database.transaction(async (transaction) => {
      for (const [each, ...versions] of stored) {
        await store.insert(each, transaction);
        for (const one of versions) await store.insertVersion(one, transaction);
      }
    });
    return { database, store };
  }

  it('returns what it was given', async () => {
    const published = { version: 1, connectorId: 'db-2' };
    const stored = action('a', { revision: 4, latestVersion: 2, published });
    const versions = [version('a', 1, { publishedAt: 5, publishedAfter: 7 }), version('a', 2)] as const;
    const { store } = await open([stored, ...versions]);
    expect(await store.find('a')).toEqual(stored);
    expect(await store.head('a')).toMatchObject({ tenant: 'acme', createdAt: stored.createdAt, published });
    expect(await store.findVersion('a', 1)).toEqual(versions[0]);
    expect(await store.history('a')).toEqual({ action: stored, versions: versions.toReversed() });
  });

  it('finds nothing where nothing is', async () => {
    const { store } = await open([action('a'), version('a', 1)]);
    expect(await store.find('b')).toBeUndefined();
    expect(await store.head('b')).toBeUndefined();
    expect(await store.history('b')).toBeUndefined();
    for (const number of [0, 2, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      expect(await store.findVersion('a', number)).toBeUndefined();
    }
  });

  it('replaces what changes of an action and of a version, never the body', async () => {
    const { database, store } = await open([action('a'), version('a', 1)]);
    const changed = action('a', { revision: 2, published: { version: 1, connectorId: 'db-1' }, updatedAt: 9 });
    await database.transaction(async (transaction) => {
      await store.update(changed, transaction);
      await store.updateVersion(version('a', 1, { body: createActionBody('b'), publishedAt: 9 }), transaction);
    });
    expect(await store.find('a')).toEqual(changed);
    expect(await store.findVersion('a', 1)).toEqual(version('a', 1, { publishedAt: 9 }));
  });

  it('refuses a version twice, and deletes versions with their action', async () => {
    const { database, store } = await open([action('a'), version('a', 1)], [action('b'), version('b', 1)]);
    const again = database.transaction((transaction) => store.insertVersion(version('a', 1), transaction));
    await expect(again).rejects.toThrow();
    await database.transaction((transaction) => store.delete('a', transaction));
    expect([await store.find('a'), await store.findVersion('a', 1)]).toEqual([undefined, undefined]);
    expect(await store.findVersion('b', 1)).toBeDefined();
  });

  it('sees its own writes in a transaction, others do not until it commits', async () => {
    const { database, store } = await open();
    await database.transaction(async (transaction) => {
      await store.insert(action('a'), transaction);
      await store.insertVersion(version('a', 1), transaction);
      expect(await store.find('a', transaction)).toBeDefined();
      expect(await store.findVersion('a', 1, transaction)).toBeDefined();
      expect(await store.find('a')).toBeUndefined();
    });
    expect(await store.find('a')).toBeDefined();
  });

  it('pages through the actions of one tenant in the order of their ids, with their newest bodies', async () => {
    const { store } = await open(
      [action('c', { connectorId: 'db-2' }), version('c', 1)],
      [action('a', { latestVersion: 2 }), version('a', 1), version('a', 2)],
      [action('d'), version('d', 1)],
      [action('b'), version('b', 1)],
      [action('foreign', { tenant: 'other' }), version('foreign', 1)],
    );
    const ids = async (query: Parameters<typeof store.list>[1]) =>
      (await store.list('acme', query)).map((listing) => listing.action.id);
    expect(await ids({ limit: 2 })).toEqual(['a', 'b']);
    expect(await ids({ limit: 2, after: 'b' })).toEqual(['c', 'd']);
    expect(await ids({ limit: 10, connectorId: 'db-1' })).toEqual(['a', 'b', 'd']);
    expect(await ids({ limit: 10, connectorId: 'db-1', after: 'b' })).toEqual(['d']);
    const [first] = await store.list('acme', { limit: 1 });
    expect(first).toMatchObject({ action: { latestVersion: 2 }, body: { name: 'Version 2' } });
  });

  it('says whether the newest or the published version of any action is on a connector', async () => {
    const moved = action('a', {
      latestVersion: 2,
      connectorId: 'db-2',
      published: { version: 1, connectorId: 'db-1' },
    });
    const { database, store } = await open([moved, version('a', 1), version('a', 2)]);
    const uses = (id: string) => database.transaction((transaction) => store.usesConnector(id, transaction));
    expect([await uses('db-1'), await uses('db-2'), await uses('db-3')]).toEqual([true, true, false]);
  });

  it('knows which connectors published versions write through', async () => {
    const writes = { body: createActionBody('a', { access: 'write' }) };
    const reads = {
      body: createActionBody('a', { description: 'has "access":"write"', fallback: { access: 'write' } }),
    };
    const onConnector = (id: string, connectorId: string, published: number | null): DataAction =>
      action(id, { latestVersion: 2, published: published === null ? null : { version: published, connectorId } });
    const { store } = await open(
      [onConnector('a', 'written', 2), version('a', 1, reads), version('a', 2, writes)],
      [onConnector('b', 'read', 1), version('b', 1, reads), version('b', 2, writes)],
      [onConnector('c', 'draft', null), version('c', 1, writes), version('c', 2, writes)],
    );
    const writesThrough = await Promise.all(['written', 'read', 'draft', 'other'].map((id) => store.writesThrough(id)));
    expect(writesThrough).toEqual([true, false, false, false]);
  });
});
