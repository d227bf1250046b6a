import { type AnswerSource, type DataActionAccess, type InputField, type Outcome, Secret } from '@dipswitch/contract';
import type { Clock } from '../../util/clock.ts';
import type { Deadline } from '../../util/deadline.ts';
import type { ActionRunner } from './action-runner.ts';
import { toAnswerLine } from './answer-line.ts';
import type { InputValue } from './coerce-input.ts';
import type { ExecutionFailure } from './execution-failure.ts';
import type { ExecutionResult } from './execution-service.ts';

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

/** How an execution ended, before it is written down as an answer. */
export interface ExecutionEnd {
  readonly outcome: Outcome;
  readonly source: AnswerSource;
  readonly ageSeconds: number;
  readonly rowCount: number;
  readonly truncated: boolean;
  readonly members: string;
  /** Null when the database, or the cache in time, answered. */
  readonly failure: ExecutionFailure | null;
  readonly coalesced: boolean;
  readonly queueMs: number;
  readonly databaseMs: number;
}

/** Without anything better known, a caller may come back after a second. */
const RETRY_AFTER_MIN_SECONDS = 1;
const RETRY_AFTER_MAX_SECONDS = 60;

export function toExecutionResult(call: ExecutionCall, end: ExecutionEnd, clock: Clock): ExecutionResult {
  const { outcome, source, ageSeconds, rowCount, truncated, failure, members } = end;
  const { executionId } = call;
  const body = toAnswerLine({ outcome, rowCount, truncated, source, ageSeconds, executionId }, members);
  return new FinishedExecution(call, end, body, failure, clock.monotonicMs() - call.receivedAtMs);
}

/** The result of an execution; what only the audit record needs is made when it is asked for. */
class FinishedExecution implements ExecutionResult {
  readonly outcome: Outcome;
  readonly source: AnswerSource;
  readonly ageSeconds: number;
  readonly executionId: string;
  readonly body: string;
  readonly rowCount: number;
  readonly truncated: boolean;
  readonly version: number;
  readonly access: DataActionAccess;
  readonly connectorId: string;
  readonly retryAfterSeconds: number | null;
  readonly errorClass: string | null;
  readonly vendorCode: string | null;
  readonly coalesced: boolean;
  readonly replayed = false;
  readonly queueMs: number;
  readonly databaseMs: number;
  readonly totalMs: number;
  readonly #call: ExecutionCall;

  constructor(call: ExecutionCall, end: ExecutionEnd, body: string, failure: ExecutionFailure | null, totalMs: number) {
    const { version, connectorId, definition } = call.runner.compiled.action;
    this.outcome = end.outcome;
    this.source = end.source;
    this.ageSeconds = end.ageSeconds;
    this.executionId = call.executionId;
    this.body = body;
    this.rowCount = end.rowCount;
    this.truncated = end.truncated;
    this.version = version;
    this.access = definition.access;
    this.connectorId = connectorId;
    this.retryAfterSeconds = failure === null ? null : toRetryAfter(failure);
    this.errorClass = failure?.errorClass ?? null;
    this.vendorCode = failure?.vendorCode ?? null;
    this.coalesced = end.coalesced;
    this.queueMs = end.queueMs;
    this.databaseMs = end.databaseMs;
    this.totalMs = totalMs;
    this.#call = call;
  }

  get auditInput(): Readonly<Record<string, unknown>> {
    return toAuditInput(this.#call);
  }
}

function toRetryAfter({ outcome, retryAfterMs }: ExecutionFailure): number | null {
  if (outcome !== 'BUSY' && outcome !== 'UNAVAILABLE') return null;
  const seconds = Math.ceil((retryAfterMs ?? 0) / 1000);
  return Math.min(RETRY_AFTER_MAX_SECONDS, Math.max(RETRY_AFTER_MIN_SECONDS, seconds));
}

/** The values as they were bound, in JSON; sensitive ones in their wrapper. */
export function toAuditInput({ runner, values }: Pick<ExecutionCall, 'runner' | 'values'>): Record<string, unknown> {
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
