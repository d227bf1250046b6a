import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANE_OPTIONS } from '../../../../src/drivers/pool/lanes/lane-options.ts';
import { plainStatement } from '../../../support/plain-statement.ts';
import { createLanedPoolFixture, settle } from './laned-pool-fixture.ts';

describe('a pool with lanes', () => {
  it('runs an unknown read alone first and shares a lane once it was short', async () => {
    const { run, alone, lanes, connections } = createLanedPoolFixture();
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
    const { run, alone, lanes } = createLanedPoolFixture();
    for (let turn = 0; turn < 3; turn += 1) {
      run(turn, statement, options);
      await settle();
      for (const call of alone()) call.succeed();
      await settle();
    }
    expect(lanes()).toHaveLength(0);
  });

  it('never puts a statement on a lane that left something in its session', async () => {
    const { run, alone, lanes } = createLanedPoolFixture();
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
    const { run, alone, lanes } = createLanedPoolFixture();
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
    for (const fixture of [createLanedPoolFixture({ maxConnections: 1 }), createLanedPoolFixture({}, false)]) {
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
    const { run, lanes, warmUp, pool } = createLanedPoolFixture({ maxConnections: 3 });
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
    const { run, lanes, warmUp, alone, pool } = createLanedPoolFixture({ maxConnections: 3 });
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
    const { run, lanes, warmUp, pool, connections, alone } = createLanedPoolFixture({ maxConnections: 3 });
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

  it('gives the connection of a lane that nobody uses back to the pool, which watches over it', async () => {
    const { clock, pool, lanes, warmUp } = createLanedPoolFixture();
    await warmUp();
    const [lane] = lanes();
    clock.advance(30_001);
    await settle();
    expect(lane?.laneLimitMs).toBeUndefined();
    expect(lane?.state).toBe('open');
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });

  it('ends a lane whose connection is past its lifetime, when what is on it is answered', async () => {
    const { clock, run, lanes, warmUp } = createLanedPoolFixture({ maxLifetimeMs: 5_000 });
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
    const { clock, run, lanes, warmUp } = createLanedPoolFixture({ maxConnections: 2 });
    await warmUp();
    run(1, plainStatement('update'));
    await settle();
    clock.advance(1_100);
    run(2, plainStatement('update'));
    await settle();
    expect(lanes()).toHaveLength(0);

    const second = createLanedPoolFixture({ idleTimeoutMs: 5_000 });
    await second.warmUp();
    second.clock.advance(5_001);
    await settle();
    expect(second.lanes()).toHaveLength(0);
    expect(second.pool.statistics().open).toBe(1);
    second.clock.advance(5_001);
    expect(second.pool.statistics().open).toBe(0);
  });

  it('shares one connection in turn where the server allows no more', async () => {
    const { run, lanes, warmUp, connections, alone, clock } = createLanedPoolFixture({}, true, 1);
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
    const { run, lanes, warmUp, pool } = createLanedPoolFixture();
    await warmUp();
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1, waiting: 0, max: 4 });
    run(1);
    await settle();
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 0 });
    lanes()[0]?.answerNext();
    expect(pool.statistics()).toMatchObject({ open: 1, idle: 1 });
  });

  it('lets what is under way on a lane finish within the grace of the close, and breaks the rest', async () => {
    const { clock, run, lanes, warmUp, pool } = createLanedPoolFixture();
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
        const { clock, run, lanes, alone, warmUp, pool } = createLanedPoolFixture({ maxConnections: 3 });
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
