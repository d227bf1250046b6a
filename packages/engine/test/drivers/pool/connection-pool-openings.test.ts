import { describe, expect, it } from 'vitest';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createPool, kindOf } from './connection-pool-fixture.ts';

describe('ConnectionPool', () => {
  it('opens at most four at a time', async () => {
    const { pool, clock, openings } = createPool({ maxConnections: 50 }, true);
    const calls = Array.from({ length: 30 }, () => pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(0);
    expect(openings).toHaveLength(4);
    openings[0]?.succeed();
    await Promise.all(calls);
    expect(openings.length).toBeLessThanOrEqual(5);
  });

  it('tells everybody who waits when nothing is open and an opening fails, and tries again for the next', async () => {
    const { pool, clock, openings } = createPool({ maxConnections: 10 }, true);
    const calls = [1, 2, 3].map(() => kindOf(pool.run(plainStatement('quick'), [], within(500, clock))));
    await clock.advance(1);
    openings[0]?.fail('refused');
    expect(await Promise.all(calls)).toEqual(['refused', 'refused', 'refused']);
    for (const opening of openings.slice(1)) opening.fail('refused');
    await clock.advance(1);
    const next = kindOf(pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(1);
    openings.at(-1)?.succeed();
    expect(await next).toBe('worked');
  });

  it('gives a caller who came late in a failing try one of its own', async () => {
    const { pool, clock, openings } = createPool({ maxConnections: 10 }, true);
    const early = kindOf(pool.run(plainStatement('quick'), [], within(60_000, clock)));
    await clock.advance(900);
    const late = kindOf(pool.run(plainStatement('quick'), [], within(60_000, clock)));
    await clock.advance(100);
    expect(await early).toBe('connect-timeout');
    expect(pool.statistics().waiting).toBe(1);
    openings.at(-1)?.succeed();
    expect(await late).toBe('worked');
  });

  it('ends an opening at the connect timeout and destroys a connection that comes too late', async () => {
    const { pool, clock, openings } = createPool({}, true);
    const call = kindOf(pool.run(plainStatement('quick'), [], within(60_000, clock)));
    await clock.advance(1_000);
    expect(await call).toBe('connect-timeout');
    expect(openings[0]?.context.signal.aborted).toBe(true);
    const late = openings[0]?.succeed();
    await clock.advance(0);
    expect(late?.state).toBe('destroyed');
    expect(pool.statistics().open).toBe(0);
  });

  it('serves with what it has and backs off when the database refuses more', async () => {
    const { pool, clock, openings } = createPool({ maxConnections: 5 }, true);
    const first = pool.run(plainStatement('slow'), [], within(60_000, clock));
    await clock.advance(0);
    const connection = openings[0]?.succeed();
    await clock.advance(0);
    const second = pool.run(plainStatement('quick'), [], within(60_000, clock));
    await clock.advance(0);
    openings[1]?.fail('too-many-connections');
    await clock.advance(50);
    expect(openings).toHaveLength(2);
    connection?.running[0]?.resolve();
    await first;
    await second;
    expect(pool.statistics()).toMatchObject({ open: 1, waiting: 0 });
  });

  it('opens nothing by itself after a refused login, so that no account is locked', async () => {
    const { pool, clock, openings } = createPool({ minConnections: 3, maxConnections: 5 }, true);
    const call = kindOf(pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(0);
    openings[0]?.fail('authentication');
    expect(await call).toBe('authentication');
    await clock.advance(600_000);
    expect(openings).toHaveLength(1);
  });

  it('fills up to the minimum after the first success and refills what breaks', async () => {
    const { pool, clock, connections } = createPool({ minConnections: 2, maxConnections: 5 });
    await pool.run(plainStatement('quick'), [], within(500, clock));
    await clock.advance(0);
    expect(pool.statistics()).toMatchObject({ open: 2, idle: 2 });
    connections[0]?.context.onBroken();
    await clock.advance(0);
    expect(pool.statistics()).toMatchObject({ open: 2, idle: 2 });
    expect(connections).toHaveLength(3);
  });

  it('says connect-timeout when the deadline passes while nothing is open yet', async () => {
    const { pool, clock } = createPool({ connectTimeoutMs: 60_000 }, true);
    const call = kindOf(pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(500);
    expect(await call).toBe('connect-timeout');
  });
});
