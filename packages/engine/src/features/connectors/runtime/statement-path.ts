import {
  type DatabaseValue,
  DriverError,
  type RunOptions,
  type Statement,
  type StatementDescription,
  type StatementResult,
} from '../../../drivers/driver.ts';
import type { Clock } from '../../../util/clock.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { type Breaker, judgeStatementFailure } from './breaker.ts';
import type { Demotion } from './demotion.ts';
import type { PoolReplacement, ServingPool } from './pool-replacement.ts';
import { RuntimeUnavailableError } from './runtime-unavailable-error.ts';
import type { StepLoop } from './step-loop.ts';

export interface StatementPathOptions {
  readonly clock: Clock;
  readonly pools: PoolReplacement;
  readonly breaker: Breaker;
  readonly demotion: Demotion;
  readonly loop: StepLoop;
  /** Why no statement is taken at all; null while they are. */
  readonly closedFor: () => 'paused' | 'gone' | null;
  /** Called with a failure that says that the database is not there. */
  readonly onEvidence: (error: DriverError) => void;
}

/**
 * How the statements of one connector reach its pool, past the loop of its runtime: refused at once while the breaker
 * is open, waiting only where no pool was opened yet. What a failed statement says of the database goes to the breaker.
 */
export class StatementPath {
  readonly #options: StatementPathOptions;
  #lastUsedAt: number;

  constructor(options: StatementPathOptions) {
    this.#options = options;
    this.#lastUsedAt = options.clock.monotonicMs();
  }

  /** Monotonic time of the last statement. */
  get lastUsedAt(): number {
    return this.#lastUsedAt;
  }

  /**
   * Runs a statement on the pool, opening it first if need be, within the time of `options`. One that waited for a
   * connection of a pool that was replaced meanwhile is served by the one that serves now.
   * @throws RuntimeUnavailableError at once while the breaker is open
   * @throws DriverError when the statement fails
   */
  async run(statement: Statement, parameters: readonly DatabaseValue[], options: RunOptions): Promise<StatementResult> {
    const { clock, pools, breaker } = this.#options;
    this.#lastUsedAt = clock.monotonicMs();
    const serving = this.#serve() ?? (await this.#serveAfterOpening(options));
    try {
      const result = await serving.pool.run(statement, parameters, options);
      if (serving === pools.serving && !breaker.isOpen) breaker.succeed();
      return result;
    } catch (error) {
      if (!(error instanceof DriverError)) throw error;
      if (serving === pools.serving) this.#afterFailure(error, statement);
      else if (error.isUnsent && clock.monotonicMs() < options.endsAtMs) {
        return this.run(statement, parameters, options);
      }
      throw error;
    }
  }

  /**
   * Has the database parse a statement without running it, opening the pool first if need be.
   * @throws RuntimeUnavailableError, DriverError as `run`; what comes of it says nothing about the database's health
   */
  async describe(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    const serving = this.#serve() ?? (await this.#serveAfterOpening(options));
    return serving.pool.describe(statement, parameters, options);
  }

  /** The pool for a statement; null when it must be opened first. */
  #serve(): ServingPool | null {
    const { closedFor, pools, breaker } = this.#options;
    const reason = closedFor();
    if (reason !== null) throw new RuntimeUnavailableError(reason);
    const { serving } = pools;
    if (serving === null && pools.failure !== null) {
      throw new RuntimeUnavailableError('failing', pools.failure.errorClass);
    }
    if (serving !== null && breaker.isOpen) throw new RuntimeUnavailableError('failing', breaker.errorClass);
    return serving;
  }

  async #serveAfterOpening(options: RunOptions): Promise<ServingPool> {
    const { clock, loop } = this.#options;
    const opened = loop.ask({ check: false, forced: false });
    await withDeadline(opened, { clock, ...options }, () => {
      throw new RuntimeUnavailableError('opening');
    });
    const serving = this.#serve();
    if (serving === null) throw new RuntimeUnavailableError('opening');
    return serving;
  }

  /** A statement met a dead database before the health check did: a probe finds out, the breaker counts. */
  #afterFailure({ kind, vendorCode }: DriverError, { access, undo }: Statement): void {
    const { breaker, demotion, loop, onEvidence } = this.#options;
    const verdict = judgeStatementFailure(kind, vendorCode);
    const isRefusedWrite = kind === 'read-only' && access === 'write' && !undo;
    if (isRefusedWrite) demotion.refuse();
    if (verdict === 'evidence') onEvidence(new DriverError(kind, 'a statement failed'));
    if (verdict === 'irrelevant' || breaker.isOpen || loop.isRunning) return;
    if (verdict === 'evidence') breaker.probeNow();
    else if (!breaker.suspect() && !isRefusedWrite) return;
    void loop.ask({ check: true, forced: false });
  }
}
