import type { AnswerSource, DataActionAccess, DataActionTestResult, Outcome } from '@dipswitch/contract';

/** One call of a data action, as the door hands it in. */
export interface ExecutionRequest {
  readonly tenant: string;
  /** OAuth client id or key id. */
  readonly actor: string;
  readonly requestId: string;
  readonly actionId: string;
  /** The members as they came: JSON values, or texts only (form, query); what is wrong with them is for the service. */
  readonly input: Readonly<Record<string, unknown>>;
  /** Monotonic time when the request was read: the deadline counts from here. */
  readonly receivedAtMs: number;
  /** `X-Deadline-Ms`; can only shorten the action's own `deadlineMs`. */
  readonly callerDeadlineMs: number | null;
  readonly contactId: string | null;
  readonly idempotencyKey: string | null;
  /** A GET: refused for actions that write (405-like INVALID_REQUEST). */
  readonly readOnly: boolean;
}

/** What the service gives back: the one line of JSON and what the record needs. */
export interface ExecutionResult {
  readonly outcome: Outcome;
  readonly source: AnswerSource;
  readonly ageSeconds: number;
  readonly executionId: string;
  /** The answer: one line of JSON, no line end. */
  readonly body: string;
  readonly rowCount: number;
  readonly truncated: boolean;
  readonly version: number;
  /** Of the action: what a write did is on record before its answer. */
  readonly access: DataActionAccess;
  readonly connectorId: string;
  /** For BUSY and UNAVAILABLE: whole seconds, else null. */
  readonly retryAfterSeconds: number | null;
  /** Neutral class of a failure (`query-timeout`, `connection-lost`, `breaker-open`, `bulkhead-full`, `rate`, ...). */
  readonly errorClass: string | null;
  readonly vendorCode: string | null;
  readonly coalesced: boolean;
  /** The stored answer of an earlier execution with the same idempotency key. */
  readonly replayed: boolean;
  readonly queueMs: number;
  readonly databaseMs: number;
  readonly totalMs: number;
  /** The coerced input for the audit record: sensitive values wrapped in `Secret`. */
  readonly auditInput: Readonly<Record<string, unknown>>;
}

/** Who asks for the test of a version. */
export interface ExecutionCaller {
  readonly tenant: string;
  readonly actor: string;
  readonly requestId: string;
}

export interface ExecutionService {
  /**
   * Answers within the deadline, always. Expected failures are outcomes, never exceptions.
   * @throws ProblemError VALIDATION_FAILED (issues with paths), NOT_FOUND, NOT_PUBLISHED, CONNECTOR_PAUSED,
   *   EXECUTION_IN_PROGRESS, EXECUTION_IN_DOUBT, IDEMPOTENCY_KEY_REUSED, INVALID_REQUEST, AUDIT_UNAVAILABLE
   *   (a write while the audit trail cannot be written)
   */
  execute(request: ExecutionRequest): Promise<ExecutionResult>;
  /** Runs a version on sample input, undone, with the plan. */
  test(caller: ExecutionCaller, actionId: string, body: unknown): Promise<DataActionTestResult>;
}
