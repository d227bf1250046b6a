import type { Clock } from '../../../util/clock.ts';
import type { Deadline } from '../../../util/deadline.ts';
import { type InputValue, toAuditInput } from '../input/input-values.ts';
import { type AnswerHead, toAnswerLine } from '../output/answer-line.ts';
import type { ActionRunner } from './action-runner.ts';
import { createFailure, type ExecutionFailure } from './execution-failure.ts';
import {
  type DatabaseRun,
  type ExecutedAction,
  type ExecutionResult,
  type ExecutionTiming,
  NO_RUN,
  toUnrun,
} from './execution-result.ts';

/** One execution on its way: which version, with which values, until when. */
export interface ExecutionCall {
  readonly executionId: string;
  readonly runner: ActionRunner;
  readonly values: readonly InputValue[];
  readonly receivedAtMs: number;
  readonly deadline: Deadline;
  readonly contactId: string | null;
  readonly idempotencyKey: string | null;
}

/** @param members the encoded members that follow the head, each with a comma before it */
export function toExecutionResult(
  call: ExecutionCall,
  head: AnswerHead,
  members: string,
  run: DatabaseRun,
  clock: Clock,
): ExecutionResult {
  return new FinishedExecution(call, head, toAnswerLine(head, members), run, clock.monotonicMs());
}

/** The stored line of an earlier execution as it is, and its head as it was read out of it. */
export function toReplayedResult(call: ExecutionCall, head: AnswerHead, body: string, clock: Clock): ExecutionResult {
  const { outcome } = head;
  const isDone = outcome === 'DONE' || outcome === 'FOUND' || outcome === 'NO_RECORDS';
  const run = isDone ? NO_RUN : toUnrun(createFailure(outcome, 'in-doubt'));
  return new FinishedExecution(call, head, body, run, clock.monotonicMs(), true);
}

/** The result of an execution; what only the audit record needs is made when it is asked for. */
class FinishedExecution implements ExecutionResult {
  readonly head: AnswerHead;
  readonly body: string;
  readonly action: ExecutedAction;
  readonly failure: ExecutionFailure | null;
  readonly timing: ExecutionTiming;
  readonly coalesced: boolean;
  readonly replayed: boolean;
  readonly #call: ExecutionCall;

  constructor(
    call: ExecutionCall,
    head: AnswerHead,
    body: string,
    run: DatabaseRun,
    endedAtMs: number,
    replayed = false,
  ) {
    const { failure, coalesced, queueMs, databaseMs } = run;
    this.head = head;
    this.body = body;
    this.action = call.runner.compiled.executed;
    this.failure = failure;
    this.timing = { queueMs, databaseMs, totalMs: endedAtMs - call.receivedAtMs };
    this.coalesced = coalesced;
    this.replayed = replayed;
    this.#call = call;
  }

  get auditInput(): Readonly<Record<string, unknown>> {
    const { runner, values } = this.#call;
    return toAuditInput(runner.compiled.action.definition.input, values);
  }
}
