import { describe, expect, it } from 'vitest';
import { LANE_OPTIONS } from '../../../../src/drivers/pool/lanes/lane-options.ts';
import { createLanedPoolFixture, settle } from './laned-pool-fixture.ts';

describe('a pool with lanes', () => {
  it('gives a statement that the server stopped a connection of its own, and its neighbours their rows', async () => {
    const { run, lanes, alone, warmUp } = createLanedPoolFixture();
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
    const { clock, run, lanes, alone, warmUp } = createLanedPoolFixture();
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
    const { clock, run, lanes, alone, warmUp } = createLanedPoolFixture();
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
    const { run, lanes, alone, warmUp } = createLanedPoolFixture();
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
    const { clock, run, lanes, alone, warmUp, connections } = createLanedPoolFixture();
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
    const { clock, run, lanes, warmUp } = createLanedPoolFixture();
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
    const { run, lanes, warmUp } = createLanedPoolFixture();
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
    const { run, lanes, warmUp } = createLanedPoolFixture();
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
});
