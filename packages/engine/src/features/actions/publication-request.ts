import {
  dataActionPublishBodySchema,
  dataActionRollbackBodySchema,
  type Finding,
  toFindings,
} from '@dipswitch/contract';
import { ProblemError } from '../../util/problem-error.ts';
import type { ActionVersion } from './action.ts';

type VersionSchema = typeof dataActionPublishBodySchema | typeof dataActionRollbackBodySchema;

/** The version that a caller names, undefined for the newest. @throws ProblemError `VALIDATION_FAILED` */
export function parsePublishBody(body: unknown): number | undefined {
  return parseVersion(dataActionPublishBodySchema, body);
}

/** The version that a caller names, undefined for the one before. @throws ProblemError `VALIDATION_FAILED` */
export function parseRollbackBody(body: unknown): number | undefined {
  return parseVersion(dataActionRollbackBodySchema, body);
}

/**
 * Which version a rollback leads to: the wanted one, else the one that ran before the present one.
 * @param present what runs now
 * @throws ProblemError `NOT_PUBLISHED` when nothing runs, `VALIDATION_FAILED` when nothing ran before
 */
export function chooseRollback(wanted: number | undefined, present: ActionVersion | undefined): number {
  if (wanted !== undefined) return wanted;
  if (present === undefined)
    throw new ProblemError('NOT_PUBLISHED', 'No version is published, so there is no way back.');
  if (present.publishedAfter !== null) return present.publishedAfter;
  throw neverPublished('no version was published before the present one');
}

/** @throws ProblemError `VALIDATION_FAILED` for a draft, which has never run */
export function assertWasPublished({ publishedAt }: ActionVersion): void {
  if (publishedAt === null) throw neverPublished('was never published; publish it instead');
}

function neverPublished(message: string): ProblemError {
  return refusal([{ code: 'NEVER_PUBLISHED', severity: 'error', path: '/version', message }]);
}

function parseVersion(schema: VersionSchema, body: unknown): number | undefined {
  // No body at all names no version.
  const parsed = schema.safeParse(body === undefined ? {} : body);
  if (parsed.success) return parsed.data.version;
  throw refusal(toFindings(parsed.error.issues));
}

function refusal(findings: readonly Finding[]): ProblemError {
  return new ProblemError('VALIDATION_FAILED', 'The version is not one that this can be done with.', { findings });
}
