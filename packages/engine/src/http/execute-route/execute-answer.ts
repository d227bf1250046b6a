import type { ServerResponse } from 'node:http';
import type { Outcome } from '@dipswitch/contract';
import { toRetryAfterSeconds } from '../../features/executions/call/execution-failure.ts';
import type { ExecutionResult } from '../../features/executions/call/execution-result.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { ANSWER_HEADERS } from '../answer-headers.ts';
import { PROBLEM_MEDIA_TYPE, type ProblemAnswer } from '../problem-answer.ts';

/** `studio`: every outcome is 200, because Studio's breaker counts anything else as a failure of the whole business unit. */
export type AnswerProfile = 'studio' | 'rest';

const REST_STATUS: Readonly<Record<Outcome, number>> = {
  FOUND: 200,
  NO_RECORDS: 200,
  DONE: 200,
  TIMEOUT: 504,
  UNAVAILABLE: 503,
  BUSY: 429,
  ERROR: 502,
};
const RETRYABLE: ReadonlySet<Outcome> = new Set(['UNAVAILABLE', 'BUSY']);
const FIXED_HEADERS = Object.entries(ANSWER_HEADERS).flat();

/** What an answer has apart from its content. */
export interface AnswerEnds {
  readonly requestId: string;
  /** The connection is not kept for another request. */
  readonly isLast: boolean;
}

/** @throws ProblemError `INVALID_REQUEST` */
export function parseProfile(value: string | readonly string[] | undefined): AnswerProfile {
  if (value === undefined) return 'studio';
  if (value === 'rest' || value === 'studio') return value;
  throw new ProblemError('INVALID_REQUEST', '`profile` must be rest or studio.');
}

export function toStatus(outcome: Outcome, profile: AnswerProfile): number {
  return profile === 'rest' ? REST_STATUS[outcome] : 200;
}

/** Writes the one line of JSON; `bytes` is its length in UTF-8. */
export function sendResult(
  response: ServerResponse,
  result: ExecutionResult,
  answer: AnswerEnds & { readonly status: number; readonly bytes: number },
): void {
  const headers = [
    'content-type',
    'application/json; charset=utf-8',
    'content-length',
    String(answer.bytes),
    'x-request-id',
    answer.requestId,
    'server-timing',
    toServerTiming(result),
    ...FIXED_HEADERS,
  ];
  if (answer.status !== 200 && RETRYABLE.has(result.head.outcome)) {
    headers.push('retry-after', String(result.failure === null ? 1 : toRetryAfterSeconds(result.failure)));
  }
  if (answer.isLast) headers.push('connection', 'close');
  response.writeHead(answer.status, headers);
  response.end(result.body);
}

/** Writes a refusal as problem+json in one line. */
export function sendProblem(response: ServerResponse, answer: ProblemAnswer, { requestId, isLast }: AnswerEnds): void {
  const body = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': PROBLEM_MEDIA_TYPE,
    'content-length': Buffer.byteLength(body),
    'x-request-id': requestId,
    ...ANSWER_HEADERS,
    ...answer.headers,
    ...(isLast ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** @see https://www.w3.org/TR/server-timing/ */
function toServerTiming({ head, timing: { queueMs, databaseMs, totalMs } }: ExecutionResult): string {
  return `queue;dur=${round(queueMs)}, db;dur=${round(databaseMs)}, total;dur=${round(totalMs)}, cache;desc="${head.source}"`;
}

function round(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}
