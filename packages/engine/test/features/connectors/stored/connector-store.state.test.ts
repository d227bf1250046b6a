import { expect, it } from 'vitest';
import { type Connector, stampOf } from '../../../../src/features/connectors/stored/connector.ts';
import { ConnectorStore } from '../../../../src/features/connectors/stored/connector-store.ts';
import { describeOnBothStates } from '../../../support/state-databases.ts';
import { createBody } from '../connector-fixture.ts';

const connector = (id: string, changes: Partial<Connector> = {}): Connector => ({
  id,
  tenant: 'acme',
  body: createBody(id),
  revision: 1,
  paused: false,
  createdAt: 1_700_000_000_001,
  updatedAt: 1_700_000_000_002,
  ...changes,
});

describeOnBothStates('connector store', (state) => {
  async function open(...connectors: Connector[]) {
    const database = await state.open();
    const store = new ConnectorStore(database);
    await database.transaction(async (transaction) => {
      for (const each of connectors) await store.insert(each, transaction);
    });
    return { database, store };
  }

  it('returns what it was given', async () => {
    const stored = connector('db-1', { revision: 3, paused: true });
    const { store } = await open(stored);
    expect(await store.find('db-1')).toEqual(stored);
    expect(await store.head('db-1')).toEqual({ stamp: stampOf(stored), paused: true });
    expect(await store.kindOf('db-1')).toEqual({ tenant: 'acme', kind: 'postgresql' });
    expect(await store.find('db-2')).toBeUndefined();
    expect(await store.head('db-2')).toBeUndefined();
    expect(await store.kindOf('db-2')).toBeUndefined();
  });

  it('replaces and deletes', async () => {
    const { database, store } = await open(connector('db-1'));
    const changed = connector('db-1', { body: createBody('db-1', { maxPoolSize: 9 }), revision: 2, updatedAt: 5 });
    await database.transaction((transaction) => store.update(changed, transaction));
    expect(await store.find('db-1')).toEqual(changed);
    await database.transaction((transaction) => store.delete('db-1', transaction));
    expect(await store.find('db-1')).toBeUndefined();
  });

  it('sees its own writes in a transaction, others do not until it commits', async () => {
    const { database, store } = await open();
    await database.transaction(async (transaction) => {
      await store.insert(connector('db-1'), transaction);
      expect(await store.find('db-1', transaction)).toBeDefined();
      expect(await store.find('db-1')).toBeUndefined();
    });
    expect(await store.find('db-1')).toBeDefined();
  });

  it('pages through the connectors of one tenant in the order of their ids', async () => {
    const mysql = { ...createBody('c'), connectorType: 'DATABASE_MYSQL' } as const;
    const { store } = await open(
      connector('c', { body: mysql }),
      connector('a'),
      connector('d'),
      connector('b'),
      connector('foreign', { tenant: 'other' }),
    );
    const ids = async (query: Parameters<typeof store.list>[1]) =>
      (await store.list('acme', query)).map(({ id }) => id);
    expect(await ids({ limit: 2 })).toEqual(['a', 'b']);
    expect(await ids({ limit: 2, after: 'b' })).toEqual(['c', 'd']);
    expect(await ids({ limit: 10, type: 'DATABASE_MYSQL' })).toEqual(['c']);
    expect(await ids({ limit: 10, after: 'c', type: 'DATABASE_POSTGRESQL' })).toEqual(['d']);
    expect((await store.listHeads({ limit: 10, after: 'b' })).map(({ id }) => id)).toEqual(['c', 'd', 'foreign']);
    const [first] = await store.listHeads({ limit: 1 });
    expect(first).toEqual({ id: 'a', ...(await store.head('a')) });
    const several = await store.findMany(['foreign', 'none', 'b']);
    expect(several.map(({ id }) => id).sort()).toEqual(['b', 'foreign']);
    expect(await store.findMany([])).toEqual([]);
  });
});
