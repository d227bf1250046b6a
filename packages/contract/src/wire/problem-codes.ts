export interface ProblemCodeEntry {
  readonly status: number;
  readonly title: string;
  /** Whether sending the same request again later can succeed. */
  readonly retryable: boolean;
  /** What the reader should do next; printed in the error reference and by the command line. */
  readonly hint: string;
}

/** Every `code` of a problem+json answer, with its HTTP status. One table; a test holds the reference to it. */
export const PROBLEM_CODES = {
  VALIDATION_FAILED: {
    status: 400,
    title: 'The request is not valid',
    retryable: false,
    hint: 'Correct each entry of `issues`.',
  },
  INVALID_JSON: {
    status: 400,
    title: 'The body is not JSON',
    retryable: false,
    hint: 'Send one JSON document in UTF-8.',
  },
  INVALID_REQUEST: {
    status: 400,
    title: 'The request is malformed',
    retryable: false,
    hint: 'Correct the query, header or path that `detail` names.',
  },
  UNAUTHENTICATED: {
    status: 401,
    title: 'A valid access token is needed',
    retryable: false,
    hint: 'Get a token from /oauth/token and send it as Bearer.',
  },
  INSUFFICIENT_SCOPE: {
    status: 403,
    title: 'The token lacks a scope',
    retryable: false,
    hint: 'Use a client that has the scope that `detail` names.',
  },
  ID_TAKEN: {
    status: 403,
    title: 'The id belongs to another tenant',
    retryable: false,
    hint: 'Choose another id.',
  },
  NOT_FOUND: {
    status: 404,
    title: 'There is no such thing',
    retryable: false,
    hint: 'Check the id; list the collection to see what exists.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    title: 'The method is not allowed here',
    retryable: false,
    hint: 'See /openapi.json for the methods of this address.',
  },
  IN_USE: { status: 409, title: 'Something else still uses it', retryable: false, hint: 'Delete what uses it first.' },
  NOT_PUBLISHED: {
    status: 409,
    title: 'No version of the data action is published',
    retryable: false,
    hint: 'Publish a version: POST .../publish, or `dip action publish`.',
  },
  STILL_PUBLISHED: {
    status: 409,
    title: 'The data action is published',
    retryable: false,
    hint: 'Callers may still use it; add ?force=true to delete it all the same.',
  },
  UNKNOWN_VERSION: {
    status: 404,
    title: 'The data action has no such version',
    retryable: false,
    hint: 'GET the data action to see its versions.',
  },
  CONNECTOR_PAUSED: {
    status: 409,
    title: 'The connector is paused',
    retryable: false,
    hint: 'Resume the connector, then try again.',
  },
  EXECUTION_IN_PROGRESS: {
    status: 409,
    title: 'The same execution is still running',
    retryable: true,
    hint: 'Wait for `Retry-After` seconds and send the same request again: its stored answer is replayed.',
  },
  EXECUTION_IN_DOUBT: {
    status: 409,
    title: 'It is not known whether the execution took effect',
    retryable: false,
    hint: 'Look in the database, then send it with another Idempotency-Key if it is still wanted.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    title: 'The idempotency key was used for another request',
    retryable: false,
    hint: 'Use a new Idempotency-Key for each different request.',
  },
  PRECONDITION_FAILED: {
    status: 412,
    title: 'The revision has moved',
    retryable: false,
    hint: 'Read it again and plan again.',
  },
  BODY_TOO_LARGE: {
    status: 400,
    title: 'The body is too large',
    retryable: false,
    hint: 'A body may have 256 KiB at most, the input of an execution 64 KiB.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    status: 415,
    title: 'The content type is not supported',
    retryable: false,
    hint: 'Send application/json.',
  },
  RATE_LIMITED: { status: 429, title: 'Too many requests', retryable: true, hint: 'Wait for `Retry-After` seconds.' },
  INTERNAL: {
    status: 500,
    title: 'The engine failed',
    retryable: true,
    hint: 'Report the request id to the people who run the engine.',
  },
  AUDIT_UNAVAILABLE: {
    status: 503,
    title: 'The audit trail cannot be written',
    retryable: true,
    hint: 'The engine takes no change it cannot record; its operator must fix the audit volume and restart.',
  },
  STATE_UNAVAILABLE: {
    status: 503,
    title: 'The state database cannot be reached',
    retryable: true,
    hint: 'Try again; the operator sees why at /readyz.',
  },
  SHUTTING_DOWN: {
    status: 503,
    title: 'The engine is shutting down',
    retryable: true,
    hint: 'Send it to another engine or try again.',
  },
} as const satisfies Record<string, ProblemCodeEntry>;

export type ProblemCode = keyof typeof PROBLEM_CODES;
