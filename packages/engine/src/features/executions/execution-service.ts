import type { DataActionTestResult } from '@dipswitch/contract';
import type { ExecutionResult } from './execution-result.ts';

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
