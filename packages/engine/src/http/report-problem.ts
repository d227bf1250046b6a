import { toLoggableError } from '../util/loggable-error.ts';
import type { Logger } from '../util/logger.ts';
import type { ProblemAnswer } from './problem-answer.ts';

/** Says in the log why an answer of 500 and above was given; refusals below it are the caller's business. */
export function reportProblem(answer: ProblemAnswer, error: unknown, logger: Logger): void {
  if (answer.status < 500) return;
  const { requestId, code } = answer.body;
  const fields = { requestId, code, error: toLoggableError(error) };
  if (answer.status === 500) logger.error(fields, 'a request failed unexpectedly');
  else logger.warn(fields, 'a request could not be served');
}
