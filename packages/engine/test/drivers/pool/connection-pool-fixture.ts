import { DriverError, type DriverErrorKind, type PoolOptions, type Statement } from '../../../src/drivers/driver.ts';
import { ConnectionPool } from '../../../src/drivers/pool/connection-pool.ts';
import type { DriverConnection, OpenContext } from '../../../src/drivers/pool/driver-connection.ts';
import type { Clock } from '../../../src/util/clock.ts';

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

export class FakeConnection implements DriverConnection {
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

export const OPTIONS: PoolOptions = {
  minConnections: 0,
  maxConnections: 2,
  connectTimeoutMs: 1_000,
  idleTimeoutMs: 10_000,
  maxLifetimeMs: 1_000_000,
  validateAfterIdleMs: 20_000,
  applicationName: 'test',
};

export function createPool(options: Partial<PoolOptions> = {}, isManual = false, random = () => 0.5) {
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

export function kindOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'worked',
    (error: unknown) => (error instanceof DriverError ? error.kind : String(error)),
  );
}
