import type { Scope } from '../wire/oauth.ts';
import type { ProblemCode } from '../wire/problem-codes.ts';

/** What a route takes and gives; the document is made from these. */
export interface ApiOperation {
  readonly id: string;
  readonly method: 'get' | 'put' | 'post' | 'delete';
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  /** Absent for routes that need no token. */
  readonly scope?: Scope;
  readonly query?: readonly ApiParameter[];
  readonly headers?: readonly ApiParameter[];
  /** Component that the body must follow. */
  readonly body?: string;
  /** What the body may be labelled as; `application/json` alone when absent. */
  readonly bodyMediaTypes?: readonly string[];
  /** The route can do without a body. */
  readonly isBodyOptional?: boolean;
  /** The route also takes a static key in `X-Api-Key`. */
  readonly takesApiKey?: boolean;
  /** What is wrong with the body is the answer, not a refusal. */
  readonly answersFindings?: boolean;
  readonly success: ApiSuccess;
  /** Besides those that every route of its sort may give. */
  readonly problems?: readonly ProblemCode[];
}

export interface ApiParameter {
  readonly name: string;
  readonly description: string;
  readonly schema: object;
}

export interface ApiSuccess {
  readonly status: 200 | 204;
  readonly description: string;
  /** Component of the answer; absent for no body. */
  readonly body?: string;
  readonly mediaType?: string;
  readonly etag?: boolean;
  /** Under what other statuses the same body is answered, and when. */
  readonly otherStatuses?: Readonly<Record<number, string>>;
}

export const PAGE_PARAMETERS: readonly ApiParameter[] = [
  {
    name: 'limit',
    description: 'How many items at most; the server may give fewer.',
    schema: { type: 'integer', minimum: 1 },
  },
  { name: 'cursor', description: '`nextCursor` of the page before.', schema: { type: 'string' } },
];

export const PRECONDITIONS: readonly ApiParameter[] = [
  { name: 'If-Match', description: 'The revision that must be the stored one.', schema: { type: 'string' } },
  { name: 'If-None-Match', description: '`*`: it must not exist yet.', schema: { type: 'string' } },
];
