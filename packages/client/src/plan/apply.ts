import { randomUUID } from 'node:crypto';
import type { AuditEvent, ConnectorBody } from '@dipswitch/contract';
import type { Connectors } from '../resources/connectors-types.ts';
import type { Clock } from '../util/clock.ts';
import { forEachBounded } from '../util/worker-pool.ts';
import type { VaultNoticeResult } from '../webhooks/vault-notice-types.ts';
import type {
  ApplyProgress,
  ApplyResult,
  ApplySummary,
  ChangeResult,
  ChangeStatus,
  FailureReport,
  HealthResult,
} from './apply-types.ts';
import { STOPPED_BY_CALLER, stopsTheRun, toFailureReport } from './failure-report.ts';
import type { Change, Plan } from './plan.ts';
import { waitHealthy } from './wait-healthy.ts';

/** What a run needs of the rest of the client. */
export interface ApplySeams {
  readonly connectors: Connectors;
  /** Resolves when the record is durable; null: nothing is recorded. */
  readonly audit: ((event: AuditEvent) => Promise<unknown>) | null;
  /** Null: no vault is told. */
  readonly notifyVault: ((connector: ConnectorBody, signal: AbortSignal) => Promise<VaultNoticeResult>) | null;
  readonly clock: Clock;
  /** Named in the audit records. */
  readonly actor: string;
}

export interface ResolvedApplyOptions {
  readonly concurrency: number;
  readonly waitHealthyMs: number | null;
  readonly healthPollMs: number;
  readonly onProgress: (progress: ApplyProgress) => void;
  readonly stopSignal: AbortSignal;
  readonly signal: AbortSignal;
}

type Write = 'create' | 'update' | 'delete';

const AUDIT_TYPES: Readonly<Record<Write, string>> = {
  create: 'CONNECTOR_CREATED',
  update: 'CONNECTOR_UPDATED',
  delete: 'CONNECTOR_DELETED',
};

/** Carries a plan out: creates and updates first, then deletes; a failed change stops none of the others. */
export async function applyPlan(plan: Plan, seams: ApplySeams, options: ResolvedApplyOptions): Promise<ApplyResult> {
  return new ApplyRun(plan, seams, options).run();
}

/** One run. States: running -> stopping (a failure that stops, or the caller) -> ended; running -> ended. */
class ApplyRun {
  readonly #plan: Plan;
  readonly #seams: ApplySeams;
  readonly #options: ResolvedApplyOptions;
  readonly #results = new Map<Change, ChangeResult>();
  #stoppedBy: FailureReport | null = null;
  #done = 0;

  constructor(plan: Plan, seams: ApplySeams, options: ResolvedApplyOptions) {
    this.#plan = plan;
    this.#seams = seams;
    this.#options = options;
  }

  async run(): Promise<ApplyResult> {
    const startedAtMs = this.#seams.clock.monotonicMs();
    this.#options.onProgress({ type: 'started', total: this.#total });
    const { changes } = this.#plan;
    const isWrite = ({ action }: Change): boolean => action === 'create' || action === 'update';
    await this.#carryOutAll(changes.filter(isWrite));
    await this.#carryOutAll(changes.filter(({ action }) => action === 'delete'));
    if (this.#isStopped()) this.#stoppedBy ??= STOPPED_BY_CALLER;
    const results = changes.map((change) => this.#results.get(change) ?? notStarted(change));
    const health = await this.#waitHealthy(results);
    const summary = summarize(results);
    return {
      results,
      summary,
      health,
      stoppedBy: this.#stoppedBy,
      durationMs: this.#seams.clock.monotonicMs() - startedAtMs,
      ok:
        summary.failed + summary.conflicts + summary.skipped === 0 &&
        this.#stoppedBy === null &&
        (health ?? []).every(({ reached }) => reached),
    };
  }

  get #total(): number {
    const { summary } = this.#plan;
    return summary.create + summary.update + summary.delete;
  }

  #isStopped(): boolean {
    const { signal, stopSignal } = this.#options;
    // A run whose last change ended before the signal came was not cut short.
    return this.#stoppedBy !== null || ((signal.aborted || stopSignal.aborted) && this.#done < this.#total);
  }

