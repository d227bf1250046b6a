import {
  type DatabaseValue,
  DriverError,
  type RunOptions,
  type Statement,
  type StatementResult,
} from '../../driver.ts';
import type { ConnectionResult } from '../driver-connection.ts';
import type { LaneAnswer } from './lane-connection.ts';
import type { StatementRecord } from './statement-record.ts';

/** Who is told what became of a call on a lane. */
export interface LaneAnswerer {
  onAnswer(call: LaneCall, result: ConnectionResult): void;
  onFailure(call: LaneCall, error: DriverError): void;
}

/**
 * One statement that a caller waits for. It is queued, then on a lane, then perhaps elsewhere; it is answered once:
 * by its result, its failure, its deadline or its caller's signal, whichever comes first.
 */
export class LaneCall implements LaneAnswer {
  readonly statement: Statement;
  readonly parameters: readonly DatabaseValue[];
  readonly record: StatementRecord;
  readonly calledAtMs: number;
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
  sentAtMs = 0;
  #lane: LaneAnswerer | undefined;
  #isOpen = true;
  readonly #resolve: (result: StatementResult) => void;
  readonly #reject: (error: DriverError) => void;

  constructor(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    record: StatementRecord,
    times: { readonly calledAtMs: number; readonly options: RunOptions },
    settle: { readonly resolve: (result: StatementResult) => void; readonly reject: (error: DriverError) => void },
  ) {
    this.statement = statement;
    this.parameters = parameters;
    this.record = record;
    this.calledAtMs = times.calledAtMs;
    this.deadlineMs = times.options.endsAtMs;
    this.signal = times.options.signal;
    this.#resolve = settle.resolve;
    this.#reject = settle.reject;
    this.signal?.addEventListener('abort', this, { once: true });
  }

  /** Whether its caller still waits. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  sentOn(lane: LaneAnswerer, nowMs: number): void {
    this.#lane = lane;
    this.sentAtMs = nowMs;
  }

  succeed(result: ConnectionResult): void {
    this.#lane?.onAnswer(this, result);
  }

  fail(error: DriverError): void {
    this.#lane?.onFailure(this, error);
  }

  /** The caller gave up. */
  handleEvent(): void {
    this.reject(new DriverError('cancelled', 'The caller gave up'));
  }

  resolve(result: StatementResult): void {
    if (this.#close()) this.#resolve(result);
  }

  reject(error: DriverError): void {
    if (this.#close()) this.#reject(error);
  }

  /** Answers by what another run of the statement comes to. */
  follow(run: Promise<StatementResult>, startedAtMs: number): void {
    const waitedMs = startedAtMs - this.calledAtMs;
    run.then(
      (result) => this.resolve({ ...result, queueMs: result.queueMs + waitedMs }),
      (error: unknown) => this.reject(toDriverError(error)),
    );
  }

  #close(): boolean {
    if (!this.#isOpen) return false;
    this.#isOpen = false;
    this.signal?.removeEventListener('abort', this);
    return true;
  }
}

function toDriverError(error: unknown): DriverError {
  return error instanceof DriverError ? error : new DriverError('unknown', 'The statement failed', { cause: error });
}
