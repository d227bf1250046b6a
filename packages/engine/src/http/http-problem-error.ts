import type { ProblemCode } from '@dipswitch/contract';
import { ProblemError } from '../util/problem-error.ts';

/** A refusal by the HTTP layer itself, whose answer carries header fields of its own. Services know none. */
export class HttpProblemError extends ProblemError {
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: ProblemCode, detail: string, headers: Readonly<Record<string, string>>) {
    super(code, detail);
    this.headers = headers;
  }
}
