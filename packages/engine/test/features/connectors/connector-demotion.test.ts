import { afterEach, describe, expect, it } from 'vitest';
import { DriverError, type DriverErrorKind } from '../../../src/drivers/driver.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createRuntimesFixture, type RuntimesFixture, settle } from './connector-fixture.ts';

const ID = 'db-1';
const WRITE = plainStatement('insert into calls values (1)');
const READ = plainStatement('select 1', { access: 'read' });

async function openServing(): Promise<RuntimesFixture> {
  const fixture = createRuntimesFixture();
  fixture.store.put(ID);
  fixture.runtimes.reconcile(ID);
  await settle();
  expect(fixture.runtimes.snapshot(ID).state).toBe('serving');
  return fixture;
}

describe('a connector whose server was demoted', () => {
  let fixture: RuntimesFixture;
  const health = () => fixture.health.of(ID);
  const run = (statement = WRITE) => fixture.runtimes.run(ID, statement, [], within(100, fixture.clock));
  const refuse = async (kind: DriverErrorKind = 'read-only') => {
    fixture.driver.statementFailure = new DriverError(kind, 'refused', { vendorCode: '25006' });
    await expect(run()).rejects.toMatchObject({ kind });
    fixture.driver.statementFailure = undefined;
    await settle();
  };

  afterEach(async () => {
    const closing = fixture.runtimes.close(0);
    await fixture.pass(2_000);
    await closing;
    expect(fixture.driver.openPools).toEqual([]);
  });

  it('stays healthy though it takes no writes while no data action writes through it', async () => {
    fixture = await openServing();
    fixture.driver.readOnly = true;
    await fixture.pass(120_000);
    expect(health()).toMatchObject({ status: 'HEALTHY', errorClass: null });
    expect(fixture.driver.pools.length).toBe(1);
  });

  it('is degraded by its health check alone, although its health query is answered', async () => {
    fixture = await openServing();
    fixture.writers.add(ID);
    fixture.driver.readOnly = true;
    await fixture.pass(61_000);
    expect(health()).toMatchObject({ status: 'DEGRADED', errorClass: 'READ_ONLY' });
    expect(fixture.runtimes.snapshot(ID).state).toBe('serving');
  });

  it('evicts its connections when a write is refused, at once, and says why', async () => {
    fixture = await openServing();
    fixture.driver.readOnly = true;
    await refuse();
    expect(fixture.driver.pools.length).toBe(2);
    expect(fixture.driver.pools[0]?.isClosed).toBe(true);
    expect(health()).toMatchObject({ status: 'DEGRADED', errorClass: 'READ_ONLY' });
  });

  it('goes on looking for a primary at least every ten seconds, although it is checked more often', async () => {
    fixture = createRuntimesFixture();
    fixture.store.put(ID, { intervalSeconds: 6 });
    fixture.runtimes.reconcile(ID);
    fixture.writers.add(ID);
    fixture.driver.readOnly = true;
    await fixture.pass(60_000);
    const before = fixture.driver.pools.length;
    await fixture.pass(60_000);
    expect(fixture.driver.pools.length - before).toBeGreaterThanOrEqual(4);
    expect(fixture.driver.pools.length - before).toBeLessThanOrEqual(12);
  });

  it('is opened once more when a check meets a primary: other connections may lead to the old one', async () => {
    fixture = createRuntimesFixture();
    fixture.store.put(ID, { intervalSeconds: 6 });
    fixture.runtimes.reconcile(ID);
    fixture.writers.add(ID);
    fixture.driver.readOnly = true;
    await fixture.pass(60_000);
    const opened = fixture.driver.pools.length;
    while (fixture.driver.pools.length === opened) await fixture.pass(100);
    fixture.driver.readOnly = false;
    await fixture.pass(6_500);
    expect(fixture.driver.pools.length).toBe(opened + 1);
    expect(health()).toMatchObject({ status: 'HEALTHY', errorClass: null });
    await fixture.pass(60_000);
    expect(fixture.driver.pools.length).toBe(opened + 2);
  });

  it('serves reads all the while', async () => {
    fixture = await openServing();
    fixture.driver.readOnly = true;
    await refuse();
    expect((await run(READ)).rows.length).toBe(1);
  });

  it('finds the new primary within ten seconds, and is healthy then', async () => {
    fixture = await openServing();
    fixture.driver.readOnly = true;
    await refuse();
    await fixture.pass(300_000);
    expect(health().errorClass).toBe('READ_ONLY');
    const opened = fixture.driver.pools.length;
    fixture.driver.readOnly = false;
    await fixture.pass(10_000);
    expect(fixture.driver.pools.length).toBe(opened + 1);
    expect(health()).toMatchObject({ status: 'HEALTHY', errorClass: null });
    await fixture.pass(60_000);
    expect(fixture.driver.pools.length).toBe(opened + 1);
  });

  it('looks for it at growing pauses', async () => {
    fixture = await openServing();
    fixture.driver.readOnly = true;
    await refuse();
    await fixture.pass(60_000);
    expect(fixture.driver.pools.length).toBeGreaterThan(6);
    expect(fixture.driver.pools.length).toBeLessThan(15);
  });

  it('opens its pool again for refused writes now and then only, when the server says that it takes them', async () => {
    fixture = await openServing();
    for (let second = 0; second < 20; second += 1) {
      await refuse();
      await fixture.pass(1_000);
    }
    expect(fixture.driver.pools.length).toBeGreaterThan(2);
    expect(fixture.driver.pools.length).toBeLessThanOrEqual(6);
    expect(health().status).toBe('HEALTHY');
  });

  it('is not opened again for a read action that tries to write', async () => {
    fixture = await openServing();
    fixture.driver.statementFailure = new DriverError('read-only', 'refused', { vendorCode: '25006' });
    await expect(run(READ)).rejects.toMatchObject({ kind: 'read-only' });
    await fixture.pass(5_000);
    expect(fixture.driver.pools.length).toBe(1);
  });

  it('goes on serving when no new pool can be opened', async () => {
    fixture = await openServing();
    fixture.driver.readOnly = true;
    fixture.driver.behave('db.internal.net', 'refused');
    await refuse();
    fixture.driver.behave('db.internal.net', 'answers');
    expect(fixture.runtimes.snapshot(ID).state).toBe('serving');
    expect((await run(READ)).rows.length).toBe(1);
  });
});

