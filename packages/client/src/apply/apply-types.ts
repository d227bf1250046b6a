import type { ConnectorHealth, HealthErrorClass, HealthStatus } from '@dipswitch/contract';
import type { ErrorIssue } from '../errors.ts';
import type { Change } from '../plan/plan.ts';
import type { VaultNoticeResult } from '../webhooks/vault-notice-types.ts';

/**
 * `applied`: the server did it. `unchanged`: nothing to do. `conflict`: the server had moved since the plan (412);
 * make the plan again. `failed`: refused or not reached. `skipped`: never started, because the run was stopped.
 */
export type ChangeStatus = 'applied' | 'unchanged' | 'conflict' | 'failed' | 'skipped';

/** An error as plain data for reports. */
export interface FailureReport {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly retryable: boolean;
  readonly status: number | null;
  readonly requestId: string | null;
  readonly issues: readonly ErrorIssue[];
}

export interface ChangeResult {
  readonly change: Change;
  readonly status: ChangeStatus;
  /** Revision after the change; null when unknown or deleted. */
  readonly revision: number | null;
  /** Of a data action: its newest version after the change. Null when unknown or deleted, and for connectors. */
  readonly version: number | null;
  /** Of a data action: the version that runs after the change. Null when unknown or none does, and for connectors. */
  readonly publishedVersion: number | null;
  readonly latencyMs: number;
  readonly failure: FailureReport | null;
  /** Null when no vault webhook is set or the change tells it nothing. */
  readonly vaultNotice: VaultNoticeResult | null;
}

/** `DISABLED` counts as reached: a paused connector never turns healthy. */
export interface HealthResult {
  readonly connectorId: string;
  readonly reached: boolean;
  /** Null when the server could not be asked. */
  readonly status: HealthStatus | null;
  readonly errorClass: HealthErrorClass | null;
  readonly message: string | null;
  readonly waitedMs: number;
}

export type ApplyProgress =
  | { readonly type: 'started'; readonly total: number }
  | { readonly type: 'change-started'; readonly change: Change }
  /** No token is available any more; nothing is sent until one is. */
  | { readonly type: 'paused' }
  | { readonly type: 'resumed'; readonly pausedMs: number }
  | { readonly type: 'change-finished'; readonly result: ChangeResult; readonly done: number; readonly total: number }
  | { readonly type: 'health'; readonly health: ConnectorHealth; readonly waiting: number }
  | { readonly type: 'health-finished'; readonly result: HealthResult; readonly waiting: number };

export interface ApplyOptions {
  /** Changes under way at once. Default 8. */
  readonly concurrency?: number;
  /** After the changes, waits this long for every connector of the files to turn HEALTHY. Default: not. */
  readonly waitHealthyMs?: number;
  /** Default 500. */
  readonly healthPollMs?: number;
  /** How long the run waits when no tokens are available any more, before it ends with AUTH_UNAVAILABLE. Default 120 000. */
  readonly authPatienceMs?: number;
  /**
   * For a plan that was made some time ago: reads the server first and refuses (PLAN_STALE) when it has moved. What an
   * unfinished run of the same plan has done already, by the journal, is no move. Default false.
   */
  readonly refuseStale?: boolean;
  readonly onProgress?: (progress: ApplyProgress) => void;
  /** No new change is started after it; those under way finish. */
  readonly stopSignal?: AbortSignal;
  /** Aborts what is under way too. The result still says what is known. */
  readonly signal?: AbortSignal;
}

export interface ApplySummary {
  readonly created: number;
  readonly updated: number;
  /** Data actions of which a version was published, those just created or updated included. */
  readonly published: number;
  readonly deleted: number;
  readonly unchanged: number;
  readonly conflicts: number;
  readonly failed: number;
  readonly skipped: number;
}

export interface ApplyResult {
  /** One for each change of the plan, in its order. */
  readonly results: readonly ChangeResult[];
  readonly summary: ApplySummary;
  /** Null when not waited for. */
  readonly health: readonly HealthResult[] | null;
  /** Why the run ended early: authentication, the audit file, or the caller's signal (`ABORTED`). Null when it did not. */
  readonly stoppedBy: FailureReport | null;
  readonly durationMs: number;
  /** Every change applied or unchanged, and all healthy if that was waited for. A failed vault notice does not count. */
  readonly ok: boolean;
}
