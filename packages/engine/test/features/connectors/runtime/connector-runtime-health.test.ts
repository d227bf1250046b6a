import { describe, expect, it } from 'vitest';
import { RuntimeUnavailableError } from '../../../../src/features/connectors/runtime/runtime-unavailable-error.ts';
import { settle } from '../connector-fixture.ts';
import { ID, useConnectorRuntime } from './connector-runtime-fixture.ts';

describe('a connector runtime', () => {
  const { open, reconciled, state, status, run } = useConnectorRuntime();

  describe('while it serves', () => {
    it('checks on the warm pool at its interval, without a new connection or a log line', async () => {
      const fixture = open();
      const { driver, store, logger } = fixture;
      store.put(ID);
      await reconciled();
      await fixture.pass(600_000, 1_000);
      expect(driver.pools).toHaveLength(1);
      expect(driver.lastPool.probes).toBeGreaterThanOrEqual(10);
      expect(driver.lastPool.probes).toBeLessThanOrEqual(12);
      expect(logger.entries).toEqual([]);
    });

    it('is degraded after one failed check, unhealthy and fails fast after three, and comes back by one probe', async () => {
      const fixture = open();
      const { driver, store, logger } = fixture;
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
      const fixture = open();
      const { driver, store } = fixture;
      driver.latencyMs = 2_600;
      store.put(ID);
      await reconciled();
      expect(fixture.health.of(ID)).toMatchObject({ status: 'DEGRADED', errorClass: null, latencyMs: 2_600 });
    });
  });

  describe('when nobody asks for checks', () => {
    it('proves a new configuration once, then leaves the pool to idle and closes it', async () => {
      const fixture = open();
      const { driver, store } = fixture;
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
      const fixture = open();
      const { driver, store } = fixture;
      driver.behave('db.internal.net', 'hangs');
      store.put(ID, { healthOff: true });
      const running = run(2_000);
      const refused = expect(running).rejects.toMatchObject({ code: 'CONNECTOR_UNAVAILABLE', reason: 'opening' });
      await fixture.pass(2_000);
      await refused;
    });
  });

  it('lets a caller check before the retry time, but not repeat a refused login at will', async () => {
    const fixture = open();
    const { driver, store } = fixture;
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
