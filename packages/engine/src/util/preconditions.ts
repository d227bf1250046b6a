import { ProblemError } from './problem-error.ts';

/** The entity tag of a revision, as `ETag` and `If-Match` carry it. */
export function toEntityTag(revision: number): string {
  return `"${revision}"`;
}

/** Under which condition a change may happen (RFC 9110 section 13.1). `*` means any existing one. */
export interface Preconditions {
  readonly ifMatch: readonly string[] | undefined;
  readonly ifNoneMatch: readonly string[] | undefined;
}

const LIST = /^\s*(?:\*|(?:W\/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W\/)?"[\x21\x23-\x7e]*")*)\s*$/;
const MEMBER = /\*|(?:W\/)?"[^"]*"/g;

/** @throws ProblemError `INVALID_REQUEST` when a header is neither `*` nor a list of entity tags. */
export function parsePreconditions(headers: {
  readonly 'if-match'?: string | undefined;
  readonly 'if-none-match'?: string | undefined;
}): Preconditions {
  return {
    ifMatch: parseTags('If-Match', headers['if-match']),
    ifNoneMatch: parseTags('If-None-Match', headers['if-none-match']),
  };
}

/**
 * @param revision of what exists; undefined when nothing does
 * @param noun what the refusal calls it
 * @throws ProblemError `PRECONDITION_FAILED`
 */
export function assertPreconditions(
  preconditions: Preconditions,
  revision: number | undefined,
  noun = 'connector',
): void {
  const { ifMatch, ifNoneMatch } = preconditions;
  const tag = revision === undefined ? undefined : toEntityTag(revision);
  // If-Match compares strongly (a weak tag never matches), If-None-Match weakly.
  if (ifMatch !== undefined && (tag === undefined || !(ifMatch.includes('*') || ifMatch.includes(tag)))) {
    throw new ProblemError(
      'PRECONDITION_FAILED',
      revision === undefined ? `The ${noun} does not exist.` : `The ${noun} has another revision.`,
    );
  }
  const excluded = ifNoneMatch?.map((each) => each.replace(/^W\//, ''));
  if (excluded !== undefined && tag !== undefined && (excluded.includes('*') || excluded.includes(tag))) {
    throw new ProblemError('PRECONDITION_FAILED', `The ${noun} exists already.`);
  }
}

function parseTags(name: string, value: string | undefined): readonly string[] | undefined {
  if (value === undefined) return undefined;
  if (!LIST.test(value)) {
    throw new ProblemError('INVALID_REQUEST', `\`${name}\` must be * or entity tags such as "3".`);
  }
  return value.match(MEMBER) ?? [];
}
