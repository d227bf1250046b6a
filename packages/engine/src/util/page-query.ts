import { parseCursor } from './id-cursor.ts';
import { ProblemError } from './problem-error.ts';

/** Which page of a collection is wanted. */
export interface PageQuery {
  /** 1 to 200. */
  readonly limit: number;
  /** Id after which the page begins. */
  readonly after?: string | undefined;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/**
 * Reads `limit` and `cursor`. A limit above the largest page is that page: a client that follows `nextCursor` gets
 * everything either way.
 * @throws ProblemError `INVALID_REQUEST`
 */
export function parsePageQuery({ limit, cursor }: Readonly<Record<string, unknown>>): PageQuery {
  return {
    limit: limit === undefined ? DEFAULT_LIMIT : parseLimit(limit),
    after: cursor === undefined || cursor === '' ? undefined : parseCursor(toSingle('cursor', cursor)),
  };
}

/** The text of a query parameter. @throws ProblemError `INVALID_REQUEST` when it is given more than once */
export function toSingle(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ProblemError('INVALID_REQUEST', `\`${name}\` may be given once.`);
}

function parseLimit(value: unknown): number {
  const text = toSingle('limit', value);
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new ProblemError('INVALID_REQUEST', '`limit` must be a whole number from 1.');
  return Math.min(MAX_LIMIT, Number(text));
}
