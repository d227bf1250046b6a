import type { AnswerSource, Outcome } from '@dipswitch/contract';

/** What stands in every answer before the declared fields. */
export interface AnswerHead {
  readonly outcome: Outcome;
  readonly rowCount: number;
  readonly truncated: boolean;
  readonly source: AnswerSource;
  readonly ageSeconds: number;
  /** Plain letters, digits and hyphens. */
  readonly executionId: string;
}

export function toAnswerHead(
  { outcome, rowCount, truncated }: Pick<AnswerHead, 'outcome' | 'rowCount' | 'truncated'>,
  source: AnswerSource,
  ageSeconds: number,
  executionId: string,
): AnswerHead {
  return { outcome, rowCount, truncated, source, ageSeconds, executionId };
}

/** Of an answer without a row of the database. */
export function toFailedHead(outcome: Outcome, source: AnswerSource, executionId: string): AnswerHead {
  return { outcome, rowCount: 0, truncated: false, source, ageSeconds: 0, executionId };
}

/** Length of every execution id. */
const EXECUTION_ID_LENGTH = 36;

/**
 * The answer as one line of JSON.
 * @param members the encoded members that follow the head, each with a comma before it
 */
export function toAnswerLine(head: AnswerHead, members: string): string {
  return `{"outcome":"${head.outcome}","rowCount":${head.rowCount},"truncated":${head.truncated},"source":"${head.source}","ageSeconds":${head.ageSeconds},"executionId":"${head.executionId}"${members}}`;
}

/** Bytes of the longest answer without any members. */
export const ANSWER_HEAD_MAX_BYTES = toAnswerLine(
  {
    outcome: 'UNAVAILABLE',
    rowCount: Number.MAX_SAFE_INTEGER,
    truncated: false,
    source: 'fallback',
    ageSeconds: 999_999,
    executionId: '0'.repeat(EXECUTION_ID_LENGTH),
  },
  '',
).length;
