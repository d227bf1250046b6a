import { ID_PATTERN } from '@dipswitch/contract';
import { ProblemError } from './problem-error.ts';

/** The opaque text that leads to what follows `id`. */
export function formatCursor(id: string): string {
  return Buffer.from(id, 'utf8').toString('base64url');
}

/** @throws ProblemError `INVALID_REQUEST` when the text is no cursor of ours. */
export function parseCursor(text: string): string {
  const id = Buffer.from(text, 'base64url').toString('utf8');
  if (!ID_PATTERN.test(id)) {
    throw new ProblemError('INVALID_REQUEST', '`cursor` must be the `nextCursor` of an earlier page.');
  }
  return id;
}
