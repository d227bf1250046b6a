import { expect, it } from 'vitest';
import { ConnectorStore } from '../../../src/features/connectors/stored/connector-store.ts';
import { type HealthState, INITIAL_HEALTH } from '../../../src/features/health/health-status.ts';
import { HealthStore } from '../../../src/features/health/health-store.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { describeOnBothStates } from '../../support/state-databases.ts';
import { createBody } from '../connectors/connector-fixture.ts';

const FAILING: HealthState = {
  status: 'UNHEALTHY',
  lastCheckAt: 1_700_000_000_123,
  latencyMs: 3.25,
  errorClass: 'UNREACHABLE',
  message: 'cannot be reached',
  consecutiveFailures: 4,
  servingRevision: 7,
  serverVersion: 'PostgreSQL 18.4',
};

describeOnBothStates('health store', (state) => {
  async function open(ids: readonly string[]) {
    const database = await state.open();
    const store = new HealthStore(database);
    const connectors = new ConnectorStore(database);
    await database.transaction(async (transaction) => {
      for (const id of ids) {
        const body = createBody(id);
        await connectors.insert(
          { id, tenant: 'acme', body, revision: 1, paused: false, createdAt: 1, updatedAt: 1 },
          transaction,
        );
        await store.insert(id, INITIAL_HEALTH, 1, transaction);
      }
    });
    return { database, store, connectors };
  }
  const append = (database: StateDatabase, store: HealthStore, at: number) =>
    database.transaction((transaction) =>
      store.append(
        'db-1',
        { checkedAt: at, status: 'HEALTHY', latencyMs: at / 8, errorClass: null, message: null },
        transaction,
      ),
    );

  it('returns what it was given, every member of it', async () => {
    const { database, store } = await open(['db-1', 'db-2']);
    expect(await store.find('db-1')).toEqual(INITIAL_HEALTH);
    expect(await database.transaction((transaction) => store.update('db-1', FAILING, 2, transaction))).toBe(true);
    expect(await store.find('db-1')).toEqual(FAILING);
    expect(await store.findMany(['db-1', 'db-2', 'db-3'])).toEqual(
      new Map([
        ['db-1', FAILING],
        ['db-2', INITIAL_HEALTH],
      ]),
    );
  });

  it('says so when the connector is gone', async () => {
    const { database, store } = await open([]);
    expect(await database.transaction((transaction) => store.update('db-1', FAILING, 2, transaction))).toBe(false);
    expect(await store.find('db-1')).toBeUndefined();
  });

  it('keeps the newest hundred checks of a connector', async () => {
    const { database, store } = await open(['db-1']);
    for (let at = 1; at <= 105; at += 1) await append(database, store, at);
    await database.transaction((transaction) => store.trim('db-1', transaction));
    const history = await store.history('db-1');
    expect(history).toHaveLength(100);
    expect(history[0]).toEqual({
      checkedAt: 105,
      status: 'HEALTHY',
      latencyMs: 13.125,
      errorClass: null,
      message: null,
    });
    expect(history.at(-1)?.checkedAt).toBe(6);
  });

  it('drops health and history with their connector', async () => {
    const { database, store, connectors } = await open(['db-1']);
    await append(database, store, 1);
    await database.transaction((transaction) => connectors.delete('db-1', transaction));
    expect(await store.find('db-1')).toBeUndefined();
    expect(await store.history('db-1')).toEqual([]);
  });
});
