import { type InputField, Secret } from '@dipswitch/contract';
import type { Clock } from '../../util/clock.ts';
import type { Deadline } from '../../util/deadline.ts';
import type { ActionRunner } from './action-runner.ts';
import { type AnswerHead, toAnswerLine } from './answer-line.ts';
import type { InputValue } from './coerce-input.ts';
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
    return toAuditInput(this.#call);
  }
}

/** The values as they were bound, in JSON; sensitive ones in their wrapper. */
function toAuditInput({ runner, values }: Pick<ExecutionCall, 'runner' | 'values'>): Record<string, unknown> {
  const { input } = runner.compiled.action.definition;
  // Entries, because a field may have a name that means something to an object.
  return Object.fromEntries(input.map((field, index) => [field.name, toAuditValue(field, values[index] ?? null)]));
}

function toAuditValue(field: InputField, value: InputValue): unknown {
  const json = toJson(value);
  if (!field.sensitive || json === null) return json;
  return new Secret(typeof json === 'string' ? json : JSON.stringify(json));
}

function toJson(value: InputValue): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return Array.isArray(value) ? value.map(toJson) : value;
}
