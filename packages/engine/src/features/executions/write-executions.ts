import type { InFlightLimit } from './admission/in-flight-limit.ts';
import { type ExecutionCall, toExecutionResult } from './call/execution-call.ts';
import { BULKHEAD_FULL, createRateFailure, ENGINE_BUSY, type ExecutionFailure } from './call/execution-failure.ts';
import { type ExecutionResult, type FailedRun, toUnrun } from './call/execution-result.ts';
import type { IdempotentWrites } from './idempotency/idempotent-writes.ts';
import { type LiveOptions, runLive } from './live-run.ts';
import { toAnswerHead, toFailedHead } from './output/answer-line.ts';

export interface WriteExecutionsOptions extends LiveOptions {
  readonly inFlight: InFlightLimit;
  readonly idempotent: IdempotentWrites;
}

/** Runs writes: rate, then once only where the caller says what makes it the same write, then the database. */
export class WriteExecutions {
  readonly #options: WriteExecutionsOptions;

  constructor(options: WriteExecutionsOptions) {
    this.#options = options;
  }

  /**
   * Resolves by the deadline; `paused` when the connector is.
   * @throws ProblemError EXECUTION_IN_PROGRESS, EXECUTION_IN_DOUBT, IDEMPOTENCY_KEY_REUSED, INVALID_REQUEST
   */
  async execute(call: ExecutionCall): Promise<ExecutionResult | 'paused'> {
    const { clock, inFlight, idempotent } = this.#options;
    const { bucket, bulkhead } = call.runner.bounds;
    const waitMs = bucket.take(clock.monotonicMs());
    if (waitMs > 0) return this.#refuse(call, createRateFailure(waitMs));
    // Before it is claimed: what is turned away under load must not burden the state database.
    if (bulkhead.isFull) return this.#refuse(call, { ...BULKHEAD_FULL, retryAfterMs: bulkhead.expectedWaitMs });
    if (!inFlight.tryEnter()) return this.#refuse(call, ENGINE_BUSY);
    try {
      return await idempotent.runOnce(
        call,
        () => this.#run(call),
        (failure) => this.#refuse(call, failure),
      );
    } finally {
      inFlight.leave();
    }
  }

  async #run(call: ExecutionCall): Promise<ExecutionResult | 'paused'> {
    const { runner, values, deadline } = call;
    const live = await runLive(this.#options, runner, runner.compiled.bind(values), deadline);
    if (live === 'paused') return live;
    if (live.failure !== null) return this.#fail(call, live);
    const head = toAnswerHead(live.output, 'live', 0, call.executionId);
    return toExecutionResult(call, head, live.output.members, live, this.#options.clock);
  }

  #refuse(call: ExecutionCall, failure: ExecutionFailure): ExecutionResult {
    return this.#fail(call, toUnrun(failure));
  }

  /** A write that failed has nothing to fall back on: its fields are the declared defaults. */
  #fail(call: ExecutionCall, run: FailedRun): ExecutionResult {
    const head = toFailedHead(run.failure.outcome, 'none', call.executionId);
    return toExecutionResult(call, head, call.runner.compiled.output.emptyMembers, run, this.#options.clock);
  }
}