describe('a statement that fails', () => {
  let fixture: RuntimesFixture;
  const failOften = async (kind: DriverErrorKind, vendorCode?: string) => {
    fixture = await openServing();
    fixture.driver.statementFailure = new DriverError(kind, 'failed', { vendorCode });
    for (let time = 0; time < 10; time += 1) {
      await expect(fixture.runtimes.run(ID, READ, [], within(100, fixture.clock))).rejects.toMatchObject({ kind });
      await settle();
    }
    fixture.driver.statementFailure = undefined;
  };
  const state = () => fixture.runtimes.snapshot(ID).state;

  afterEach(async () => {
    const closing = fixture.runtimes.close(0);
    await fixture.pass(2_000);
    await closing;
  });

  it.each<[string, DriverErrorKind, string | undefined]>([
    ['is slow', 'query-timeout', undefined],
    ['had no time to wait for a connection', 'connect-timeout', undefined],
    ['breaks a constraint', 'unknown', '23505'],
    ['returns more than it may', 'protocol', undefined],
    ['fails without a reason', 'unknown', undefined],
  ])('because it %s does not take the other actions of the connector down', async (_, kind, vendorCode) => {
    await failOften(kind, vendorCode);
    expect(state()).toBe('serving');
    expect((await fixture.runtimes.run(ID, READ, [], within(100, fixture.clock))).rows.length).toBe(1);
  });

  it('because it breaks a constraint costs no probe', async () => {
    await failOften('unknown', '23505');
    expect(fixture.driver.probes).toBe(1);
  });

  it('because its connection is lost opens the breaker', async () => {
    fixture = await openServing();
    fixture.driver.behave('db.internal.net', 'connection-lost');
    for (let time = 0; time < 3; time += 1) {
      await expect(fixture.runtimes.run(ID, READ, [], within(100, fixture.clock))).rejects.toThrow();
      await settle();
    }
    expect(state()).toBe('failing');
  });

  it('by being slow opens the breaker when the probes that follow are not answered either', async () => {
    fixture = await openServing();
    fixture.driver.behave('db.internal.net', 'query-timeout');
    await expect(fixture.runtimes.run(ID, READ, [], within(100, fixture.clock))).rejects.toMatchObject({
      kind: 'query-timeout',
    });
    expect(state()).toBe('serving');
    await fixture.pass(5_000);
    expect(state()).toBe('failing');
  });

  it('by being slow costs one probe, and none while others are answered', async () => {
    await failOften('query-timeout');
    await fixture.pass(3_000);
    expect(fixture.driver.probes).toBe(2);
    await fixture.runtimes.run(ID, READ, [], within(100, fixture.clock));
    fixture.driver.statementFailure = new DriverError('query-timeout', 'slow');
    await expect(fixture.runtimes.run(ID, READ, [], within(100, fixture.clock))).rejects.toThrow();
    fixture.driver.statementFailure = undefined;
    await fixture.runtimes.run(ID, READ, [], within(100, fixture.clock));
    await fixture.pass(3_000);
    expect(fixture.driver.probes).toBe(2);
  });
});
