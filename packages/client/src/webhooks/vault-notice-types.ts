/** What became of one vault notice. Its failure never turns a registration into a failed one. */
export interface VaultNoticeResult {
  readonly delivered: boolean;
  /** False when no secret is configured: the receiver then cannot tell who sent it. */
  readonly signed: boolean;
  /** The `webhook-id`, the same on every attempt. */
  readonly id: string;
  readonly attempts: number;
  /** HTTP status of the last answer; null when there was none. */
  readonly status: number | null;
  /** Null when delivered. */
  readonly code: string | null;
  readonly latencyMs: number;
}
