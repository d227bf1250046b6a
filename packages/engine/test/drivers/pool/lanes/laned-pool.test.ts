import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DriverError, type PoolOptions, type RunOptions, type Statement } from '../../../../src/drivers/driver.ts';
import { LANE_OPTIONS } from '../../../../src/drivers/pool/lanes/lane-options.ts';
import { LanedPool } from '../../../../src/drivers/pool/lanes/laned-pool.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { plainStatement } from '../../../support/plain-statement.ts';
import { within } from '../../../support/within.ts';
import { FakeLaneConnection } from './fake-lane-connection.ts';

const OPTIONS: PoolOptions = {
  minConnections: 0,
  maxConnections: 4,
  connectTimeoutMs: 1_000,
  idleTimeoutMs: 60_000,
  maxLifetimeMs: 1_800_000,
  validateAfterIdleMs: 30_000,
  applicationName: 'test',
};

async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

type CallOptions = Omit<RunOptions, 'endsAtMs'> & { readonly timeoutMs?: number };

function createFixture(options: Partial<PoolOptions> = {}, isCapable = true, serverAllows = Number.POSITIVE_INFINITY) {
  const clock = new FakeClock();
  const connections: FakeLaneConnection[] = [];
  const open = async (context: FakeLaneConnection['context']) => {
    const open = connections.filter((other) => other.state === 'open').length;
    if (open >= serverAllows) throw new DriverError('too-many-connections', 'no');
    const connection = new FakeLaneConnection(context);
    connection.canPipeline = isCapable;
    connections.push(connection);
    return connection;
  };
  const pool = new LanedPool({ ...OPTIONS, ...options }, open, clock);
  const read = plainStatement('select', { access: 'read' });
  const run = (value: number, statement: Statement = read, callOptions: CallOptions = {}) => {
    const { timeoutMs = 3_000, ...others } = callOptions;
    const outcome: { value: unknown; error: unknown } = { value: undefined, error: undefined };
    pool.run(statement, [value], { ...within(timeoutMs, clock), ...others }).then(
      (result) => {
        outcome.value = result.rows[0]?.[0];
      },
      (error: { kind: string }) => {
        outcome.error = error.kind;
      },
    );
    return outcome;
  };
  const lanes = () =>
    connections.filter((connection) => connection.laneLimitMs !== undefined && connection.state === 'open');
  /** What runs outside of lanes now. */
  const alone = () => connections.flatMap((connection) => connection.alone.splice(0));
  /** Makes the statement known as a short one, and the first lane ready. */
  const warmUp = async (statement: Statement = read) => {
    run(0, statement);
    await settle();
    for (const call of alone()) call.succeed();
    await settle();
    const first = run(0, statement);
    await settle();
    expect(lanes()).toHaveLength(1);
    lanes()[0]?.answerNext();
    await settle();
    expect(first.value).toBe(0);
  };
  return { clock, connections, pool, read, run, lanes, alone, warmUp };
}

