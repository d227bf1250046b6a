import type { LatencySnapshot } from './http/latency-histogram.ts';
import type { DipswitchClientOptions } from './options.ts';
import type { ApplyOptions, ApplyResult } from './plan/apply-types.ts';
import type { DesiredState } from './plan/desired-state-types.ts';
import type { Plan, PlanOptions } from './plan/plan.ts';
import type { CallOptions, Connectors } from './resources/connectors-types.ts';

/** What the client has seen since it was made. */
export interface ClientStats {
  /** Of every attempt on the wire, token requests included. */
  readonly latency: LatencySnapshot;
  /** Attempts beyond the first of their call. */
  readonly retries: number;
  /** 429 answers. */
  readonly rateLimited: number;
  /** `Retry-After` values above `maxRetryAfterMs` that were cut to it. */
  readonly retryAfterCapped: number;
  readonly tokenRequests: number;
}

/** The library's one entrance. States: open -> closed (by `close`); a closed client throws `CLIENT_CLOSED`. */
export interface DipswitchClient extends AsyncDisposable {
  readonly connectors: Connectors;
  /** Reads the server and compares. @throws DOCUMENT_INVALID when `desired` has error findings. */
  plan(desired: DesiredState, options?: PlanOptions): Promise<Plan>;
  /** A plan that deletes just these connectors. @throws NOT_FOUND */
  planDeletion(connectorIds: readonly string[], options?: CallOptions): Promise<Plan>;
  /** Carries a plan out. Failures of single changes are in the result; throws only before the first change. */
  apply(plan: Plan, options?: ApplyOptions): Promise<ApplyResult>;
  /** Makes sure that a token can be had. @throws AUTH_REJECTED, AUTH_UNAVAILABLE */
  authenticate(options?: CallOptions): Promise<void>;
  stats(): ClientStats;
  close(): Promise<void>;
}

/** Creates a client without any I/O. @throws TypeError or RangeError with `ERR_INVALID_ARG_*` for a bad option */
export declare function createDipswitchClient(options: DipswitchClientOptions): DipswitchClient;
