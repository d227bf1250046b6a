/** How one attempt ended. */
export type AttemptOutcome =
  | 'success'
  | 'client-error'
  | 'rate-limited'
  | 'server-error'
  | 'connection'
  | 'timeout'
  | 'aborted';

/** What is known of an attempt before it is made. */
export interface AttemptStart {
  readonly method: string;
  /** Scheme, host and port it goes to. */
  readonly origin: string;
  /** Path without its query and with `{id}` where an id stands: few enough values for a label of a metric. */
  readonly route: string;
  /** `X-Request-Id`, the same for every attempt of a call. */
  readonly requestId: string;
  /** 1 for the first attempt of a call, 2 for the first repetition. */
  readonly attempt: number;
}

/** One finished attempt, as `onAttempt` gets it. It holds no header, no body and no query. */
export interface ObservedAttempt extends AttemptStart {
  readonly outcome: AttemptOutcome;
  /** Null when there was no answer. */
  readonly status: number | null;
  /** Code of the `DipswitchError` where there was no answer; null for an answer of any status, and for an abort. */
  readonly errorCode: string | null;
  readonly durationMs: number;
}

const ID_SEGMENT = /^(\/api\/v1\/(?:integrations\/[a-z-]+|(?!integrations\/)[a-z-]+))\/[^/?]+/;

export function routeOf(path: string): string {
  return (path.split('?', 1)[0] ?? '').replace(ID_SEGMENT, '$1/{id}');
}