describe('a pool with lanes', () => {
  it('runs an unknown read alone first and shares a lane once it was short', async () => {
    const { run, alone, lanes, connections } = createFixture();
    const first = run(1);
    await settle();
    const [trial] = alone();
    expect(trial?.how).toBe('trial');
    trial?.succeed();
    await settle();
    expect(first.value).toBe(1);
    const more = [2, 3, 4].map((value) => run(value));
    await settle();
    expect(connections).toHaveLength(1);
    expect(lanes()[0]?.laneLimitMs).toBe(LANE_OPTIONS.limitMs);
    expect(lanes()[0]?.onLane.map((sent) => sent.parameters)).toEqual([[2], [3], [4]]);
    for (const _ of more) lanes()[0]?.answerNext();
    await settle();
    expect(more.map((outcome) => outcome.value)).toEqual([2, 3, 4]);
  });

  it.each([
    ['is a write', plainStatement('update', { access: 'write' }), {}],
    ['is to be undone', plainStatement('select', { access: 'read', undo: true }), {}],
    ['has hardly any time left', plainStatement('select', { access: 'read' }), { timeoutMs: 2 * LANE_OPTIONS.limitMs }],
  ])('runs a statement alone that %s', async (_name, statement, options) => {
    const { run, alone, lanes } = createFixture();
    for (let turn = 0; turn < 3; turn += 1) {
      run(turn, statement, options);
      await settle();
      for (const call of alone()) call.succeed();
      await settle();
    }
    expect(lanes()).toHaveLength(0);
  });

  it('never puts a statement on a lane that left something in its session', async () => {
    const { run, alone, lanes } = createFixture();
    for (let turn = 0; turn < 3; turn += 1) {
      run(turn);
      await settle();
      const calls = alone();
      expect(calls.map((call) => call.how)).toEqual(['trial']);
      for (const call of calls) call.succeed({ leaves: 'something' });
      await settle();
    }
    expect(lanes()).toHaveLength(0);
  });

  it('leaves a statement alone, tried once, of which the server cannot say what it leaves', async () => {
    const { run, alone, lanes } = createFixture();
    const how: string[] = [];
    for (let turn = 0; turn < 3; turn += 1) {
      run(turn);
      await settle();
      for (const call of alone()) {
        how.push(call.how);
        call.succeed({ leaves: 'unknown' });
      }
      await settle();
    }
    expect(how).toEqual(['trial', 'run', 'run']);
    expect(lanes()).toHaveLength(0);
  });

  it('has no lane in a pool of one, nor where sessions cannot carry one', async () => {
    for (const fixture of [createFixture({ maxConnections: 1 }), createFixture({}, false)]) {
      for (let turn = 0; turn < 3; turn += 1) {
        const outcome = fixture.run(turn);
        await settle();
        for (const call of fixture.alone()) call.succeed();
        await settle();
        expect(outcome.value).toBe(turn);
      }
      expect(fixture.lanes()).toHaveLength(0);
    }
  });

  it('fills one lane before it opens the next, and leaves a place for statements of their own', async () => {
    const { run, lanes, warmUp, pool } = createFixture({ maxConnections: 3 });
    await warmUp();
    const outcomes = Array.from({ length: 500 }, (_, value) => run(value));
    await settle();
    expect(lanes()).toHaveLength(2);
    expect(lanes()[0]?.onLane.length).toBeGreaterThanOrEqual(32);
    const write = run(-1, plainStatement('update'));
    await settle();
    expect(pool.statistics().open).toBe(3);
    expect(write.error).toBeUndefined();
    expect(outcomes.every((outcome) => outcome.error === undefined)).toBe(true);
  });

  it('queues no call behind others elsewhere while lanes are the quicker way', async () => {
    const { run, lanes, warmUp, alone, pool } = createFixture({ maxConnections: 3 });
    await warmUp();
    const outcomes = Array.from({ length: 2_000 }, (_, value) => run(value));
    await settle();
    // One at work on the connection next to the lanes, one in line for it.
    expect(alone().length).toBeLessThanOrEqual(1);
    expect(pool.statistics().waiting).toBeGreaterThan(1_500);
    for (let turn = 0; turn < 200; turn += 1) {
      for (const lane of lanes()) while (lane.onLane.length > 0) lane.answerNext();
      await settle();
    }
    expect(outcomes.filter((outcome) => outcome.value === undefined).length).toBeLessThanOrEqual(2);
  });

  it('never exceeds the connections of the pool', async () => {
    const { run, lanes, warmUp, pool, connections, alone } = createFixture({ maxConnections: 3 });
    await warmUp();
    for (let turn = 0; turn < 20; turn += 1) {
      for (let value = 0; value < 60; value += 1) run(value);
      await settle();
      expect(connections.filter((connection) => connection.state === 'open').length).toBeLessThanOrEqual(3);
      expect(pool.statistics().open).toBeLessThanOrEqual(3);
      for (const lane of lanes()) while (lane.onLane.length > 0) lane.answerNext();
      for (const call of alone()) call.succeed();
      await settle();
    }
  });

  it('gives a statement that the server stopped a connection of its own, and its neighbours their rows', async () => {
    const { run, lanes, alone, warmUp } = createFixture();
    await warmUp();
    const outcomes = [1, 2, 3].map((value) => run(value));
    await settle();
    lanes()[0]?.answerNext();
    lanes()[0]?.failNext('query-timeout');
    lanes()[0]?.answerNext();
    await settle();
    expect(outcomes.map((outcome) => outcome.value)).toEqual([1, undefined, 3]);
    for (const call of alone()) call.succeed({ serverMs: 200 });
    await settle();
    expect(outcomes.map((outcome) => outcome.value)).toEqual([1, 2, 3]);
  });

  it('moves a statement that turned slow off the lanes, and gives it another chance later', async () => {
    const { clock, run, lanes, alone, warmUp } = createFixture();
    await warmUp();
    let stops = 0;
    for (; stops < 10; stops += 1) {
      run(stops);
      await settle();
      if (lanes()[0]?.onLane.length === 0) break;
      clock.advance(LANE_OPTIONS.limitMs);
      lanes()[0]?.failNext('query-timeout');
      await settle();
      for (const call of alone()) call.succeed({ serverMs: 200 });
      await settle();
    }
    expect(stops).toBe(1);
    expect(alone().map((call) => call.how)).toEqual(['run']);
    clock.advance(31_000);
    run(1);
    await settle();
    const [chance] = alone();
    expect(chance?.how).toBe('trial');
    chance?.succeed();
    await settle();
    run(2);
    await settle();
    expect(lanes()[0]?.onLane).toHaveLength(1);
  });

  it('does not blame a statement for a busy machine: a second run tells', async () => {
    const { clock, run, lanes, alone, warmUp } = createFixture();
    await warmUp();
    for (let turn = 0; turn < 50; turn += 1) {
      const outcome = run(turn);
      await settle();
      clock.advance(LANE_OPTIONS.shortMs * 2);
      lanes()[0]?.answerNext();
      await settle();
      expect(outcome.value).toBe(turn);
      const again = alone();
      expect(again.map((call) => [call.how, call.parameters])).toEqual([['trial', [turn]]]);
      for (const call of again) call.succeed();
      await settle();
    }
    run(99);
    await settle();
    expect(lanes()[0]?.onLane).toHaveLength(1);
  });

  it('runs what was under way on a lane that died once more elsewhere, within its time', async () => {
    const { run, lanes, alone, warmUp } = createFixture();
    await warmUp();
    const outcomes = [1, 2, 3].map((value) => run(value));
    await settle();
    lanes()[0]?.break();
    await settle();
    const again = alone();
    expect(again.flatMap((call) => call.parameters).sort()).toEqual([1, 2, 3]);
    again[0]?.fail('connection-lost');
    for (const call of again) call.succeed();
    await settle();
    expect(outcomes.filter((outcome) => outcome.error === 'connection-lost')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome.value !== undefined)).toHaveLength(2);
  });

  it('gives up a lane whose server does not answer, and answers its callers from elsewhere', async () => {
    const { clock, run, lanes, alone, warmUp, connections } = createFixture();
    await warmUp();
    const outcomes = [1, 2].map((value) => run(value));
    await settle();
    const [frozen] = lanes();
    clock.advance(LANE_OPTIONS.stallMs + 1);
    await settle();
    expect(frozen?.cancels).toBe(1);
    expect(frozen?.state).toBe('destroyed');
    for (const call of alone()) call.succeed();
    await settle();
    expect(outcomes.map((outcome) => outcome.value)).toEqual([1, 2]);
    // Late words of the frozen one change nothing.
    frozen?.answerNext();
    await settle();
    expect(connections.filter((connection) => connection.state === 'open').length).toBeLessThanOrEqual(4);
  });

  it('answers by the deadline although the lane is silent', async () => {
    const { clock, run, lanes, warmUp } = createFixture();
    await warmUp();
    const outcome = run(1, undefined, { timeoutMs: 150 });
    await settle();
    clock.advance(149);
    await settle();
    expect(outcome.error).toBeUndefined();
    clock.advance(1);
    await settle();
    expect(outcome.error).toBe('query-timeout');
    lanes()[0]?.answerNext();
    const next = run(2);
    await settle();
    lanes()[0]?.answerNext();
    await settle();
    expect(next.value).toBe(2);
  });

  it('answers a caller who gives up at once, and the neighbours as if nothing had been', async () => {
    const { run, lanes, warmUp } = createFixture();
    await warmUp();
    const controller = new AbortController();
    const outcomes = [run(1), run(2, undefined, { signal: controller.signal }), run(3)];
    await settle();
    controller.abort();
    await settle();
    expect(outcomes[1]?.error).toBe('cancelled');
    for (let turn = 0; turn < 3; turn += 1) lanes()[0]?.answerNext();
    await settle();
    expect(outcomes.map((outcome) => outcome.value)).toEqual([1, undefined, 3]);
  });

  it('ends a lane whose session was changed by a statement, after what is under way', async () => {
    const { run, lanes, warmUp } = createFixture();
    await warmUp();
    const outcomes = [1, 2].map((value) => run(value));
    await settle();
    const [lane] = lanes();
    if (lane) lane.reusable = false;
    lane?.answerNext();
    expect(lane?.state).toBe('open');
    lane?.answerNext();
    await settle();
    expect(lane?.state).toBe('ended');
    expect(outcomes.map((outcome) => outcome.value)).toEqual([1, 2]);
  });

  it('gives the connection of a lane that nobody uses back to the pool, which watches over it', async () => {
    const { clock, pool, lanes, warmUp } = createFixture();
    await warmUp();
    const [lane] = lanes();
    clock.advance(30_001);
    await settle();
    expect(lane?.laneLimitMs).toBeUndefined();
    expect(lane?.state).toBe('open');
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });

  it('ends a lane whose connection is past its lifetime, when what is on it is answered', async () => {
    const { clock, run, lanes, warmUp } = createFixture({ maxLifetimeMs: 5_000 });
    await warmUp();
    const [lane] = lanes();
    clock.advance(4_400);
    const last = run(1);
    for (let passed = 0; passed < 1_200; passed += 50) {
      clock.advance(50);
      if (passed % 100 === 0) lane?.answerNext();
      run(2 + passed);
      await settle();
    }
    expect(last.value).toBe(1);
    while (lane?.onLane.length) lane.answerNext();
    await settle();
    expect(lane?.state).toBe('ended');
  });

  it('gives an idle lane up for callers who wait for a connection, and after the idle time', async () => {
    const { clock, run, lanes, warmUp } = createFixture({ maxConnections: 2 });
    await warmUp();
    run(1, plainStatement('update'));
    await settle();
    clock.advance(1_100);
    run(2, plainStatement('update'));
    await settle();
    expect(lanes()).toHaveLength(0);

    const second = createFixture({ idleTimeoutMs: 5_000 });
    await second.warmUp();
    second.clock.advance(5_001);
    await settle();
    expect(second.lanes()).toHaveLength(0);
    expect(second.pool.statistics().open).toBe(1);
    second.clock.advance(5_001);
    expect(second.pool.statistics().open).toBe(0);
  });

  it('shares one connection in turn where the server allows no more', async () => {
    const { run, lanes, warmUp, connections, alone, clock } = createFixture({}, true, 1);
    await warmUp();
    const outcomes: ReturnType<typeof run>[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      outcomes.push(run(turn * 2), run(turn * 2 + 1, plainStatement('update')));
      for (let step = 0; step < 10; step += 1) {
        await settle();
        for (const lane of lanes()) while (lane.onLane.length > 0) lane.answerNext();
        for (const call of alone()) call.succeed();
        clock.advance(100);
      }
    }
    expect(outcomes.map((outcome) => outcome.error ?? outcome.value)).toEqual(outcomes.map((_, index) => index));
    expect(connections).toHaveLength(1);
  });

  it('counts lanes as connections, idle when nothing is under way', async () => {
    const { run, lanes, warmUp, pool } = createFixture();
    await warmUp();
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1, waiting: 0, max: 4 });
    run(1);
    await settle();
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 0 });
    lanes()[0]?.answerNext();
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });

  it('lets what is under way on a lane finish within the grace of the close, and breaks the rest', async () => {
    const { clock, run, lanes, warmUp, pool } = createFixture();
    await warmUp();
    const outcomes = [1, 2].map((value) => run(value));
    await settle();
    let isClosed = false;
    void pool.close(1_000).then(() => {
      isClosed = true;
    });
    await settle();
    const late = run(3);
    lanes()[0]?.answerNext();
    await settle();
    expect([outcomes[0]?.value, late.error, isClosed]).toEqual([1, 'closed', false]);
    clock.advance(1_000);
    await settle();
    expect(outcomes[1]?.error).toBe('closed');
    clock.advance(1_000);
    await settle();
    expect(isClosed).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('answers every caller with its own row, whatever order of answers, failures, deaths and departures', async () => {
    const event = fc.constantFrom(
      'call',
      'call',
      'call',
      'abort',
      'answer',
      'answer',
      'stop',
      'alone',
      'break',
      'wait',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 20, maxLength: 80 }), async (events) => {
        const { clock, run, lanes, alone, warmUp, pool } = createFixture({ maxConnections: 3 });
        await warmUp();
        const calls: { outcome: ReturnType<typeof run>; controller: AbortController }[] = [];
        for (const [index, name] of events.entries()) {
          const lane = lanes()[index % Math.max(1, lanes().length)];
          if (name === 'call') {
            const controller = new AbortController();
            calls.push({ outcome: run(calls.length, undefined, { signal: controller.signal }), controller });
          } else if (name === 'abort') calls[index % Math.max(1, calls.length)]?.controller.abort();
          else if (name === 'answer') lane?.answerNext();
          else if (name === 'stop' && lane && lane.onLane.length > 0) lane.failNext('query-timeout');
          else if (name === 'alone') for (const call of alone()) call.succeed({ serverMs: index % 2 ? 100 : 0.1 });
          else if (name === 'break') lane?.break();
          else if (name === 'wait') clock.advance(20);
          await settle();
          expect(pool.statistics().open).toBeLessThanOrEqual(3);
        }
        clock.advance(10_000);
        await settle();
        for (const [index, { outcome }] of calls.entries()) {
          // Answered once by now, rightly or with a reason.
          if (outcome.error === undefined) expect(outcome.value).toBe(index);
          else expect(outcome.value).toBeUndefined();
        }
      }),
      { seed: 4, numRuns: 150 },
    );
  });
});
