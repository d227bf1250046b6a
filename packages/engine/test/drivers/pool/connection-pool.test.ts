import { describe, expect, it } from 'vitest';
import { DriverError, type DriverErrorKind } from '../../../src/drivers/driver.ts';
import { ConnectionPool } from '../../../src/drivers/pool/connection-pool.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';
import { createPool, FakeConnection, kindOf, OPTIONS } from './connection-pool-fixture.ts';

describe('ConnectionPool', () => {
  it('hands the connections to those who wait in the order they came', async () => {
    const { pool, clock, connections } = createPool({ maxConnections: 1 });
    const order: number[] = [];
    const calls = [1, 2, 3].map((n) =>
      pool.run(plainStatement('slow'), [], within(500, clock)).then(() => order.push(n)),
    );
    for (let n = 0; n < 3; n += 1) {
      await clock.advance(1);
      connections[0]?.running.shift()?.resolve();
    }
    await Promise.all(calls);
    expect(order).toEqual([1, 2, 3]);
    expect(connections).toHaveLength(1);
  });

  it('never opens more than the maximum, counting what is being opened and what is being given up', async () => {
    const { pool, clock, openings, connections } = createPool({ maxConnections: 2 });
    const calls = [1, 2, 3, 4].map(() => kindOf(pool.run(plainStatement('slow'), [], within(100, clock))));
    await clock.advance(1);
    expect(openings).toHaveLength(2);
    for (const connection of connections) connection.confirms = false;
    await clock.advance(100);
    expect(await Promise.all(calls)).toEqual(['query-timeout', 'query-timeout', 'pool-exhausted', 'pool-exhausted']);
    const next = kindOf(pool.run(plainStatement('quick'), [], within(5_000, clock)));
    await clock.advance(1);
    expect(openings).toHaveLength(2);
    await clock.advance(1_000);
    expect(await next).toBe('worked');
    expect(openings).toHaveLength(3);
  });

  it('answers at the deadline although the cancel never comes back, and frees the place a second later', async () => {
    const { pool, clock, connections } = createPool({ maxConnections: 1 });
    const call = kindOf(pool.run(plainStatement('slow'), [], within(500, clock)));
    await clock.advance(1);
    const [frozen] = connections;
    if (frozen) frozen.confirms = false;
    await clock.advance(500);
    expect(await call).toBe('query-timeout');
    expect(frozen?.cancels).toBe(1);
    expect(frozen?.state).toBe('open');
    await clock.advance(1_000);
    expect(frozen?.state).toBe('destroyed');
    expect(await kindOf(pool.run(plainStatement('quick'), [], within(500, clock)))).toBe('worked');
    expect(connections).toHaveLength(2);
  });

  it('drops the idle connections to a peer that did not confirm a cancel', async () => {
    const { pool, clock, connections } = createPool({ maxConnections: 3 });
    const calls = [1, 2, 3].map(() => kindOf(pool.run(plainStatement('slow'), [], within(500, clock))));
    await clock.advance(1);
    connections[0]?.running[0]?.resolve();
    connections[1]?.running[0]?.resolve();
    for (const connection of connections) connection.confirms = false;
    await clock.advance(1_600);
    expect(await Promise.all(calls)).toEqual(['worked', 'worked', 'query-timeout']);
    expect(connections.map((connection) => connection.state)).toEqual(['destroyed', 'destroyed', 'destroyed']);
    expect(pool.statistics().open).toBe(0);
  });

  it('keeps the idle connections when the cancel was confirmed', async () => {
    const { pool, clock, connections } = createPool({ maxConnections: 2 });
    const calls = [1, 2].map(() => kindOf(pool.run(plainStatement('slow'), [], within(500, clock))));
    await clock.advance(1);
    connections[0]?.running[0]?.resolve();
    await clock.advance(600);
    expect(await Promise.all(calls)).toEqual(['worked', 'query-timeout']);
    expect(connections.map((connection) => connection.state)).toEqual(['open', 'destroyed']);
  });

  it('hands out no idle connection while a cancel is not confirmed', async () => {
    const { pool, clock, connections } = createPool({ maxConnections: 2 });
    const calls = [1, 2].map(() => kindOf(pool.run(plainStatement('slow'), [], within(500, clock))));
    await clock.advance(1);
    connections[0]?.running[0]?.resolve();
    if (connections[1]) connections[1].confirms = false;
    await clock.advance(500);
    expect(await Promise.all(calls)).toEqual(['worked', 'query-timeout']);
    const next = kindOf(pool.run(plainStatement('quick'), [], within(5_000, clock)));
    await clock.advance(10);
    expect(pool.statistics()).toMatchObject({ idle: 0, waiting: 1 });
    await clock.advance(1_000);
    expect(await next).toBe('worked');
    expect(connections).toHaveLength(3);
  });

  it('does not hand out a session that a statement left state in', async () => {
    const { pool, clock, connections } = createPool({ maxConnections: 1 });
    const call = pool.run(plainStatement('slow'), [], within(500, clock));
    await clock.advance(1);
    const [first] = connections;
    if (first) first.reusable = false;
    first?.running[0]?.resolve();
    await call;
    expect(first?.state).toBe('ended');
    await pool.run(plainStatement('quick'), [], within(500, clock));
    expect(connections).toHaveLength(2);
  });

  it.each<[DriverErrorKind, boolean]>([
    ['syntax', true],
    ['permission', true],
    ['unknown', true],
    ['read-only', false],
    ['connection-lost', false],
    ['protocol', false],
  ])('after a statement that failed as %s the connection is kept: %s', async (kind, isKept) => {
    const { pool, clock, connections } = createPool();
    const call = kindOf(pool.run(plainStatement('slow'), [], within(500, clock)));
    await clock.advance(1);
    connections[0]?.running[0]?.reject(new DriverError(kind, 'no'));
    expect(await call).toBe(kind);
    expect(pool.statistics().open).toBe(isKept ? 1 : 0);
  });

  it('gives up a place in the queue when the caller does', async () => {
    const { pool, clock } = createPool({ maxConnections: 1 });
    const busy = kindOf(pool.run(plainStatement('slow'), [], within(10_000, clock)));
    await clock.advance(1);
    const controller = new AbortController();
    const waiting = kindOf(
      pool.run(plainStatement('quick'), [], { ...within(10_000, clock), signal: controller.signal }),
    );
    await clock.advance(1);
    expect(pool.statistics().waiting).toBe(1);
    controller.abort();
    expect(await waiting).toBe('cancelled');
    expect(pool.statistics().waiting).toBe(0);
    await clock.advance(11_000);
    expect(await busy).toBe('query-timeout');
  });

  it('takes a deadline of months for a long one, not for none', async () => {
    const connection = new FakeConnection({ endsAtMs: 1, signal: new AbortController().signal, onBroken: () => {} });
    const pool = new ConnectionPool(OPTIONS, async () => connection);
    const call = kindOf(pool.run(plainStatement('slow'), [], within(2 ** 40)));
    await new Promise((resolve) => setTimeout(resolve, 5));
    connection.running[0]?.resolve();
    expect(await call).toBe('worked');
    await pool.close(0);
  });

  it('says of those that it refuses on close which had sent nothing', async () => {
    const { pool, clock } = createPool({ maxConnections: 1 });
    const options = within(60_000, clock);
    const calls = [1, 2].map(() => pool.run(plainStatement('slow'), [], options));
    const outcomes = Promise.allSettled(calls);
    await clock.advance(1);
    const closing = pool.close(100);
    await clock.advance(2_000);
    await closing;
    const late = Promise.allSettled([pool.run(plainStatement('quick'), [], options)]);
    expect([...(await outcomes), ...(await late)]).toMatchObject([
      { reason: { kind: 'closed', isUnsent: false } },
      { reason: { kind: 'closed', isUnsent: true } },
      { reason: { kind: 'closed', isUnsent: true } },
    ]);
  });

  it('on close refuses those who wait, gives up openings and leaves no timer', async () => {
    const { pool, clock, openings } = createPool({ maxConnections: 1 }, true);
    const waiting = kindOf(pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(0);
    const closing = pool.close(1_000);
    expect(await waiting).toBe('closed');
    await closing;
    expect(openings[0]?.context.signal.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
