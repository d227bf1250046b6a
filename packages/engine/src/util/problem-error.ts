import type { Finding, ProblemCode } from '@dipswitch/contract';
import { EngineError } from './engine-error.ts';

export interface ProblemErrorOptions {
  readonly cause?: unknown;
  /** Error findings of a `VALIDATION_FAILED`. */
  readonly findings?: readonly Finding[];
  /** When the same request may do better. */
  readonly retryAfterSeconds?: number;
}

/** A refusal that the HTTP layer turns into problem+json by its code; `message` becomes `detail`. */
export class ProblemError extends EngineError {
  override readonly name = 'ProblemError';
  readonly code: ProblemCode;
  readonly findings: readonly Finding[];
  readonly retryAfterSeconds: number | null;

  constructor(code: ProblemCode, detail: string, options: ProblemErrorOptions = {}) {
    super(detail, options);
    this.code = code;
    this.findings = options.findings ?? [];
    this.retryAfterSeconds = options.retryAfterSeconds ?? null;
  }
}
