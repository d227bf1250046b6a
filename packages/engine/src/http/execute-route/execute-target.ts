import { ProblemError } from '../../util/problem-error.ts';

const PREFIX = '/api/v1/dataactions/';
const SUFFIX = '/execute';

/** The route's pattern, for meters and logs. */
export const EXECUTE_ROUTE = `${PREFIX}:actionId${SUFFIX}`;

/** What the target of an execution says. */
export interface ExecuteTarget {
  /** As it stands in the path, percent-encoding and all. */
  readonly rawActionId: string;
  /** What follows the question mark; empty when there is none. */
  readonly query: string;
}

/** Reads `/api/v1/dataactions/{id}/execute[?query]`; null for every other target. */
export function matchExecuteTarget(url: string): ExecuteTarget | null {
  if (!url.startsWith(PREFIX)) return null;
  const mark = url.indexOf('?', PREFIX.length);
  const pathEnd = mark === -1 ? url.length : mark;
  const idEnd = pathEnd - SUFFIX.length;
  if (idEnd <= PREFIX.length || !url.startsWith(SUFFIX, idEnd)) return null;
  const rawActionId = url.slice(PREFIX.length, idEnd);
  if (rawActionId.includes('/')) return null;
  return { rawActionId, query: mark === -1 ? '' : url.slice(mark + 1) };
}

/** @throws ProblemError `INVALID_REQUEST` when it is not percent-encoding, or holds a NUL */
export function decodeActionId(rawActionId: string): string {
  if (!rawActionId.includes('%')) return rawActionId;
  let actionId: string;
  try {
    actionId = decodeURIComponent(rawActionId);
  } catch (cause) {
    throw new ProblemError('INVALID_REQUEST', 'The path is not valid percent-encoding.', { cause });
  }
  if (actionId.includes('\0')) throw new ProblemError('INVALID_REQUEST', 'The path holds a NUL byte.');
  return actionId;
}
