import { describe, it } from 'vitest';
import { connectorBody, createTestClient } from '../../packages/client/test/support/bodies.ts';
import { createFastClock } from '../../packages/client/test/support/fake-clock.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import type { Figure } from '../support/figure.ts';
import { type Says, startLimitedEngine } from '../support/limited-engine.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const WORKERS = 16;
/** The clock of both sides runs so much faster: what takes seconds is over in a third. */
const FASTER = 3;
const random = createRandom(openFaultSeed(process.env, 'row 3'));
const RATE = random.between(20, 25) * 2;
const PHASE_MS = 8_000;
const SETTLED_AFTER_MS = 3_000;
/**
 * That the client comes up to the new limit takes processor time, on a clock that is faster than the machine's. So
 * `npm test`, which may run on a busy one, leaves the lower bound to `pacing.test.ts` and its simulated clock, and
 * `npm run faults` holds it here.
 */
const IS_FULL = isFullLength(process.env);
const HELD = IS_FULL ? 'is at the new limit within three seconds' : 'never passes the new limit after three seconds';

describe("the server's limit changes in the middle of a run", () => {
  it.concurrent.for<{ says: Says; burst: number }>([
    { says: 'quota', burst: 10 },
    // What a wait of whole seconds gathers must fit into the bucket.
    { says: 'retry-after', burst: RATE },
    { says: 'nothing', burst: 10 },
  ])(`${HELD}, wasting a twentieth at most ($says)`, async ({ says, burst }, { task, expect }) => {
    const clock = createFastClock(FASTER);
    await using limited = await startLimitedEngine(says, { rate: RATE, burst }, clock.monotonicMs);
    await using client = createTestClient(limited.engine.url, { clock, random: random.next, maxFailedAttempts: 1 });
    const startedAtMs = clock.monotonicMs();
    const change = (phase: number, rate: number): { cancel(): void } =>
      clock.setTimer(phase * PHASE_MS, () => limited.bucket.setRate(rate, clock.monotonicMs()));
    change(1, RATE / 2);
    change(2, RATE);
    let sent = 0;
    const worker = async (): Promise<void> => {
      while (clock.monotonicMs() - startedAtMs < 3 * PHASE_MS) {
        sent += 1;
        await client.connectors.put(connectorBody(`c${sent}`));
      }
    };
    await Promise.all(Array.from({ length: WORKERS }, worker));

    const perSecond = (phase: number): number => {
      const fromMs = startedAtMs + phase * PHASE_MS + SETTLED_AFTER_MS;
      const toMs = startedAtMs + (phase + 1) * PHASE_MS;
      return limited.puts.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length / ((toMs - fromMs) / 1000);
    };
    // A bucket that was full at the change may be used up next to the rate.
    const stored = burst / ((PHASE_MS - SETTLED_AFTER_MS) / 1000);
    const figures: Figure[] = [];
    for (const [phase, rate] of [
      [1, RATE / 2],
      [2, RATE],
    ] as const) {
      figures.push({
        what: `rate of the limit once it ${phase === 1 ? 'halved' : 'doubled'}, server says ${says}`,
        measured: (perSecond(phase) / rate) * 100,
        unit: '%',
        ...(IS_FULL ? { atLeast: 90 } : {}),
        atMost: 110 + (stored / rate) * 100,
      });
    }
    const refused = limited.puts.filter(({ accepted }) => !accepted).length;
    const wasted = (refused / limited.puts.length) * 100;
    expectFigures(task, [...figures, { what: `wasted, server says ${says}`, measured: wasted, unit: '%', atMost: 5 }]);
    expect(limited.engine.changes).toHaveLength(sent);
    expect(new Set(limited.engine.changes).size).toBe(sent);
    expect(client.stats().rateLimited).toBe(refused);
  });
});
