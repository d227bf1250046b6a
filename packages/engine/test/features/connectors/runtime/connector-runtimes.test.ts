import { describe, expect, it } from 'vitest';
import { plainStatement } from '../../../support/plain-statement.ts';
import { within } from '../../../support/within.ts';
import { createRuntimesFixture, settle } from '../connector-fixture.ts';

/** A generator that is the same in each run. */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('connector runtimes', () => {
  it('have every living database healthy while as many are silent and as many refuse', async () => {
    const { driver, store, health, runtimes, pass } = createRuntimesFixture({}, seededRandom(7));
    driver.behave('silent.internal.net', 'hangs');
    driver.behave('dead.internal.net', 'refused');
    for (let index = 0; index < 150; index += 1) {
      store.put(`a-silent-${index}`, { host: 'silent.internal.net', connectionTimeoutSeconds: 300 });
      store.put(`b-dead-${index}`, { host: 'dead.internal.net' });
      store.put(`c-alive-${index}`);
    }
    await runtimes.start();
    await pass(8_000, 50);
    const alive = [...store.connectors.keys()].filter((id) => id.startsWith('c-'));
    expect(alive.filter((id) => health.of(id).status !== 'HEALTHY')).toEqual([]);

    store.put('late-comer');
    runtimes.reconcile('late-comer');
    await pass(1_000, 50);
    expect(health.of('late-comer').status).toBe('HEALTHY');

    await pass(120_000, 500);
    store.put('later-comer');
    runtimes.reconcile('later-comer');
    await pass(1_000, 50);
    expect(health.of('later-comer').status).toBe('HEALTHY');
    const answered = health.seen.filter(({ id, kind }) => id.startsWith('c-') && kind === 'answered').length;
    expect(answered).toBeGreaterThanOrEqual(150 * 2);
    const closing = runtimes.close(0);
    await pass(2_000);
    await closing;
    expect(driver.openPools).toEqual([]);
  });

  it('answer statements at once on one connector while another hangs', async () => {
    const { driver, store, runtimes, pass, clock } = createRuntimesFixture();
    store.put('alive');
    store.put('frozen', { host: 'frozen.internal.net' });
    runtimes.reconcile('alive');
    runtimes.reconcile('frozen');
    await settle();
    driver.behave('frozen.internal.net', 'hangs');
    const aborting = new AbortController();
    const hanging = runtimes.run('frozen', plainStatement('select 1'), [], {
      ...within(60_000, clock),
      signal: aborting.signal,
    });
    const checking = runtimes.checkNow('frozen', 60_000);
    expect((await runtimes.run('alive', plainStatement('select 1'), [], within(100, clock))).rows).toHaveLength(1);
    aborting.abort();
    await expect(hanging).rejects.toMatchObject({ kind: 'cancelled' });
    const closing = runtimes.close(0);
    await pass(70_000, 5_000);
    await Promise.all([checking, closing]);
  });

  it('leave what nobody uses and nobody checks alone at a start', async () => {
    const { driver, store, health, runtimes, pass } = createRuntimesFixture();
    store.put('checked');
    store.put('unchecked', { healthOff: true });
    await health.observe(
      { connectorId: 'unchecked' },
      { kind: 'not-opened', at: 1, failure: { errorClass: 'INTERNAL', message: '' } },
    );
    store.put('paused', { paused: true });
    await runtimes.start();
    await pass(5_000);
    expect(runtimes.snapshot('checked').state).toBe('serving');
    expect(runtimes.snapshot('unchecked')).toMatchObject({ state: 'idle', nextCheckInMs: null });
    expect(runtimes.snapshot('paused').state).toBe('paused');
    expect(health.of('paused').status).toBe('DISABLED');
    expect(driver.pools).toHaveLength(1);
    expect(Object.fromEntries(runtimes.states())).toEqual({ serving: 1, paused: 1 });
    await runtimes.close(0);
  });

  it('bring to its end what was stored just before a crash, health check or not', async () => {
    const { store, health, runtimes, pass } = createRuntimesFixture();
    store.put('stored', { healthOff: true });
    await runtimes.start();
    await pass(1_000);
    expect(health.of('stored').status).toBe('HEALTHY');
    await runtimes.close(0);
  });

  it('spread thousands of checks over their interval and use one timer for all', async () => {
    const { clock, store, runtimes, driver, pass } = createRuntimesFixture({}, seededRandom(11));
    for (let index = 0; index < 3_000; index += 1) store.put(`c-${index}`);
    await runtimes.start();
    // One for all checks, one to look for what other engines stored.
    expect(clock.pendingTimers).toBe(2);
    await pass(61_000, 250);
    const busiest: number[] = [];
    for (let second = 0; second < 60; second += 1) {
      const before = driver.probes;
      await pass(1_000, 250);
      busiest.push(driver.probes - before);
    }
    const mean = busiest.reduce((sum, count) => sum + count, 0) / busiest.length;
    expect(mean).toBeGreaterThan(45);
    expect(Math.max(...busiest)).toBeLessThan(2 * mean);
    await runtimes.close(0);
  });

  it('take up what another engine stored after the start, though nobody uses it here', async () => {
    const { store, health, runtimes, pass } = createRuntimesFixture();
    await runtimes.start();
    store.put('checked');
    store.put('unchecked', { healthOff: true });
    store.put('paused', { paused: true });
    await pass(70_000);
    expect(health.of('checked').status).toBe('HEALTHY');
    expect(health.of('unchecked').status).toBe('HEALTHY');
    expect(health.of('paused').status).toBe('DISABLED');
    store.connectors.delete('unchecked');
    await pass(70_000);
    expect(Object.fromEntries(runtimes.states())).toEqual({ serving: 1, paused: 1 });
    await runtimes.close(0);
  });

  it('follow a pause and a resume by another engine', async () => {
    const { store, health, runtimes, pass } = createRuntimesFixture();
    store.put('one');
    await runtimes.start();
    await pass(1_000);
    const put = store.connectors.get('one');
    if (put === undefined) throw new Error('not stored');
    store.connectors.set('one', { ...put, paused: true });
    await pass(70_000);
    expect([runtimes.snapshot('one').state, health.of('one').status]).toEqual(['paused', 'DISABLED']);
    store.connectors.set('one', put);
    await pass(70_000);
    expect([runtimes.snapshot('one').state, health.of('one').status]).toEqual(['serving', 'HEALTHY']);
    await runtimes.close(0);
  });

  it('look at what is stored with one query a page, not one a connector', async () => {
    const { store, runtimes, pass } = createRuntimesFixture();
    for (let index = 0; index < 1_200; index += 1) store.put(`c-${index}`, { intervalSeconds: 86_400 });
    await runtimes.start();
    await pass(20_000, 250);
    store.reads = 0;
    await pass(60_000, 250);
    expect(store.reads).toBeLessThan(100);
    await runtimes.close(0);
  });

  it('answer a caller whose check outlasts the wait, and go on with it', async () => {
    const { driver, store, health, runtimes, pass } = createRuntimesFixture();
    driver.behave('db.internal.net', 'hangs');
    store.put('slow');
    const checking = runtimes.checkNow('slow', 2_000);
    await pass(2_000);
    await checking;
    expect(health.of('slow').status).toBe('PENDING');
    await pass(30_000);
    expect(health.of('slow').status).toBe('UNHEALTHY');
    await runtimes.close(0);
  });

  it('do nothing any more after close', async () => {
    const { driver, store, runtimes, pass, clock } = createRuntimesFixture();
    store.put('one');
    runtimes.reconcile('one');
    await settle();
    await runtimes.close(0);
    runtimes.reconcile('one');
    await runtimes.checkNow('one', 10);
    await expect(runtimes.run('one', plainStatement('select 1'), [], within(10, clock))).rejects.toMatchObject({
      reason: 'gone',
    });
    await pass(120_000, 10_000);
    expect(driver.pools).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });
});
