import { toRetryAfterSeconds } from '../../src/features/executions/call/execution-failure.ts';
import type {
  ExecutedAction,
  ExecutionResult,
  ExecutionTiming,
} from '../../src/features/executions/call/execution-result.ts';

/** What a result says, all on one level, as tests look at it. */
export interface ResultFacts extends ExecutedAction, ExecutionTiming {
  readonly outcome: ExecutionResult['head']['outcome'];
  readonly source: ExecutionResult['head']['source'];
  readonly ageSeconds: number;
  readonly executionId: string;
  readonly rowCount: number;
  readonly truncated: boolean;
  /** For BUSY and UNAVAILABLE, else null. */
  readonly retryAfterSeconds: number | null;
  readonly errorClass: string | null;
  readonly vendorCode: string | null;
}

export type FlatResult = ExecutionResult & ResultFacts;

export function toFlatResult(result: ExecutionResult): FlatResult {
  const { head, timing, action, failure, auditInput } = result;
  const isRetryable = failure !== null && (failure.outcome === 'BUSY' || failure.outcome === 'UNAVAILABLE');
  return {
    ...result,
    ...head,
    ...timing,
    ...action,
    retryAfterSeconds: isRetryable ? toRetryAfterSeconds(failure) : null,
    errorClass: failure?.errorClass ?? null,
    vendorCode: failure?.vendorCode ?? null,
    auditInput,
  };
}
