import type { DatabaseValue, StatementResult } from '../../drivers/driver.ts';
import type { Clock } from '../../util/clock.ts';
import type { Deadline } from '../../util/deadline.ts';
import type { DeadlineWatch, Wait } from '../../util/deadline-watch.ts';
import type { Logger } from '../../util/logger.ts';
import type { ConnectorRuntimes } from '../connectors/runtime/connector-runtimes.ts';
import type { Entrant } from './admission/bulkhead.ts';
import type { ActionRunner } from './call/action-runner.ts';
import {
  BULKHEAD_FULL,
  createFailure,
  DEADLINE_PASSED,
  type ExecutionFailure,
  PAUSED,
  toFailure,
} from './call/execution-failure.ts';
import type { LiveResult } from './call/execution-result.ts';

export interface LiveOptions {
  readonly runtimes: Pick<ConnectorRuntimes, 'run' | 'snapshot'>;
  readonly clock: Clock;
  readonly watch: DeadlineWatch;
  readonly logger: Logger;
}

const NO_TIME = createFailure('TIMEOUT', 'no-time-left', { isOfOwnDeadline: true });
const BULKHEAD_WAIT = createFailure('BUSY', 'bulkhead-wait', { isOfOwnDeadline: true });
const CONNECTOR_BUSY = createFailure('BUSY', 'connector-busy');

/** These never reached a connection: all of their time was waiting. */
const WITHOUT_CONNECTION: ReadonlySet<string> = new Set(['pool-exhausted', 'connect-timeout']);

/**
 * Runs the statement of an action through its bulkhead and the limit of its connector. Resolves by the deadline whatever
 * the driver does, and never rejects.
 */
export function runLive(
  options: LiveOptions,
  runner: ActionRunner,
  parameters: readonly DatabaseValue[],
  deadline: Deadline,
): Promise<LiveResult> {
  return new Promise((resolve) => new LiveRun(options, runner, parameters, deadline, resolve).start());
}

/**
 * States: new -> (`waiting` for a place ->) `running` -> settled. Settling frees every place, once; what the driver
 * says afterwards is ignored.
 */
class LiveRun implements Entrant, Wait {
  readonly #options: LiveOptions;
  readonly #runner: ActionRunner;
  readonly #parameters: readonly DatabaseValue[];
  readonly #deadline: Deadline;
  readonly #resolve: (result: LiveResult) => void;
  readonly endsAtMs: number;
  readonly #startedAtMs: number;
  #enteredAtMs = 0;
  #state: 'new' | 'waiting' | 'running' | 'settled' = 'new';
  #isAtConnector = false;

  constructor(
    options: LiveOptions,
    runner: ActionRunner,
    parameters: readonly DatabaseValue[],
    deadline: Deadline,
    resolve: (result: LiveResult) => void,
  ) {
    this.#options = options;
    this.#runner = runner;
    this.#parameters = parameters;
    this.#deadline = deadline;
    this.#resolve = resolve;
    this.endsAtMs = deadline.answerAtMs;
    this.#startedAtMs = options.clock.monotonicMs();
  }

  start(): void {
    const { bulkhead } = this.#runner.bounds;
    const remainingMs = this.#deadline.workEndsAtMs - this.#startedAtMs;
    const entry = remainingMs <= 0 ? 'late' : bulkhead.enter(this, remainingMs);
    switch (entry) {
      case 'entered':
        this.#options.watch.add(this);
        this.#run(this.#startedAtMs);
        break;
      case 'waiting':
        this.#state = 'waiting';
        this.#options.watch.add(this);
        break;
      case 'late':
        this.#fail(NO_TIME);
        break;
      case 'full':
        this.#fail({ ...BULKHEAD_FULL, retryAfterMs: bulkhead.expectedWaitMs });
        break;
      case 'too-slow':
        this.#fail({ ...BULKHEAD_WAIT, retryAfterMs: bulkhead.expectedWaitMs });
    }
  }

  grant(): boolean {
    if (this.#state !== 'waiting') return false;
    const now = this.#options.clock.monotonicMs();
    if (now >= this.#deadline.workEndsAtMs) {
      this.#fail(BULKHEAD_WAIT);
      return false;
    }
    this.#run(now);
    return true;
  }

  expire(): void {
    if (this.#state === 'waiting') this.#runner.bounds.bulkhead.withdraw(this);
    this.#fail(this.#state === 'waiting' ? BULKHEAD_WAIT : DEADLINE_PASSED);
  }

  #run(now: number): void {
    this.#state = 'running';
    this.#enteredAtMs = now;
    this.#isAtConnector = this.#runner.connector.tryEnter(now);
    if (!this.#isAtConnector) {
      // Settled in a turn of its own: the bulkhead that granted the place must first have counted it.
      queueMicrotask(() => this.#fail(CONNECTOR_BUSY));
      return;
    }
    const { action, statement } = this.#runner.compiled;
    const options = { endsAtMs: this.#deadline.workEndsAtMs };
    this.#options.runtimes.run(action.connectorId, statement, this.#parameters, options).then(
      (result) => this.#answer(result),
      (error: unknown) => this.#raise(error),
    );
  }

  #answer(result: StatementResult): void {
    if (this.#state === 'settled') return;
    try {
      const output = this.#runner.compiled.output.map(result);
      const queueMs = this.#enteredAtMs - this.#startedAtMs + result.queueMs;
      this.#settle({ failure: null, output, coalesced: false, queueMs, databaseMs: result.databaseMs });
    } catch (error) {
      this.#raise(error);
    }
  }

  #raise(error: unknown): void {
    if (this.#state === 'settled') return;
    const { action, statement } = this.#runner.compiled;
    const failure = toFailure(error, statement.access);
    if (failure === PAUSED) {
      this.#settle('paused');
      return;
    }
    if (failure.errorClass === 'internal') {
      this.#options.logger.error({ err: error, actionId: action.actionId }, 'an execution failed in an unknown way');
    }
    this.#fail(failure.outcome === 'UNAVAILABLE' ? this.#withNextCheck(failure) : failure);
  }

  /** The connector may serve again after its next check. */
  #withNextCheck(failure: ExecutionFailure): ExecutionFailure {
    const { nextCheckInMs } = this.#options.runtimes.snapshot(this.#runner.compiled.action.connectorId);
    return { ...failure, retryAfterMs: nextCheckInMs };
  }

  #fail(failure: ExecutionFailure): void {
    if (this.#state === 'settled') return;
    const now = this.#options.clock.monotonicMs();
    const isQueueing = this.#state !== 'running' || WITHOUT_CONNECTION.has(failure.errorClass);
    const queueMs = (isQueueing ? now : this.#enteredAtMs) - this.#startedAtMs;
    const databaseMs = now - this.#startedAtMs - queueMs;
    this.#settle({ failure, output: null, coalesced: false, queueMs, databaseMs });
  }

  #settle(result: LiveResult): void {
    const wasRunning = this.#state === 'running';
    this.#state = 'settled';
    this.#options.watch.delete(this);
    this.#resolve(result);
    if (this.#isAtConnector) this.#runner.connector.leave();
    if (wasRunning) this.#runner.bounds.bulkhead.leave(this.#options.clock.monotonicMs() - this.#enteredAtMs);
  }
}
