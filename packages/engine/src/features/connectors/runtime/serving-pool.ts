import type { DriverPool, ProbeResult } from '../../../drivers/driver.ts';
import type { HealthFailure } from '../../health/health-errors.ts';
import type { HealthObservation } from '../../health/health-status.ts';

/** The pool of a runtime that statements go to, and what it was opened with. */
export interface ServingPool {
  readonly stamp: string;
  readonly revision: number;
  readonly versions: string;
  readonly pool: DriverPool;
  readonly query: string;
  readonly timeoutMs: number;
}

/** What is known beside the answer to a probe. */
export interface AnswerContext {
  readonly at: number;
  readonly isDemoted: boolean;
  readonly replacementFailure: HealthFailure | null;
}

/** What health hears of a probe that was answered. */
export function toAnswered(serving: ServingPool, proof: ProbeResult, context: AnswerContext): HealthObservation {
  return {
    kind: 'answered',
    latencyMs: proof.latencyMs,
    slowAboveMs: serving.timeoutMs / 2,
    servingRevision: serving.revision,
    serverVersion: proof.serverVersion,
    readOnly: proof.readOnly,
    ...context,
  };
}
