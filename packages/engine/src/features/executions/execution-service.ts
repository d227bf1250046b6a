import type { DataActionTestResult } from '@dipswitch/contract';
import type { ExecutionRequest } from './call/execution-request.ts';
import type { ExecutionResult } from './call/execution-result.ts';

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
