import { PROBLEM_CODES, type Problem, type ProblemCode } from '@dipswitch/contract';
import { EngineError } from '../util/engine-error.ts';
import { toLoggableError } from '../util/loggable-error.ts';
import type { Logger } from '../util/logger.ts';
import { ProblemError } from '../util/problem-error.ts';
import { HttpProblemError } from './http-problem-error.ts';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json; charset=utf-8';

/** What is sent instead of the answer that a request wanted. */
export interface ProblemAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Problem;
}

/** What is thrown and is no problem yet, by its code: errors of the engine and the router's own refusals. */
const PROBLEM_BY_CODE: ReadonlyMap<string, readonly [ProblemCode, string]> = new Map([
  ['STATE_UNAVAILABLE', ['STATE_UNAVAILABLE', 'The engine cannot reach its own database.']],
  ['FST_ERR_CTP_BODY_TOO_LARGE', ['BODY_TOO_LARGE', 'The body is larger than this address accepts.']],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', ['UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.']],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', ['INVALID_REQUEST', 'The body is not as long as Content-Length says.']],
  ['FST_ERR_BAD_URL', ['INVALID_REQUEST', 'The path is not valid percent-encoding.']],
]);

/** The one translation from an error to an answer. Nothing of an unexpected error but its name reaches the caller. */
export function toProblemAnswer(error: unknown, requestId: string): ProblemAnswer {
  const problem = toProblemError(error);
  const entry = PROBLEM_CODES[problem.code];
  const issues = toIssues(problem);
  return {
    status: entry.status,
    headers: toHeaders(problem, entry.status),
    body: {
      type: `urn:dipswitch:problem:${problem.code}`,
      title: entry.title,
      status: entry.status,
      detail: problem.message,
      code: problem.code,
      requestId,
      ...(issues.length > 0 ? { issues } : {}),
    },
  };
}

/** Says in the log why an answer of 500 and above was given; refusals below it are the caller's business. */
export function reportProblem(answer: ProblemAnswer, error: unknown, logger: Logger): void {
  if (answer.status < 500) return;
  const { requestId, code } = answer.body;
  const fields = { requestId, code, error: toLoggableError(error) };
  if (answer.status === 500) logger.error(fields, 'a request failed unexpectedly');
  else logger.warn(fields, 'a request could not be served');
}

function toHeaders(problem: ProblemError, status: number): Readonly<Record<string, string>> {
  const retryAfterSeconds = problem.retryAfterSeconds ?? (status === 503 ? 1 : null);
  return {
    ...(retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }),
    ...(problem instanceof HttpProblemError ? problem.headers : {}),
  };
}

function toIssues(problem: ProblemError): NonNullable<Problem['issues']> {
  // There is no document yet to point into, so it is the whole of it.
  if (problem.code === 'BODY_TOO_LARGE') return [{ path: '', code: problem.code, message: problem.message }];
  return problem.findings
    .filter((finding) => finding.severity === 'error')
    .map(({ path, code, message }) => ({ path, code, message }));
}

function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const { code, statusCode } = codesOf(error);
  const known = PROBLEM_BY_CODE.get(code);
  if (known !== undefined) return new ProblemError(known[0], known[1], { cause: error });
  if (statusCode >= 400 && statusCode < 500) {
    return new ProblemError('INVALID_REQUEST', 'The request is malformed.', { cause: error });
  }
  return new ProblemError('INTERNAL', 'An unexpected error; its cause is in the log of the engine.', { cause: error });
}

/** Any other refusal of the router with a 4xx status is `INVALID_REQUEST`; the codes of others say nothing here. */
function codesOf(error: unknown): { code: string; statusCode: number } {
  if (error instanceof EngineError) return { code: error.code, statusCode: 0 };
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') {
    return { code: '', statusCode: 0 };
  }
  const statusCode = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 0;
  return error.code.startsWith('FST_ERR_') ? { code: error.code, statusCode } : { code: '', statusCode: 0 };
}
