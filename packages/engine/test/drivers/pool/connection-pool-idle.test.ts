import { describe, expect, it } from 'vitest';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createPool, kindOf } from './connection-pool-fixture.ts';

describe('ConnectionPool', () => {
  it('closes what was idle for too long, down to the minimum', async () => {
    const { pool, clock, connections } = createPool({ minConnections: 1, maxConnections: 3 });
    const calls = [1, 2, 3].map(() => pool.run(plainStatement('slow'), [], within(500, clock)));
    await clock.advance(1);
    for (const connection of connections) connection.running[0]?.resolve();
    await Promise.all(calls);
    await clock.advance(9_000);
    expect(pool.statistics().open).toBe(3);
    await clock.advance(2_000);
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
    expect(connections.filter((connection) => connection.state === 'ended')).toHaveLength(2);
    // What is left waits for the end of its lifetime only.
    expect(clock.pending).toBe(1);
  });

  /** A pool whose two connections were idle for `idleMs`. */
  async function createIdlePool(idleMs: number) {
    const fixture = createPool({ minConnections: 2 });
    await fixture.pool.run(plainStatement('quick'), [], within(500, fixture.clock));
    await fixture.clock.advance(idleMs);
    return fixture;
  }

  it('has a connection that was idle for long answer before it hands it out, and no other', async () => {
    const { pool, clock, connections } = await createIdlePool(20_000);
    await pool.run(plainStatement('quick'), [], within(500, clock));
    expect(connections.map(({ pings }) => pings)).toEqual([0, 0]);
    await clock.advance(20_001);
    await pool.run(plainStatement('quick'), [], within(500, clock));
    await pool.run(plainStatement('quick'), [], within(500, clock));
    expect(connections.map(({ pings }) => pings)).toEqual([1, 0]);
    expect(connections.map(({ state }) => state)).toEqual(['open', 'open']);
  });

  it('drops what was idle for long when one is silent, and serves the caller on a new connection', async () => {
    const { pool, clock, connections } = await createIdlePool(60_000);
    for (const connection of connections) connection.answersPing = false;
    const call = kindOf(pool.run(plainStatement('quick'), [], within(10_000, clock)));
    await clock.advance(499);
    expect(connections).toHaveLength(2);
    await clock.advance(1);
    expect(await call).toBe('worked');
    expect(connections.map(({ state }) => state)).toEqual(['destroyed', 'destroyed', 'open', 'open']);
    expect(connections.map(({ pings }) => pings)).toEqual([1, 0, 0, 0]);
    expect(pool.statistics()).toMatchObject({ open: 2, idle: 2, waiting: 0 });
  });

  it('spends no more than a quarter of what a caller has left on a silent connection', async () => {
    const { pool, clock, connections } = await createIdlePool(60_000);
    for (const connection of connections) connection.answersPing = false;
    const call = kindOf(pool.run(plainStatement('quick'), [], within(400, clock)));
    await clock.advance(99);
    expect(connections).toHaveLength(2);
    await clock.advance(1);
    expect(await call).toBe('worked');
  });

  it('ends a call whose caller gives up, or whose pool is closed, while a silent connection is asked', async () => {
    for (const [end, outcome] of [
      ['abort', 'cancelled'],
      ['close', 'closed'],
    ] as const) {
      const { pool, clock, connections } = await createIdlePool(60_000);
      for (const connection of connections) connection.answersPing = false;
      const controller = new AbortController();
      const call = kindOf(pool.run(plainStatement('quick'), [], { ...within(500, clock), signal: controller.signal }));
      await clock.advance(1);
      if (end === 'abort') controller.abort();
      else void pool.close(0);
      await clock.advance(0);
      expect(await call).toBe(outcome);
      expect(connections[0]?.state).toBe('destroyed');
    }
  });

  it('refuses a call as closed when its connection turns out silent after the pool was closed', async () => {
    const { pool, clock, connections } = await createIdlePool(60_000);
    for (const connection of connections) connection.answersPing = false;
    const call = kindOf(pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(1);
    const closing = pool.close(10_000);
    await clock.advance(500);
    expect(await call).toBe('closed');
    await closing;
    expect(connections).toHaveLength(2);
  });

  it('closes a connection at the end of its lifetime, at once when it is idle, else after its statement', async () => {
    const { pool, clock, connections } = createPool({ minConnections: 2 });
    const call = kindOf(pool.run(plainStatement('slow'), [], within(2_000_000, clock)));
    await clock.advance(999_999);
    expect(connections.map(({ state }) => state)).toEqual(['open', 'open']);
    await clock.advance(1);
    expect(connections.map(({ state }) => state)).toEqual(['open', 'ended', 'open']);
    await clock.advance(10_000);
    connections[0]?.running[0]?.resolve();
    expect(await call).toBe('worked');
    await clock.advance(0);
    expect(connections.map(({ state }) => state)).toEqual(['ended', 'ended', 'open', 'open']);
    expect(pool.statistics()).toMatchObject({ open: 2, idle: 2 });
  });

  it('spreads lifetimes by a tenth to either side', async () => {
    for (const [random, lifetimeMs] of [
      [0, 900_000],
      [1, 1_100_000],
    ] as const) {
      const { pool, clock, connections } = createPool({ idleTimeoutMs: 9_000_000 }, false, () => random);
      await pool.run(plainStatement('quick'), [], within(500, clock));
      await clock.advance(lifetimeMs - 1);
      expect(connections[0]?.state).toBe('open');
      await clock.advance(1);
      expect(connections[0]?.state).toBe('ended');
      expect(pool.statistics().open).toBe(0);
    }
  });
});
