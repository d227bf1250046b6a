import type { DataActionAccess } from '@dipswitch/contract';
import type { AnswerHead } from '../output/answer-line.ts';
import type { MappedOutput } from '../output/map-output.ts';
import type { ExecutionFailure } from './execution-failure.ts';

/** The way to the database and back, as far as it went. */
export interface DatabaseRun {
  /** Null when the database answered, or was not needed. */
  readonly failure: ExecutionFailure | null;
  /** It was the statement of another, identical execution. */
  readonly coalesced: boolean;
  /** The waiting for a place and a connection. */
  readonly queueMs: number;
  readonly databaseMs: number;
}

export interface FailedRun extends DatabaseRun {
  readonly failure: ExecutionFailure;
}

/** What came of asking the database, or of not getting that far; `paused` when its connector is. */
export type LiveResult =
  | (DatabaseRun & { readonly failure: null; readonly output: MappedOutput })
  | (FailedRun & { readonly output: null })
  | 'paused';

/** Which version was executed. */
export interface ExecutedAction {
  readonly version: number;
  /** What a write did is on record before its answer. */
  readonly access: DataActionAccess;
  readonly connectorId: string;
}

export interface ExecutionTiming {
  readonly queueMs: number;
  readonly databaseMs: number;
  /** Since the request was read. */
  readonly totalMs: number;
}

/** What the service returns: the one line of JSON and what the record needs. */
export interface ExecutionResult {
  /** What stands in the answer before the declared fields. */
  readonly head: AnswerHead;
  /** The answer: one line of JSON, no line end. */
  readonly body: string;
  readonly action: ExecutedAction;
  /** Null when the database, or the cache in time, answered. */
  readonly failure: ExecutionFailure | null;
  readonly timing: ExecutionTiming;
  readonly coalesced: boolean;
  /** The stored answer of an earlier execution with the same idempotency key. */
  readonly replayed: boolean;
  /** The coerced input for the audit record: sensitive values wrapped in `Secret`. */
  readonly auditInput: Readonly<Record<string, unknown>>;
}

/** Of an execution that was answered from memory. */
export const NO_RUN: DatabaseRun = { failure: null, coalesced: false, queueMs: 0, databaseMs: 0 };

/** Of an execution that was turned away before it got a place. */
export function toUnrun(failure: ExecutionFailure): FailedRun {
  return { failure, coalesced: false, queueMs: 0, databaseMs: 0 };
}
