import { Secret } from '@dipswitch/contract';
import { expect, it } from 'vitest';
import { ANY_ENGINE } from '../../src/audit/audit-outbox.ts';
import type { AuditEntry, AuditedTransaction, OutgoingEvent } from '../../src/audit/audited-transaction.ts';
import { AuditedTransactions, type AuditedTransactionsOptions } from '../../src/audit/audited-transactions.ts';
import { loadEngineId } from '../../src/audit/engine-id.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';
import { describeOnBothStates } from '../support/state-databases.ts';
import { type TrailFixture, useTrails } from './trail-fixture.ts';

const trails = useTrails();
const ENGINE_ID = 'engine-1';

const entry: AuditEntry = {
  eventType: 'CONFIG_UPDATED',
  connectorId: 'db-1',
  status: 'SUCCESS',
  latencyMs: 3,
  details: { revision: 1 },
  actor: 'client-1',
  tenant: 'default',
  requestId: 'request-1',
};

function create(state: StateDatabase, fixture: TrailFixture, options: Partial<AuditedTransactionsOptions> = {}) {
  return new AuditedTransactions({
    state,
    events: { append: async () => {} },
    engineId: ENGINE_ID,
    sealer: fixture.sealer,
    clock: fixture.clock,
    logger: fixture.logger,
    ...options,
  });
}

/** A change that the test can look for. */
function changeTenant(tenantId: string, details: Record<string, unknown> = {}) {
  return async (transaction: AuditedTransaction) => {
    await transaction.state.insertInto('tenants').values({ tenant_id: tenantId, created_at: 1 }).execute();
    await transaction.audit({ ...entry, tenant: tenantId, details });
    return tenantId;
  };
}

async function listTenants(state: StateDatabase): Promise<string[]> {
  const rows = await state.queries.selectFrom('tenants').select('tenant_id').orderBy('tenant_id').execute();
  return rows.map((row) => row.tenant_id);
}

const countOutbox = async (state: StateDatabase): Promise<number> =>
  (await state.queries.selectFrom('audit_outbox').select('audit_id').execute()).length;

