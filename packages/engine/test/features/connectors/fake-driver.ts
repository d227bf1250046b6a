import type {
  DatabaseTarget,
  DatabaseValue,
  Driver,
  DriverPool,
  PoolOptions,
  PoolStatistics,
  ProbeResult,
  RunOptions,
  Statement,
  StatementDescription,
  StatementResult,
} from '../../../src/drivers/driver.ts';
import { DriverError, type DriverErrorKind } from '../../../src/drivers/driver.ts';

/** What a database does when it is asked: answer, fail in a way, or stay silent forever. */
export type Behaviour = 'answers' | 'hangs' | DriverErrorKind;

/** A driver whose databases do as they are told, by host name. Keeps every pool it made. */
export class FakeDriver implements Driver {
  readonly kind = 'postgresql';
  module = 'fake 1.0.0';
  serverVersion = 'FakeDB 1.0';
  readonly capabilities = {
    readOnlySession: true,
    serverCancel: true,
    tls: true,
    exactDecimal: true,
    booleanType: true,
    zonedTimestamp: true,
    gaps: {},
  };
  readonly pools: FakePool[] = [];
  readonly #behaviours = new Map<string, Behaviour>();
  latencyMs = 3.2;
  readOnly = false;
  /** What becomes of statements while probes are answered; thrown by each of them. */
  statementFailure: DriverError | undefined;
  /** When set, any other password is refused. */
  password: string | undefined;
  /** What the parser of every database says. */
  description: StatementDescription = { columns: ['revision'], writes: null, plan: null };
  /** What was described, in order. */
  readonly described: Array<{ readonly statement: Statement; readonly parameters: readonly DatabaseValue[] }> = [];

  behave(host: string, behaviour: Behaviour): void {
    this.#behaviours.set(host, behaviour);
  }

  behaviourOf(target: DatabaseTarget): Behaviour {
    const behaviour = this.#behaviours.get(target.hosts[0]?.host ?? '') ?? 'answers';
    if (behaviour !== 'answers' || this.password === undefined) return behaviour;
    return target.credentials.password.expose() === this.password ? 'answers' : 'authentication';
  }

  placeholder(position: number): string {
    return `$${position}`;
  }

  createPool(target: DatabaseTarget, options: PoolOptions): DriverPool {
    const pool = new FakePool(this, target, options);
    this.pools.push(pool);
    return pool;
  }

  /** Pools that are not closed. */
  get openPools(): readonly FakePool[] {
    return this.pools.filter((pool) => !pool.isClosed);
  }

  /** The pool made last. */
  get lastPool(): FakePool {
    const pool = this.pools.at(-1);
    if (pool === undefined) throw new Error('no pool was made');
    return pool;
  }

  get probes(): number {
    return this.pools.reduce((sum, pool) => sum + pool.probes, 0);
  }
}

export class FakePool implements DriverPool {
  readonly target: DatabaseTarget;
  readonly options: PoolOptions;
  readonly #driver: FakeDriver;
  probes = 0;
  isClosed = false;
  closedWithGraceMs: number | undefined;

  constructor(driver: FakeDriver, target: DatabaseTarget, options: PoolOptions) {
    this.#driver = driver;
    this.target = target;
    this.options = options;
  }

  async run(
    _statement: Statement,
    _parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementResult> {
    if (this.#driver.statementFailure !== undefined) throw this.#driver.statementFailure;
    await this.#behave(options);
    const rows = [[this.options.maxConnections]];
    return { columns: ['revision'], rows, affectedRows: 0, truncated: false, queueMs: 0, databaseMs: 1 };
  }

  async describe(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    this.#driver.described.push({ statement, parameters });
    await this.#behave(options);
    return this.#driver.description;
  }

  async probe(_query: string, options: RunOptions): Promise<ProbeResult> {
    this.probes += 1;
    await this.#behave(options);
    return {
      latencyMs: this.#driver.latencyMs,
      serverVersion: this.#driver.serverVersion,
      readOnly: this.#driver.readOnly,
    };
  }

  statistics(): PoolStatistics {
    return { open: 2, idle: 2, waiting: 0, max: this.options.maxConnections };
  }

  async close(graceMs: number): Promise<void> {
    this.isClosed = true;
    this.closedWithGraceMs ??= graceMs;
  }

  async #behave({ signal }: RunOptions): Promise<void> {
    if (this.isClosed) throw new DriverError('closed', 'closed');
    const behaviour = this.#driver.behaviourOf(this.target);
    if (behaviour === 'answers') return;
    if (behaviour !== 'hangs') throw new DriverError(behaviour, `canary-driver-text of ${behaviour}`);
    await new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(new DriverError('cancelled', 'cancelled')), { once: true });
    });
  }
}