  async #carryOutAll(changes: readonly Change[]): Promise<void> {
    await forEachBounded(
      changes,
      this.#options.concurrency,
      () => !this.#isStopped(),
      (change) => this.#carryOut(change),
    );
  }

  /** One change: write, record, tell the vault, report. A journal would put its entries around `#write`. */
  async #carryOut(change: Change): Promise<void> {
    this.#options.onProgress({ type: 'change-started', change });
    const written = await this.#write(change);
    const failure = await this.#record(change, written);
    if (failure !== null) this.#stoppedBy ??= failure;
    if (written.failure !== null && stopsTheRun(written.failure)) this.#stoppedBy ??= written.failure;
    const result: ChangeResult = { ...written.result, vaultNotice: await this.#notify(change, written) };
    this.#results.set(change, result);
    this.#done += 1;
    this.#options.onProgress({ type: 'change-finished', result, done: this.#done, total: this.#total });
  }

  async #write(change: Change): Promise<Written> {
    const { clock } = this.#seams;
    const requestId = randomUUID();
    const startedAtMs = clock.monotonicMs();
    const end = (status: ChangeStatus, revision: number | null, failure: FailureReport | null): Written => {
      const latencyMs = clock.monotonicMs() - startedAtMs;
      const result = { change, status, revision, latencyMs, failure, vaultNotice: null };
      return { result, failure, requestId: failure?.requestId ?? requestId };
    };
    try {
      return end('applied', await this.#send(change, requestId), null);
    } catch (error) {
      const failure = toFailureReport(error, this.#options.signal);
      if (failure === null) throw error;
      return end(failure.code === 'PRECONDITION_FAILED' ? 'conflict' : 'failed', null, failure);
    }
  }

  /** The precondition makes a plan that the server has overtaken fail, rather than undo somebody's work. */
  async #send(change: Change, requestId: string): Promise<number | null> {
    const { connectors } = this.#seams;
    const call = { signal: this.#options.signal, requestId };
    if (change.desired === null) {
      await connectors.delete(change.id, { ...call, ...(change.revision === null ? {} : { onlyIf: change.revision }) });
      return null;
    }
    const { revision } = await connectors.put(change.desired, { ...call, onlyIf: change.revision ?? 'absent' });
    return revision;
  }

  /** The failure of the audit file, or null. Without a record nothing more is changed. */
  async #record(change: Change, { result, requestId }: Written): Promise<FailureReport | null> {
    if (change.action === 'no-op') return null;
    return this.#audit({
      eventType: AUDIT_TYPES[change.action],
      connectorId: change.id,
      status: result.status === 'applied' ? 'SUCCESS' : 'FAILED',
      latencyMs: result.latencyMs,
      requestId,
      details: {
        ...(result.revision === null ? {} : { revision: result.revision }),
        ...(change.fields.length === 0 ? {} : { fields: change.fields.map(({ path }) => path) }),
        ...(result.failure === null ? {} : { code: result.failure.code, httpStatus: result.failure.status }),
      },
    });
  }

  async #notify(change: Change, written: Written): Promise<VaultNoticeResult | null> {
    const { notifyVault } = this.#seams;
    if (notifyVault === null || change.desired === null || written.result.status !== 'applied') return null;
    const notice = await notifyVault(change.desired, this.#options.signal);
    const failure = await this.#audit({
      eventType: 'VAULT_NOTICE',
      connectorId: change.id,
      status: notice.delivered ? 'SUCCESS' : 'FAILED',
      latencyMs: notice.latencyMs,
      requestId: written.requestId,
      details: {
        webhookId: notice.id,
        signed: notice.signed,
        attempts: notice.attempts,
        httpStatus: notice.status,
        ...(notice.code === null ? {} : { code: notice.code }),
      },
    });
    if (failure !== null) this.#stoppedBy ??= failure;
    return notice;
  }

  async #audit(event: Omit<AuditEvent, 'timestamp' | 'actor' | 'tenant'>): Promise<FailureReport | null> {
    const { audit, clock, actor } = this.#seams;
    try {
      // The tenant is the server's to know; this side is told of none.
      await audit?.({ ...event, timestamp: new Date(clock.now()).toISOString(), actor, tenant: '' });
      return null;
    } catch (error) {
      const failure = toFailureReport(error, this.#options.signal);
      if (failure === null) throw error;
      return failure;
    }
  }

  async #waitHealthy(results: readonly ChangeResult[]): Promise<readonly HealthResult[] | null> {
    const { waitHealthyMs, healthPollMs, onProgress, concurrency, signal } = this.#options;
    if (waitHealthyMs === null || this.#stoppedBy !== null) return null;
    const targets = results
      .filter(({ change, status }) => change.desired !== null && (status === 'applied' || status === 'unchanged'))
      .map(({ change, revision }) => ({ connectorId: change.id, revision }));
    try {
      return await waitHealthy(this.#seams.connectors, targets, {
        timeoutMs: waitHealthyMs,
        pollMs: healthPollMs,
        concurrency,
        clock: this.#seams.clock,
        signal: AbortSignal.any([signal, this.#options.stopSignal]),
        onHealth: (health, waiting) => onProgress({ type: 'health', health, waiting }),
        onSettled: (result, waiting) => onProgress({ type: 'health-finished', result, waiting }),
      });
    } catch (error) {
      if (!signal.aborted && !this.#options.stopSignal.aborted) throw error;
      this.#stoppedBy ??= STOPPED_BY_CALLER;
      return null;
    }
  }
}

interface Written {
  readonly result: ChangeResult;
  readonly failure: FailureReport | null;
  readonly requestId: string;
}

function notStarted(change: Change): ChangeResult {
  const status = change.action === 'no-op' ? 'unchanged' : 'skipped';
  const revision = status === 'unchanged' ? change.revision : null;
  return { change, status, revision, latencyMs: 0, failure: null, vaultNotice: null };
}

function summarize(results: readonly ChangeResult[]): ApplySummary {
  const count = (status: ChangeStatus, action?: Change['action']): number =>
    results.filter((result) => result.status === status && (action ?? result.change.action) === result.change.action)
      .length;
  return {
    created: count('applied', 'create'),
    updated: count('applied', 'update'),
    deleted: count('applied', 'delete'),
    unchanged: count('unchanged'),
    conflicts: count('conflict'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}
