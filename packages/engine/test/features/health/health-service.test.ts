import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { HealthService } from '../../../src/features/health/health-service.ts';
import type { HealthObservation } from '../../../src/features/health/health-status.ts';
import { HealthStore } from '../../../src/features/health/health-store.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';
import { useSqliteState } from '../../support/state-databases.ts';
import { createBody } from '../connectors/connector-fixture.ts';

const SUBJECT = { connectorId: 'db-1', tenant: 'acme', webhookUrls: ['https://hooks.example.com/health'] };
const answered = (at: number): HealthObservation => ({
  kind: 'answered',
  at,
  latencyMs: 3,
  slowAboveMs: 2_500,
  servingRevision: 1,
  serverVersion: 'FakeDB 1.0',
  readOnly: false,
  isDemoted: false,
  replacementFailure: null,
});
const failed = (at: number): HealthObservation => ({
  kind: 'failed',
  at,
  servingRevision: 1,
  failure: { errorClass: 'UNREACHABLE', message: 'cannot be reached' },
});

describe('the health service', () => {
  const state = useSqliteState();

  async function open() {
    const database = await state.open();
    const clock = new FakeClock();
    const changes = new CollectedChanges(database);
    const logger = new RecordingLogger();
    const store = new HealthStore(database);
    const options = { state: database, store, transactions: changes, clock, logger };
    const service = new HealthService(options);
    await createRow(database, service, 'db-1');
    return { database, clock, changes, logger, store, service, options };
  }

  async function createRow(database: StateDatabase, service: HealthService, id: string) {
    await database.transaction(async (transaction) => {
      await transaction
        .insertInto('connectors')
        .values({
          connector_id: id,
          tenant_id: 'acme',
          connector_type: 'DATABASE_POSTGRESQL',
          body: JSON.stringify(createBody(id)),
          revision: 1,
          paused: 0,
          created_at: 1,
          updated_at: 1,
        })
        .execute();
      await service.initialize(id, transaction);
    });
  }

  it('stores a new status at once, with one event and no audit record', async () => {
    const { service, store, changes, clock } = await open();
    await service.observe(SUBJECT, answered(clock.now()));
    expect(await store.find('db-1')).toMatchObject({ status: 'HEALTHY', latencyMs: 3, servingRevision: 1 });
    expect(changes.entries).toEqual([]);
    expect(changes.events).toEqual([
      {
        tenant: 'acme',
        eventType: 'HEALTH_CHANGED',
        connectorId: 'db-1',
        webhookUrls: SUBJECT.webhookUrls,
        body: {
          source: 'CXONE_INTEGRATION_ENGINE',
          action: 'HEALTH_CHANGED',
          connectorId: 'db-1',
          previousStatus: 'PENDING',
          status: 'HEALTHY',
          timestamp: new Date(clock.now()).toISOString(),
        },
      },
    ]);
  });

  it('keeps an unchanged result in memory and writes it with the next flush', async () => {
    const { service, store, changes, clock, logger } = await open();
    await service.observe(SUBJECT, answered(clock.now()));
    const first = clock.now();
    clock.advance(60_000);
    await service.observe(SUBJECT, answered(clock.now()));
    expect((await service.get('db-1')).lastCheckAt).toBe(clock.now());
    expect((await store.find('db-1'))?.lastCheckAt).toBe(first);
    await service.flush();
    expect((await store.find('db-1'))?.lastCheckAt).toBe(clock.now());
    expect(changes.events).toHaveLength(1);
    expect(await service.history('db-1')).toHaveLength(1);
    expect(logger.entries).toEqual([]);
  });

  it('samples unchanged results into the history, and keeps those that a caller asked for', async () => {
    const { service, clock } = await open();
    for (let check = 0; check < 21; check += 1) {
      await service.observe(SUBJECT, answered(clock.now()));
      clock.advance(60_000);
    }
    expect(await service.history('db-1')).toHaveLength(5);
    await service.observe(SUBJECT, answered(clock.now()), { keep: true });
    expect(await service.history('db-1')).toHaveLength(6);
  });

  it('keeps the newest hundred entries, newest first', async () => {
    const { service, clock, database } = await open();
    for (let check = 0; check < 130; check += 1) {
      clock.advance(1_000);
      await service.observe(SUBJECT, check % 2 === 0 ? answered(clock.now()) : failed(clock.now()));
    }
    const history = await service.history('db-1');
    expect(history).toHaveLength(100);
    expect(history[0]?.checkedAt).toBe(clock.now());
    expect([...history].sort((a, b) => b.checkedAt - a.checkedAt)).toEqual(history);
    const rows = await database.queries.selectFrom('health_checks').selectAll().execute();
    expect(rows.length).toBeLessThan(125);
  });

  it('sends no event to nobody, and none for a status that stays', async () => {
    const { service, changes, clock } = await open();
    await service.observe({ ...SUBJECT, webhookUrls: [] }, answered(clock.now()));
    await service.observe(SUBJECT, answered(clock.now()));
    expect(changes.events).toEqual([]);
  });

  it('sends one event when two engines see the same change', async () => {
    const { service, changes, clock, options } = await open();
    const other = new HealthService(options);
    await service.observe(SUBJECT, answered(clock.now()));
    await other.observe(SUBJECT, answered(clock.now()));
    expect(changes.events).toHaveLength(1);
  });

  it('tries again later when the change could not be stored', async () => {
    const { clock, changes, options, store, logger } = await open();
    let isAway = true;
    const transactions = {
      record: changes.record.bind(changes),
      run: <Result>(work: Parameters<typeof changes.run<Result>>[0]) =>
        isAway ? Promise.reject(new Error('audit is away')) : changes.run(work),
    };
    const service = new HealthService({ ...options, transactions });
    await service.observe(SUBJECT, answered(clock.now()));
    expect((await service.get('db-1')).status).toBe('HEALTHY');
    expect((await store.find('db-1'))?.status).toBe('PENDING');
    isAway = false;
    await service.flush();
    expect((await store.find('db-1'))?.status).toBe('HEALTHY');
    expect(changes.events).toHaveLength(1);
    expect(logger.entries).toHaveLength(1);
  });

  it('writes what comes at once in a few transactions', async () => {
    const { clock, changes, options, database, store } = await open();
    let transactions = 0;
    const counting = {
      record: changes.record.bind(changes),
      run: <Result>(work: Parameters<typeof changes.run<Result>>[0]) => {
        transactions += 1;
        return changes.run(work);
      },
    };
    const service = new HealthService({ ...options, transactions: counting });
    const ids = Array.from({ length: 150 }, (_each, index) => `many-${index}`);
    for (const id of ids) await createRow(database, service, id);
    await Promise.all(ids.map((id) => service.observe({ ...SUBJECT, connectorId: id }, answered(clock.now()))));
    expect(changes.events).toHaveLength(150);
    expect(transactions).toBeLessThanOrEqual(10);
    expect([...(await store.findMany(ids)).values()].every(({ status }) => status === 'HEALTHY')).toBe(true);
  });

  it('leaves a connector alone that was deleted meanwhile', async () => {
    const { service, database, changes, clock } = await open();
    await service.observe(SUBJECT, answered(clock.now()));
    await database.transaction(async (transaction) => {
      await transaction.deleteFrom('connectors').execute();
    });
    await service.observe(SUBJECT, failed(clock.now()));
    expect(changes.events).toHaveLength(1);
    expect(await service.history('db-1')).toEqual([]);
    service.forget('db-1');
    expect((await service.get('db-1')).status).toBe('PENDING');
  });

  it('writes by itself at intervals while started, and the rest when closed', async () => {
    const { service, store, clock } = await open();
    await service.observe(SUBJECT, answered(clock.now()));
    service.start();
    clock.advance(1_000);
    await service.observe(SUBJECT, answered(clock.now()));
    const at = clock.now();
    clock.advance(10_000);
    await service.flush();
    expect((await store.find('db-1'))?.lastCheckAt).toBe(at);
    clock.advance(1_000);
    await service.observe(SUBJECT, answered(clock.now()));
    await service.close();
    expect((await store.find('db-1'))?.lastCheckAt).toBe(clock.now());
    await new Promise((resolve) => setImmediate(resolve));
    expect(clock.pendingTimers).toBe(0);
  });
});
