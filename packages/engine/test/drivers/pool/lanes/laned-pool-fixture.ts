import { expect } from 'vitest';
import { FakeClock } from '../../../../../audit-log/test/support/fake-clock.ts';
import { DriverError, type PoolOptions, type RunOptions, type Statement } from '../../../../src/drivers/driver.ts';
import { LanedPool } from '../../../../src/drivers/pool/lanes/laned-pool.ts';
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

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await Promise.resolve();
}

type CallOptions = Omit<RunOptions, 'endsAtMs'> & { readonly timeoutMs?: number };

/** A pool over fakes, with the calls that a test makes and what its connections carry. */
export function createLanedPoolFixture(
  options: Partial<PoolOptions> = {},
  isCapable = true,
  serverAllows = Number.POSITIVE_INFINITY,
) {
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
