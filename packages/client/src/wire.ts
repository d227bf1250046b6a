import type { Secret } from '@dipswitch/contract';

export interface WireRequest {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, already encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Headers that every attempt makes again, such as a signature with its time. */
  readonly freshHeaders?: () => Promise<Readonly<Record<string, string>>>;
  /** A function is called for every attempt: some bodies are good for one. */
  readonly body?: string | (() => string);
  readonly contentType?: string;
  /** Whether carrying it out twice does no harm. */
  readonly repeatable: boolean;
  /** An answer that is what was asked for, although its status says that something failed: it is never repeated. */
  readonly isFinal?: (answer: WireAnswer) => boolean;
  /** The status is all that matters: the body is neither parsed nor read to its end. */
  readonly ignoresBody?: boolean;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  /** Time of one attempt in place of the client's. */
  readonly attemptTimeoutMs?: number | undefined;
  readonly requestId?: string | undefined;
}

/** A whole answer of any status. `json` is undefined where the server sent none. */
export interface WireAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly json: unknown;
}

/** An answer with what the call went through to get it. */
export interface CallAnswer extends WireAnswer {
  readonly request: { readonly method: string; readonly path: string };
  readonly requestId: string;
  readonly attempts: number;
  /** Whether an attempt before the one that was answered may have been carried out. */
  readonly maybeCarriedOut: boolean;
}

/** What sends requests and sees to their retries; `http/` has it, and everything above asks for no more than this. */
export interface Sender {
  /** Resolves with the final answer of any status, or rejects with `DipswitchError` or the reason of the signal. */
  send(request: WireRequest): Promise<CallAnswer>;
}

/** Where bearer tokens come from; implemented by `auth/`. */
export interface TokenSource {
  /** A token with at least the must-refresh margin left. */
  get(signal: AbortSignal): Promise<Secret>;
  /** Told by a 401: drops the token, unless a newer one has replaced it already. */
  reject(token: Secret): void;
}

/** Counters shared by everything that sends. */
export interface WireCounters {
  /** Calls, however often each was sent. */
  requests: number;
  retries: number;
  /** Of the retries, those after a failure: not after a 429 or a 401. */
  failureRetries: number;
  rateLimited: number;
  retryAfterCapped: number;
  tokenRequests: number;
}
