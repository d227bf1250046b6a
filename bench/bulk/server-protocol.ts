/** What the server says about its limit: the quota on every answer, only when to come back, or nothing. */
export type LimitMode = 'headers' | 'retry-after' | 'bare';

/** One run: what `POST /run` starts the server with. */
export interface RunSettings {
  readonly mode: LimitMode;
  /** Requests a second. */
  readonly rate: number;
  readonly burst: number;
  readonly latencyMs: number;
  /** New rates, by the time since the first request. */
  readonly changes: readonly { readonly atMs: number; readonly rate: number }[];
}

export interface Arrival {
  /** Since the first request of the run. */
  readonly atMs: number;
  readonly accepted: boolean;
  readonly client: string;
}

/** What `GET /run` answers. */
export interface RunReport {
  readonly arrivals: readonly Arrival[];
  /** How often each item was carried out. */
  readonly carriedOut: Readonly<Record<string, number>>;
}
