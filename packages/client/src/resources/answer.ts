import { problemSchema } from '@dipswitch/contract';
import { DipswitchError, type DipswitchErrorOptions, isDipswitchError } from '../errors.ts';
import type { CallAnswer } from '../wire.ts';

/** What the resources need of a contract schema; zod's have it. */
export interface AnswerReader<Value> {
  safeParse(value: unknown): { success: true; data: Value } | { success: false; error: { issues: readonly Issue[] } };
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly code: string | undefined;
}

const SERVER_CODE = /^[A-Z][A-Z0-9_]{1,63}$/;
const MESSAGE_MAX = 500;

/** The typed body of a 200; every other answer becomes the error that it stands for. */
export function readAnswer<Value>(answer: CallAnswer, reader: AnswerReader<Value>): Value {
  if (answer.status !== 200) throw toError(answer);
  const parsed = reader.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const where = `/${(issue?.path ?? []).map(String).join('/')}`;
  const message = `${describe(answer)}: the answer has another shape than the contract's (${issue?.code} at ${where})`;
  throw new DipswitchError('RESPONSE_MALFORMED', message, facts(answer));
}

/** As `readAnswer`; null where the server says that there is no such thing. A proxy's 404 is no word of the server's. */
export function readAnswerOrNull<Value>(answer: CallAnswer, reader: AnswerReader<Value>): Value | null {
  if (answer.status === 404 && isDipswitchError(toError(answer), 'NOT_FOUND')) return null;
  return readAnswer(answer, reader);
}

/** For calls whose answer's body is of no interest. */
export function expectDone(answer: CallAnswer): void {
  if (answer.status < 200 || answer.status > 299) throw toError(answer);
}

/** The one translation from an answer to an error. */
export function toError(answer: CallAnswer): DipswitchError {
  const problem = problemSchema.safeParse(answer.json);
  if (problem.success && SERVER_CODE.test(problem.data.code)) {
    const { code, detail, title, issues, requestId } = problem.data;
    return new DipswitchError(code, printable(`${describe(answer)}: ${detail ?? title}`), {
      ...facts(answer),
      ...(requestId === undefined ? {} : { requestId }),
      ...(issues === undefined
        ? {}
        : { issues: issues.map((issue) => ({ ...issue, message: printable(issue.message) })) }),
    });
  }
  const message = `${describe(answer)}: the server answered ${answer.status}`;
  if (answer.status >= 300 && answer.status < 400)
    return new DipswitchError('REDIRECT_REFUSED', message, facts(answer));
  if (answer.status === 401) return new DipswitchError('UNAUTHENTICATED', message, facts(answer));
  if (answer.status === 412) return new DipswitchError('PRECONDITION_FAILED', message, facts(answer));
  if (answer.status === 429) return new DipswitchError('RATE_LIMITED', message, facts(answer));
  return new DipswitchError('UNEXPECTED_STATUS', message, { ...facts(answer), retryable: answer.status >= 500 });
}

function describe(answer: CallAnswer): string {
  return `${answer.request.method} ${answer.request.path}`;
}

function facts(answer: CallAnswer): DipswitchErrorOptions {
  return {
    status: answer.status,
    requestId: answer.requestId,
    attempts: answer.attempts,
    maybeCarriedOut: answer.maybeCarriedOut,
    request: answer.request,
    response: { status: answer.status, headers: answer.headers },
  };
}

/** A server's text ends up on terminals and in logs: no control characters, no end of it. */
function printable(text: string): string {
  const clean = text.replace(/\p{Cc}+/gu, ' ');
  return clean.length > MESSAGE_MAX ? `${clean.slice(0, MESSAGE_MAX)}...` : clean;
}
