import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../../audit-log/test/support/fake-clock.ts';
import { type DatabaseValue, DriverError, type Statement } from '../../../../src/drivers/driver.ts';
import type { OpenContext } from '../../../../src/drivers/pool/driver-connection.ts';
import type { LaneAnswer, LaneConnection } from '../../../../src/drivers/pool/lanes/lane-connection.ts';
import { LanedPool } from '../../../../src/drivers/pool/lanes/laned-pool.ts';
import { plainStatement } from '../../../support/plain-statement.ts';
import { within } from '../../../support/within.ts';

const NETWORK_MS = 0.1;
const SHORT_MS = 0.2;
const SLOW_MS = 100;

/** A server that works on one statement after the other; the first parameter says for how long. */
class TimedConnection implements LaneConnection {
  readonly canPipeline = true;
  readonly #clock: FakeClock;
  #limitMs = Number.POSITIVE_INFINITY;
  #freeAtMs = 0;

  constructor(_context: OpenContext, clock: FakeClock) {
    this.#clock = clock;
  }

  #work(parameters: readonly DatabaseValue[], onDone: (isStopped: boolean) => void): void {
    const nowMs = this.#clock.monotonicMs();
    const wantedMs = Number(parameters[0]);
    const workMs = Math.min(wantedMs, this.#limitMs);
    this.#freeAtMs = Math.max(this.#freeAtMs, nowMs) + workMs;
    this.#clock.setTimer(this.#freeAtMs - nowMs + NETWORK_MS, () => onDone(workMs < wantedMs));
  }

  async run(_statement: Statement, parameters: readonly DatabaseValue[]) {
    await new Promise((resolve) => this.#work(parameters, resolve));
    return { columns: [], rows: [], affectedRows: 0, truncated: false };
  }

  async tryOut(statement: Statement, parameters: readonly DatabaseValue[]) {
    return {
      result: await this.run(statement, parameters),
      serverMs: Number(parameters[0]),
      leaves: 'nothing' as const,
    };
  }

  async enterLane(limitMs: number): Promise<void> {
    this.#limitMs = limitMs;
  }

  async leaveLane(): Promise<void> {
    this.#limitMs = Number.POSITIVE_INFINITY;
  }

  send(_statement: Statement, parameters: readonly DatabaseValue[], answer: LaneAnswer): void {
    this.#work(parameters, (isStopped) => {
      if (isStopped) answer.fail(new DriverError('query-timeout', 'stopped'));
      else answer.succeed({ columns: [], rows: [], affectedRows: 0, truncated: false });
    });
  }

  async describe() {
    return { columns: null, writes: null, plan: null };
  }

  async probe() {
    return { serverVersion: '1', readOnly: false };
  }

  async ping(): Promise<void> {}

  isReusable(): boolean {
    return true;
  }

  async cancel(): Promise<boolean> {
    return true;
  }

  end(): void {}

  destroy(): void {}
}

/** Calls at a fixed rate; 1 % of them, spread evenly, are slow. Returns how long the short ones took, sorted. */
async function measure(slow: { readonly share: boolean; readonly isOtherAction: boolean }): Promise<number[]> {
  const clock = new FakeClock();
  const pool = new LanedPool(
    {
      minConnections: 0,
      maxConnections: 8,
      connectTimeoutMs: 1_000,
      idleTimeoutMs: 60_000,
      maxLifetimeMs: 1_800_000,
      validateAfterIdleMs: 10_000,
      applicationName: 'test',
    },
    async (context) => new TimedConnection(context, clock),
    clock,
  );
  const short = plainStatement('short', { access: 'read' });
  const other = slow.isOtherAction ? plainStatement('other', { access: 'read' }) : short;
  const latencies: number[] = [];
  for (let call = 0; call < 12_000; call += 1) {
    const isSlow = slow.share && call % 100 === 50;
    const startedAtMs = clock.monotonicMs();
    void pool.run(isSlow ? other : short, [isSlow ? SLOW_MS : SHORT_MS], within(3_000, clock)).then(() => {
      // The first second is for learning.
      if (!isSlow && call > 1_000) latencies.push(clock.monotonicMs() - startedAtMs);
    });
    for (let step = 0; step < 4; step += 1) {
      for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
      clock.advance(0.25);
    }
  }
  clock.advance(1_000);
  for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  expect(latencies).toHaveLength(12_000 - 1_001 - (slow.share ? 110 : 0));
  return latencies.sort((a, b) => a - b);
}

const p99 = (sorted: number[]): number => sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN;

describe('short reads among slow ones', () => {
  it.each([
    ['another statement is the slow one', true],
    ['one in a hundred runs of the same statement is slow', false],
  ])('keep their p99 within twice that of short ones alone when %s', async (_name, isOtherAction) => {
    const alone = p99(await measure({ share: false, isOtherAction }));
    expect(alone).toBeGreaterThan(SHORT_MS);
    expect(p99(await measure({ share: true, isOtherAction }))).toBeLessThanOrEqual(2 * alone);
  });
});