describeOnBothStates('audited transactions', (states) => {
  it('acknowledge a change when its record is in the chained file', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const trail = await fixture.open();
    const transactions = create(state, fixture, { trail });
    await transactions.start();
    expect(await transactions.run(changeTenant('t1', { revision: 1 }))).toBe('t1');
    expect(fixture.faults.syncs).toBe(1);
    const [record] = await fixture.readRecords();
    expect(record).toMatchObject({ sequence: 1, tenant: 't1', details: { revision: 1, auditId: expect.any(String) } });
    expect(await listTenants(state)).toEqual(['t1']);
    await transactions.close();
    expect(await countOutbox(state)).toBe(0);
    expect(fixture.clock.pendingTimers).toBe(2);
  });

  it('leave neither change nor record when the work fails', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const trail = await fixture.open();
    const transactions = create(state, fixture, { trail });
    const work = transactions.run(async (transaction) => {
      await changeTenant('t1')(transaction);
      throw new Error('changed my mind');
    });
    await expect(work).rejects.toThrow('changed my mind');
    expect(await listTenants(state)).toEqual([]);
    expect(await fixture.readRecords()).toEqual([]);
    expect(await countOutbox(state)).toBe(0);
  });

  it('refuse before any work when the trail is broken', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const trail = await fixture.open();
    const transactions = create(state, fixture, { trail });
    fixture.faults.failSyncAt = 1;
    await expect(transactions.run(changeTenant('t1'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    let hasWorked = false;
    const refused = transactions.run(async () => {
      hasWorked = true;
    });
    await expect(refused).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(hasWorked).toBe(false);
    transactions.record(entry);
    expect(trail.status()).toMatchObject({ state: 'broken', dropped: 1 });
  });

  it('chain after a restart what was committed before a crash, once', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const trail = await fixture.open();
    const transactions = create(state, fixture, { trail });
    // Chained, its row never removed: the crash comes before the lazy removal.
    await transactions.run(changeTenant('t1'));
    // Committed, the record lost with the sync: the crash comes before the acknowledgement.
    fixture.faults.failAppendAt = fixture.faults.appends + 1;
    await expect(transactions.run(changeTenant('t2'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    await trail.close();
    expect(await listTenants(state)).toEqual(['t1', 't2']);
    expect(await countOutbox(state)).toBe(2);

    const restarted = create(state, fixture, { trail: await fixture.open() });
    await restarted.start();
    expect((await fixture.readRecords()).map((record) => record.tenant)).toEqual(['t1', 't2']);
    expect(await fixture.verify()).toMatchObject({ ok: true, records: 2 });
    expect(await countOutbox(state)).toBe(0);
    await restarted.close();
  });

  it('start refusing changes when the disk fails during recovery, and keep the rows', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    await create(state, fixture).run(changeTenant('t1'));
    const trail = await fixture.open();
    fixture.faults.failSyncAt = 1;
    const transactions = create(state, fixture, { trail });
    await transactions.start();
    expect(trail.status()).toMatchObject({ state: 'broken' });
    await expect(transactions.run(changeTenant('t2'))).rejects.toMatchObject({ code: 'AUDIT_UNAVAILABLE' });
    expect(await countOutbox(state)).toBe(1);
    await transactions.close();
  });

  it('leave the rows of other engines alone', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    await create(state, fixture, { engineId: 'engine-2' }).run(changeTenant('theirs'));
    const transactions = create(state, fixture, { trail: await fixture.open() });
    await transactions.start();
    expect(await fixture.readRecords()).toEqual([]);
    expect(await countOutbox(state)).toBe(1);
    await transactions.close();
  });

  it('bring in what a command next to the running engine changed or was refused', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const transactions = create(state, fixture, { trail: await fixture.open() });
    await transactions.start();
    const command = create(state, fixture, { engineId: ANY_ENGINE });
    await command.start();
    await command.run(changeTenant('t1'));
    command.record({ ...entry, status: 'FAILED', tenant: 't2' });
    await command.close();
    expect(await fixture.readRecords()).toEqual([]);
    fixture.clock.advance(5_000);
    await transactions.close();
    expect((await fixture.readRecords()).map((record) => record.tenant).sort()).toEqual(['t1', 't2']);
    expect(await countOutbox(state)).toBe(0);
  });

  it('share the records of commands, so that of two engines one chains each', async () => {
    const state = await states.open();
    const [first, second] = [await trails.create(), await trails.create()];
    await create(state, first, { engineId: ANY_ENGINE }).run(changeTenant('t1'));
    const engines = [
      create(state, first, { engineId: 'engine-1', trail: await first.open() }),
      create(state, second, { engineId: 'engine-2', trail: await second.open() }),
    ];
    await Promise.all(engines.map((engine) => engine.start()));
    expect([...(await first.readRecords()), ...(await second.readRecords())]).toHaveLength(1);
    expect(await countOutbox(state)).toBe(0);
    for (const engine of engines) await engine.close();
  });

  it('do not chain twice what they chained themselves and have not removed yet', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const transactions = create(state, fixture, { trail: await fixture.open() });
    await transactions.start();
    fixture.clock.advance(4_500);
    await Promise.all(Array.from({ length: 20 }, (_, index) => transactions.run(changeTenant(`t${index}`))));
    expect(await countOutbox(state)).toBe(20);
    fixture.clock.advance(600);
    await transactions.close();
    expect(await fixture.readRecords()).toHaveLength(20);
    expect(await countOutbox(state)).toBe(0);
  });

  it('chain one record when the database ran the work more than once', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const transactions = create(state, fixture, { trail: await fixture.open() });
    await state.transaction(async (transaction) => {
      await transaction.insertInto('tenants').values({ tenant_id: 'counter', created_at: 0 }).execute();
    });
    const count = () =>
      transactions.run(async (transaction) => {
        const { created_at } = await transaction.state
          .selectFrom('tenants')
          .select('created_at')
          .where('tenant_id', '=', 'counter')
          .executeTakeFirstOrThrow();
        await transaction.state
          .updateTable('tenants')
          .set({ created_at: created_at + 1 })
          .execute();
        await transaction.audit(entry);
      });
    await Promise.all(Array.from({ length: 6 }, count));
    const row = await state.queries.selectFrom('tenants').select('created_at').executeTakeFirstOrThrow();
    expect(row.created_at).toBe(6);
    expect(await fixture.readRecords()).toHaveLength(6);
    expect(await fixture.verify()).toMatchObject({ ok: true });
    await transactions.close();
  });

  it('keep no secret: the outbox row and the record carry its keyed digest', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const transactions = create(state, fixture, { trail: await fixture.open() });
    await transactions.run(changeTenant('t1', { ani: new Secret('+493012345') }));
    const rows = await state.queries.selectFrom('audit_outbox').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain('493012345');
    const [record] = await fixture.readRecords();
    expect(record?.details.ani).toBe(`hmac:${fixture.sealer.keyedDigest('audit t1', '+493012345')}`);
    await transactions.close();
  });

  it('store emitted events with the change and tell of them after the commit', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const stored: string[] = [];
    const told: OutgoingEvent[] = [];
    const transactions = create(state, fixture, {
      trail: await fixture.open(),
      events: { append: async (_transaction, event) => void stored.push(event.tenant) },
      onEventsCommitted: (events) => void told.push(...events),
    });
    const event: OutgoingEvent = {
      tenant: 't1',
      eventType: 'CONNECTOR_DELETED',
      connectorId: 'db-1',
      body: { source: 'CXONE_INTEGRATION_ENGINE', action: 'CONNECTOR_DELETED', connectorId: 'db-1', timestamp: '' },
      webhookUrls: ['https://receiver.example/hook'],
    };
    await transactions.run(async (transaction) => {
      await transaction.emit(event);
      expect(told).toEqual([]);
    });
    const failing = transactions.run(async (transaction) => {
      await transaction.emit(event);
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(stored).toEqual(['t1', 't1']);
    expect(told).toEqual([event]);
  });

  it('never throw from record, whatever it is given', async () => {
    const [state, fixture] = [await states.open(), await trails.create()];
    const trail = await fixture.open();
    const transactions = create(state, fixture, { trail });
    const hostile = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('no keys for you');
        },
      },
    );
    transactions.record({ ...entry, details: hostile });
    transactions.record({ ...entry, status: 'FAILED', details: { connectorId: 'a\ud800' } });
    await trail.close();
    expect(await fixture.readRecords()).toMatchObject([{ status: 'FAILED' }]);
    expect(fixture.logged.some((line) => line.level === 'error')).toBe(true);
  });
});

it('an engine keeps its identity, also when it is asked for by many at once', async () => {
  const fixture = await trails.create();
  const ids = await Promise.all(Array.from({ length: 8 }, () => loadEngineId(fixture.dataDir)));
  expect(new Set(ids).size).toBe(1);
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
});
