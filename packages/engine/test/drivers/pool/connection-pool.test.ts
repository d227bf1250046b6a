import { describe, expect, it } from 'vitest';
import { DriverError, type DriverErrorKind, type PoolOptions, type Statement } from '../../../src/drivers/driver.ts';
import { ConnectionPool } from '../../../src/drivers/pool/connection-pool.ts';
import type { DriverConnection, OpenContext } from '../../../src/drivers/pool/driver-connection.ts';
import type { Clock } from '../../../src/util/clock.ts';
import { plainStatement } from '../../support/plain-statement.ts';
import { within } from '../../support/within.ts';

/** Time that passes only when told. */
class ManualClock implements Clock {
  #nowMs = 0;
  readonly #timers = new Set<{ readonly dueMs: number; readonly callback: () => void }>();

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  setTimer(delayMs: number, callback: () => void) {
    const timer = { dueMs: this.#nowMs + delayMs, callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  get pending(): number {
    return this.#timers.size;
  }

  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    for (;;) {
      await settle();
      const next = [...this.#timers].sort((a, b) => a.dueMs - b.dueMs).find((timer) => timer.dueMs <= endMs);
      if (!next) break;
      this.#timers.delete(next);
      this.#nowMs = next.dueMs;
      next.callback();
    }
    this.#nowMs = endMs;
    await settle();
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

class FakeConnection implements DriverConnection {
  readonly context: OpenContext;
  reusable = true;
  state: 'open' | 'ended' | 'destroyed' = 'open';
  cancels = 0;
  /** What `cancel` does: confirm at once, or never come back. */
  confirms = true;
  /** What `ping` does: come back at once, or never. */
  answersPing = true;
  pings = 0;
  readonly running: { statement: string; resolve: () => void; reject: (error: unknown) => void }[] = [];

  constructor(context: OpenContext) {
    this.context = context;
  }

  run({ text }: Statement) {
    if (text === 'quick') return Promise.resolve({ columns: [], rows: [], affectedRows: 0, truncated: false });
    return new Promise<never>((resolve, reject) => {
      this.running.push({ statement: text, resolve: () => resolve(undefined as never), reject });
    });
  }

  async describe() {
    return { columns: [], writes: false, plan: null };
  }

  async probe() {
    return { serverVersion: '1.0', readOnly: false };
  }

  ping(): Promise<void> {
    this.pings += 1;
    return this.answersPing ? Promise.resolve() : new Promise(() => {});
  }

  isReusable(): boolean {
    return this.reusable;
  }

  cancel(): Promise<boolean> {
    this.cancels += 1;
    return this.confirms ? Promise.resolve(true) : new Promise(() => {});
  }

  end(): void {
    this.state = 'ended';
  }

  destroy(): void {
    this.state = 'destroyed';
  }
}

interface Opening {
  readonly context: OpenContext;
  succeed(): FakeConnection;
  fail(kind: DriverErrorKind): void;
}

const OPTIONS: PoolOptions = {
  minConnections: 0,
  maxConnections: 2,
  connectTimeoutMs: 1_000,
  idleTimeoutMs: 10_000,
  maxLifetimeMs: 1_000_000,
  validateAfterIdleMs: 20_000,
  applicationName: 'test',
};

function createPool(options: Partial<PoolOptions> = {}, isManual = false, random = () => 0.5) {
  const clock = new ManualClock();
  const openings: Opening[] = [];
  const connections: FakeConnection[] = [];
  const pool = new ConnectionPool(
    { ...OPTIONS, ...options },
    (context) =>
      new Promise<FakeConnection>((resolve, reject) => {
        const opening: Opening = {
          context,
          succeed() {
            const connection = new FakeConnection(context);
            connections.push(connection);
            resolve(connection);
            return connection;
          },
          fail: (kind) => reject(new DriverError(kind, 'no')),
        };
        openings.push(opening);
        if (!isManual) opening.succeed();
      }),
    clock,
    random,
  );
  return { pool, clock, openings, connections };
}

function kindOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'worked',
    (error: unknown) => (error instanceof DriverError ? error.kind : String(error)),
  );
}

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

  it('opens at most four at a time', async () => {
    const { pool, clock, openings } = createPool({ maxConnections: 50 }, true);
    const calls = Array.from({ length: 30 }, () => pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(0);
    expect(openings).toHaveLength(4);
    openings[0]?.succeed();
    await Promise.all(calls);
    expect(openings.length).toBeLessThanOrEqual(5);
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

  it('says connect-timeout when the deadline passes while nothing is open yet', async () => {
    const { pool, clock } = createPool({ connectTimeoutMs: 60_000 }, true);
    const call = kindOf(pool.run(plainStatement('quick'), [], within(500, clock)));
    await clock.advance(500);
    expect(await call).toBe('connect-timeout');
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
