import { describe, expect, it } from 'vitest';
import { StateUnavailableError } from '../../../../src/state/state-errors.ts';
import { ID, useConnectorRuntime } from './connector-runtime-fixture.ts';

describe('a connector runtime', () => {
  const { open, reconciled, state, status, run } = useConnectorRuntime();

  describe('when a connector is stored', () => {
    it('serves once the pool answered the health query', async () => {
      const fixture = open();
      const { driver, store } = fixture;
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
        const fixture = open();
        const { driver, store, runtimes } = fixture;
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
      const fixture = open();
      const { driver, store, secrets } = fixture;
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
      const fixture = open();
      const { driver, store } = fixture;
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
      const fixture = open();
      const { driver, store } = fixture;
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
      const fixture = open();
      const { store } = fixture;
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
      const fixture = open();
      const { driver, store } = fixture;
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
      const fixture = open();
      const { driver, store, clock } = fixture;
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
      const fixture = open();
      const { driver, store } = fixture;
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
      const fixture = open();
      const { driver, store, health } = fixture;
      store.put(ID);
      await reconciled();
      store.connectors.delete(ID);
      await reconciled();
      expect(driver.lastPool).toMatchObject({ isClosed: true, closedWithGraceMs: 30_000 });
      expect(fixture.runtimes.snapshot(ID)).toMatchObject({ state: 'idle', pool: null, nextCheckInMs: null });
      expect(health.states.has(ID)).toBe(false);
    });
  });

  it('follows what another engine stored, without a reconcile and however long the health interval is', async () => {
    const fixture = open();
    const { driver, store, runtimes } = fixture;
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
});
