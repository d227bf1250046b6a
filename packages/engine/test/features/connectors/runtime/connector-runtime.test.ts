import { afterEach, describe, expect, it } from 'vitest';
import { DriverError } from '../../../../src/drivers/driver.ts';
import { RuntimeUnavailableError } from '../../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import { StateUnavailableError } from '../../../../src/state/state-errors.ts';
import { plainStatement } from '../../../support/plain-statement.ts';
import { within } from '../../../support/within.ts';
import { createRuntimesFixture, type RuntimesFixture, settle } from '../connector-fixture.ts';

const ID = 'db-1';

describe('a connector runtime', () => {
  let fixture: RuntimesFixture;
  const open = (times?: Parameters<typeof createRuntimesFixture>[0]): RuntimesFixture => {
    fixture = createRuntimesFixture(times);
    return fixture;
  };
  const reconciled = async (): Promise<void> => {
    fixture.runtimes.reconcile(ID);
    await settle();
  };
  const state = () => fixture.runtimes.snapshot(ID).state;
  const status = () => fixture.health.of(ID).status;
  const run = (timeoutMs = 100) =>
    fixture.runtimes.run(ID, plainStatement('select 1'), [], within(timeoutMs, fixture.clock));

  afterEach(async () => {
    const closing = fixture.runtimes.close(0);
    await fixture.pass(2_000);
    await closing;
    expect(fixture.driver.openPools).toEqual([]);
  });

  describe('when a connector is stored', () => {
    it('serves once the pool answered the health query', async () => {
      const { driver, store } = open();
      store.put(ID);
      await reconciled();
      expect(state()).toBe('serving');
      expect(fixture.health.of(ID)).toMatchObject({
        status: 'HEALTHY',
        servingRevision: 1,
        serverVersion: 'FakeDB 1.0',
      });
      expect(driver.lastPool.options).toMatchObject({
        minConnections: 2,
        maxConnections: 15,
        connectTimeoutMs: 25_000,
      });
      expect(driver.lastPool.target).toMatchObject({
        hosts: [{ host: 'db.internal.net', port: 5432 }],
        database: 'analytics_dw',
        tls: { mode: 'required', verification: 'full' },
      });
    });

    it('fails with a class that is the same for refused, silent and unknown hosts', async () => {
      for (const kind of ['refused', 'host-not-found', 'unreachable', 'connect-timeout'] as const) {
        const { driver, store, runtimes } = open();
        driver.behave('db.internal.net', kind);
        store.put(ID);
        await reconciled();
        expect(state()).toBe('failing');
        expect(fixture.health.of(ID)).toMatchObject({
          status: 'UNHEALTHY',
          errorClass: 'UNREACHABLE',
          servingRevision: null,
        });
        expect(fixture.health.of(ID).message).not.toMatch(/db\.internal|canary|refused|timeout/);
        await runtimes.close(0);
      }
    });

    it('says that a secret is missing and dials nobody', async () => {
      const { driver, store, secrets } = open();
      secrets.delete('VAULT_DB_PASSWORD');
      store.put(ID);
      await reconciled();
      expect(fixture.health.of(ID)).toMatchObject({ status: 'UNHEALTHY', errorClass: 'SECRET_UNRESOLVED' });
      expect(fixture.health.of(ID).message).toContain('credentialMasking.password');
      expect(driver.pools).toEqual([]);
      secrets.set('VAULT_DB_PASSWORD', 'now-there');
      await fixture.pass(10_000);
      expect(status()).toBe('HEALTHY');
    });

    it('tries again with growing pauses until the database is there', async () => {
      const { driver, store } = open();
      driver.behave('db.internal.net', 'refused');
      store.put(ID);
      await reconciled();
      const attempts: number[] = [];
      let seen = driver.probes;
      for (let second = 1; second <= 120; second += 1) {
        await fixture.pass(1_000);
        if (driver.probes > seen) attempts.push(second);
        seen = driver.probes;
      }
      const pauses = attempts.slice(1).map((at, index) => at - (attempts[index] ?? 0));
      expect(pauses.slice(0, 4)).toEqual([...pauses.slice(0, 4)].sort((a, b) => a - b));
      expect(Math.max(...pauses)).toBeGreaterThan(20);
      expect(attempts.length).toBeLessThan(10);
      driver.behave('db.internal.net', 'answers');
      await fixture.pass(60_000);
      expect(status()).toBe('HEALTHY');
    });

    it('gives up on a driver that never comes back', async () => {
      const { driver, store } = open();
      driver.behave('db.internal.net', 'hangs');
      store.put(ID);
      await reconciled();
      expect(state()).toBe('opening');
      await fixture.pass(31_000);
      expect(state()).toBe('failing');
      expect(fixture.health.of(ID).errorClass).toBe('UNREACHABLE');
      expect(driver.pools[0]?.isClosed).toBe(true);
    });

    it('leaves health alone when the state database is away, and comes back to it', async () => {
      const { store } = open();
      store.put(ID);
      store.failure = new StateUnavailableError('away');
      await reconciled();
      expect(fixture.health.seen).toEqual([]);
      store.failure = undefined;
      await fixture.pass(6_000);
      expect(status()).toBe('HEALTHY');
    });
  });

  describe('when the configuration changes', () => {
    it('proves the new pool before the old one goes', async () => {
      const { driver, store } = open();
      store.put(ID, { maxPoolSize: 10 });
      await reconciled();
      const old = driver.lastPool;
      driver.behave('db2.internal.net', 'hangs');
      store.put(ID, { maxPoolSize: 20, host: 'db2.internal.net' });
      await reconciled();
      expect(state()).toBe('replacing');
      expect((await run()).rows).toEqual([[10]]);
      expect(old.isClosed).toBe(false);
      driver.behave('db2.internal.net', 'answers');
      store.put(ID, { maxPoolSize: 20, host: 'db2.internal.net' });
      await reconciled();
      expect(state()).toBe('serving');
      expect((await run()).rows).toEqual([[20]]);
      expect(old).toMatchObject({ isClosed: true, closedWithGraceMs: 30_000 });
      expect(driver.openPools).toEqual([driver.lastPool]);
    });

    it('keeps the last configuration that worked and says what is wrong with the new one', async () => {
      const { driver, store } = open();
      store.put(ID, { maxPoolSize: 10 });
      await reconciled();
      driver.behave('wrong.internal.net', 'database-not-found');
      store.put(ID, { maxPoolSize: 20, host: 'wrong.internal.net' });
      await reconciled();
      expect(state()).toBe('serving');
      expect((await run()).rows).toEqual([[10]]);
      expect(fixture.health.of(ID)).toMatchObject({
        status: 'DEGRADED',
        errorClass: 'DATABASE_NOT_FOUND',
        servingRevision: 1,
      });
      await fixture.pass(60_000);
      expect(fixture.health.of(ID).status).toBe('DEGRADED');
      driver.behave('wrong.internal.net', 'answers');
      await fixture.pass(60_000);
      expect(fixture.health.of(ID)).toMatchObject({ status: 'HEALTHY', errorClass: null, servingRevision: 2 });
      expect((await run()).rows).toEqual([[20]]);
    });

    it('does not make a corrected configuration wait behind the time-out of the wrong one', async () => {
      const { driver, store, clock } = open();
      driver.behave('silent.internal.net', 'hangs');
      store.put(ID, { host: 'silent.internal.net', connectionTimeoutSeconds: 300 });
      await reconciled();
      const before = clock.monotonicMs();
      store.put(ID);
      await reconciled();
      expect(status()).toBe('HEALTHY');
      expect(clock.monotonicMs()).toBe(before);
      expect(driver.pools[0]?.isClosed).toBe(true);
      expect(fixture.health.seen.map(({ kind }) => kind)).toEqual(['answered']);
    });

    it('takes a connector that was deleted and made again for a new one', async () => {
      const { driver, store } = open();
      store.put(ID, { maxPoolSize: 10 });
      await reconciled();
      const old = store.connectors.get(ID);
      store.connectors.set('another', { ...store.put('another') });
      store.connectors.delete(ID);
      store.put(ID, { maxPoolSize: 20 });
      expect(store.connectors.get(ID)?.revision).toBe(old?.revision);
      await reconciled();
      expect((await run()).rows).toEqual([[20]]);
      expect(driver.pools[0]?.isClosed).toBe(true);
    });
  });

  describe('when it is paused, resumed or deleted', () => {
    it('closes the pool while paused and opens it again on resume', async () => {
      const { driver, store } = open();
      const connector = store.put(ID);
      await reconciled();
      store.connectors.set(ID, { ...connector, paused: true });
      await reconciled();
      expect(state()).toBe('paused');
      expect(status()).toBe('DISABLED');
      expect(driver.openPools).toEqual([]);
      await expect(run()).rejects.toMatchObject({ code: 'CONNECTOR_UNAVAILABLE', reason: 'paused' });
      const probes = driver.probes;
      await fixture.pass(300_000, 60_000);
      expect(driver.probes).toBe(probes);
      store.connectors.set(ID, connector);
      await reconciled();
      expect(status()).toBe('HEALTHY');
      expect(fixture.health.seen.map(({ kind }) => kind)).toEqual(['answered', 'paused', 'resumed', 'answered']);
    });

    it('drains the pool and is gone when the connector was deleted', async () => {
      const { driver, store, health } = open();
      store.put(ID);
      await reconciled();
      store.connectors.delete(ID);
      await reconciled();
      expect(driver.lastPool).toMatchObject({ isClosed: true, closedWithGraceMs: 30_000 });
      expect(fixture.runtimes.snapshot(ID)).toMatchObject({ state: 'idle', pool: null, nextCheckInMs: null });
      expect(health.states.has(ID)).toBe(false);
    });
  });

  describe('while it serves', () => {
    it('checks on the warm pool at its interval, without a new connection or a log line', async () => {
      const { driver, store, logger } = open();
      store.put(ID);
      await reconciled();
      await fixture.pass(600_000, 1_000);
      expect(driver.pools).toHaveLength(1);
      expect(driver.lastPool.probes).toBeGreaterThanOrEqual(10);
      expect(driver.lastPool.probes).toBeLessThanOrEqual(12);
      expect(logger.entries).toEqual([]);
    });

    it('is degraded after one failed check, unhealthy and fails fast after three, and comes back by one probe', async () => {
      const { driver, store, logger } = open();
      store.put(ID);
      await reconciled();
      driver.behave('db.internal.net', 'refused');
      await fixture.runtimes.checkNow(ID, 1_000);
      expect(status()).toBe('DEGRADED');
      await fixture.pass(5_000);
      expect(status()).toBe('UNHEALTHY');
      expect(state()).toBe('failing');
      const started = performance.now();
      await expect(run()).rejects.toBeInstanceOf(RuntimeUnavailableError);
      expect(performance.now() - started).toBeLessThan(5);
      driver.behave('db.internal.net', 'answers');
      const probes = driver.probes;
      await fixture.pass(60_000);
      expect(driver.probes - probes).toBeLessThanOrEqual(2);
      expect(status()).toBe('HEALTHY');
      expect((await run()).rows).toHaveLength(1);
      expect(logger.entries.map(({ message }) => message)).toEqual([
        'a connector does not serve any more',
        'a connector serves again',
      ]);
    });

    it('opens the breaker from failed statements before the next health check is due', async () => {
      const { driver, store } = open();
      store.put(ID);
      await reconciled();
      driver.behave('db.internal.net', 'connection-lost');
      for (let attempt = 0; attempt < 3; attempt += 1) {
        await run().catch(() => undefined);
        await settle();
      }
      expect(state()).toBe('failing');
      await expect(run()).rejects.toMatchObject({ reason: 'failing', errorClass: 'UNREACHABLE', retryable: true });
    });

    it('does not open the breaker for a statement that is wrong or a pool that is busy', async () => {
      const { driver, store } = open();
      store.put(ID);
      await reconciled();
      for (const kind of ['syntax', 'permission', 'pool-exhausted'] as const) {
        driver.behave('db.internal.net', kind);
        for (let attempt = 0; attempt < 5; attempt += 1) await expect(run()).rejects.toMatchObject({ kind });
      }
      expect(state()).toBe('serving');
    });

    it('is degraded while the health query takes more than half of its time', async () => {
      const { driver, store } = open();
      driver.latencyMs = 2_600;
      store.put(ID);
      await reconciled();
      expect(fixture.health.of(ID)).toMatchObject({ status: 'DEGRADED', errorClass: null, latencyMs: 2_600 });
    });
  });

  describe('when a secret is rotated', () => {
    it('proves the new secret on a second pool, swaps and tells', async () => {
      const { driver, store, secrets } = open();
      store.put(ID);
      await reconciled();
      const old = driver.lastPool;
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(70_000);
      expect(driver.lastPool).not.toBe(old);
      expect(driver.lastPool.target.credentials.password.expose()).toBe('canary-password-2');
      expect(old.isClosed).toBe(true);
      expect(fixture.rotations).toEqual([ID]);
      expect(status()).toBe('HEALTHY');
    });

    it('serves on the new pool who still waited for a connection of the old one, and nobody whose statement was out', async () => {
      const { driver, store, secrets } = open();
      store.put(ID);
      await reconciled();
      const refusals: Array<(error: DriverError) => void> = [];
      driver.lastPool.run = () => new Promise((_, reject) => refusals.push(reject));
      const options = within(100_000, fixture.clock);
      const calls = [1, 2].map(() => fixture.runtimes.run(ID, plainStatement('insert'), [], options));
      const outcomes = Promise.allSettled(calls);
      await settle();
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(70_000);
      for (const [index, refuse] of refusals.entries()) {
        refuse(new DriverError('closed', 'The pool is closed', { isUnsent: index === 0 }));
      }
      const [waiting, sent] = await outcomes;
      expect(waiting).toMatchObject({ status: 'fulfilled', value: { rows: [[expect.any(Number)]] } });
      expect(sent).toMatchObject({ status: 'rejected', reason: { kind: 'closed' } });
    });

    it('looks for a new secret at once when the database refuses the old one', async () => {
      const { driver, store, secrets } = open();
      driver.password = 'canary-password-1';
      store.put(ID);
      await reconciled();
      driver.password = 'canary-password-2';
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await run().catch(() => undefined);
      await settle();
      expect(fixture.rotations).toEqual([ID]);
      expect(state()).toBe('serving');
      expect((await run()).rows).toHaveLength(1);
    });

    it('does not lock the account: a refused login is not repeated until the secret changes', async () => {
      const { driver, store, secrets } = open();
      driver.password = 'canary-password-2';
      store.put(ID, { intervalSeconds: 10 });
      await reconciled();
      await fixture.pass(600_000, 5_000);
      expect(driver.probes).toBe(1);
      expect(fixture.health.of(ID)).toMatchObject({ status: 'UNHEALTHY', errorClass: 'AUTHENTICATION_FAILED' });
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(15_000);
      expect(driver.probes).toBe(2);
      expect(status()).toBe('HEALTHY');
    });

    it('announces a rotation later when it could not be recorded at first', async () => {
      const { store, secrets, rotations } = open();
      store.put(ID);
      await reconciled();
      fixture.publishing.failure = new Error('audit is away');
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-2');
      await fixture.pass(70_000);
      expect(rotations).toEqual([]);
      expect(status()).toBe('HEALTHY');
      fixture.publishing.failure = undefined;
      await fixture.pass(70_000);
      expect(rotations).toEqual([ID]);
    });

    it('goes on with the old secret when the new one does not work', async () => {
      const { driver, store, secrets } = open();
      driver.password = 'canary-password-1';
      store.put(ID);
      await reconciled();
      const old = driver.lastPool;
      secrets.set('VAULT_DB_PASSWORD', 'mistyped');
      await fixture.pass(70_000);
      expect(old.isClosed).toBe(false);
      expect(fixture.health.of(ID)).toMatchObject({ status: 'DEGRADED', errorClass: 'AUTHENTICATION_FAILED' });
      expect((await run()).rows).toHaveLength(1);
      expect(fixture.rotations).toEqual([]);
      secrets.set('VAULT_DB_PASSWORD', 'canary-password-1');
      await fixture.pass(70_000);
      expect(status()).toBe('HEALTHY');
    });
  });

  describe('when nobody asks for checks', () => {
    it('proves a new configuration once, then leaves the pool to idle and closes it', async () => {
      const { driver, store } = open();
      store.put(ID, { healthOff: true });
      await reconciled();
      expect(status()).toBe('HEALTHY');
      await fixture.pass(500_000, 10_000);
      expect(driver.probes).toBe(1);
      await fixture.pass(200_000, 10_000);
      expect(state()).toBe('idle');
      expect(driver.openPools).toEqual([]);
      expect(fixture.clock.pendingTimers).toBeLessThanOrEqual(1);
    });

    it('opens the pool for the first statement', async () => {
      const { driver, store } = open();
      store.put(ID, { healthOff: true });
      const running = run();
      await settle();
      expect((await running).rows).toEqual([[15]]);
      expect(driver.pools).toHaveLength(1);
    });

    it('does not let a statement wait longer than its own time for a silent database', async () => {
      const { driver, store } = open();
      driver.behave('db.internal.net', 'hangs');
      store.put(ID, { healthOff: true });
      const running = run(2_000);
      const refused = expect(running).rejects.toMatchObject({ code: 'CONNECTOR_UNAVAILABLE', reason: 'opening' });
      await fixture.pass(2_000);
      await refused;
    });
  });

  it('follows what another engine stored, without a reconcile and however long the health interval is', async () => {
    const { driver, store, runtimes } = open();
    await runtimes.start();
    for (const changes of [{ healthOff: true }, { intervalSeconds: 86_400 }]) {
      store.put(ID, changes);
      await reconciled();
      const probes = driver.probes;
      const { nextCheckInMs } = fixture.runtimes.snapshot(ID);
      if ('healthOff' in changes) expect(nextCheckInMs).toBeNull();
      else expect(nextCheckInMs).toBeGreaterThan(3_600_000);
      store.put(ID, { ...changes, maxPoolSize: 21 });
      await fixture.pass(70_000);
      expect((await run()).rows).toEqual([[21]]);
      expect(driver.probes).toBe(probes + 1);
    }
    store.connectors.delete(ID);
    await fixture.pass(70_000);
    expect(driver.openPools).toEqual([]);
  });

  it('lets a caller check before the retry time, but not repeat a refused login at will', async () => {
    const { driver, store } = open();
    driver.password = 'another';
    store.put(ID);
    await reconciled();
    for (let attempt = 0; attempt < 5; attempt += 1) await fixture.runtimes.checkNow(ID, 1_000);
    expect(driver.probes).toBe(1);
    await fixture.pass(10_000);
    await fixture.runtimes.checkNow(ID, 1_000);
    expect(driver.probes).toBe(2);
  });
});
