import { resourceKey } from '../plan/journal-state.ts';
import type { SettledChange } from '../plan/match-plan.ts';
import { stagesOf } from '../plan/order-changes.ts';
import type { Change, Plan } from '../plan/plan.ts';
import { forEachBounded } from '../util/worker-pool.ts';
import type {
  ApplyProgress,
  ApplyResult,
  ApplySummary,
  ChangeResult,
  ChangeStatus,
  FailureReport,
  HealthResult,
} from './apply-types.ts';
import { AuthOutage } from './auth-outage.ts';
import { type ApplySeams, ChangeWriter } from './change-writer.ts';
import { STOPPED_BY_CALLER } from './failure-report.ts';
import { waitHealthy } from './wait-healthy.ts';
import { isWrite, stateOf } from './write-steps.ts';

export interface ResolvedApplyOptions {
  readonly concurrency: number;
  readonly waitHealthyMs: number | null;
  readonly healthPollMs: number;
  readonly authPatienceMs: number;
  readonly onProgress: (progress: ApplyProgress) => void;
  readonly stopSignal: AbortSignal;
  readonly signal: AbortSignal;
  /** Changes that an earlier run has carried out, or half of them, by what the server holds. */
  readonly settled: ReadonlyMap<Change, SettledChange>;
}

/** Carries a plan out, stage by stage; a failed change stops none of the others. */
export async function applyPlan(plan: Plan, seams: ApplySeams, options: ResolvedApplyOptions): Promise<ApplyResult> {
  return new ApplyRun(plan, seams, options).run();
}

/** One run. States: running -> stopping (a failure that stops, or the caller) -> ended; running -> ended. */
class ApplyRun {
  readonly #plan: Plan;
  readonly #seams: ApplySeams;
  readonly #options: ResolvedApplyOptions;
  readonly #writer: ChangeWriter;
  readonly #authOutage: AuthOutage;
  readonly #results = new Map<Change, ChangeResult>();
  #stoppedBy: FailureReport | null = null;
  #done = 0;

  constructor(plan: Plan, seams: ApplySeams, options: ResolvedApplyOptions) {
    this.#plan = plan;
    this.#seams = seams;
    this.#options = options;
    this.#writer = new ChangeWriter(seams, options.signal);
    this.#authOutage = new AuthOutage({
      authenticate: seams.authenticate,
      patienceMs: options.authPatienceMs,
      clock: seams.clock,
      signal: AbortSignal.any([options.signal, options.stopSignal]),
      onPause: () => options.onProgress({ type: 'paused' }),
      onResume: (pausedMs) => options.onProgress({ type: 'resumed', pausedMs }),
    });
  }

  async run(): Promise<ApplyResult> {
    const startedAtMs = this.#seams.clock.monotonicMs();
    this.#options.onProgress({ type: 'started', total: this.#total });
    await this.#noteUnchanged();
    for (const [change, { isDone, ...progress }] of this.#options.settled) {
      if (!isDone) this.#writer.resume(change, progress);
      else if (change.action !== 'no-op') {
        this.#finish({ ...notStarted(change), status: 'unchanged', ...progress.stored });
      }
    }
    for (const stage of stagesOf(this.#plan.changes)) await this.#carryOutStage(stage);
    if (this.#isStopped()) this.#stoppedBy ??= STOPPED_BY_CALLER;
    const results = this.#plan.changes.map((change) => this.#results.get(change) ?? notStarted(change));
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
    return summary.create + summary.update + summary.publish + summary.delete;
  }

  #isStopped(): boolean {
    const { signal, stopSignal } = this.#options;
    // A run whose last change ended before the signal came was not cut short.
    return this.#stoppedBy !== null || ((signal.aborted || stopSignal.aborted) && this.#done < this.#total);
  }

  /** The journal learns what the server was seen to hold: what was in doubt is not any more, and drift can be told. */
  async #noteUnchanged(): Promise<void> {
    const { journal } = this.#seams;
    if (journal === null) return;
    const isNews = (change: Change): boolean => {
      const entry = journal.entries.get(resourceKey(change));
      return entry?.inDoubt !== null || entry.failure !== null || entry.applied?.revision !== change.revision;
    };
    const seen = this.#plan.changes.filter((change) => change.action === 'no-op' && isNews(change));
    const found = [
      ...[...this.#options.settled].map(([change, { stored }]) => [change, stored] as const),
      ...seen.map((change) => [change, stateOf(change)] as const),
    ];
    const failures = await Promise.all(found.map(([change, stored]) => this.#writer.settle(change, stored)));
    this.#stoppedBy = failures.find((failure) => failure !== null) ?? null;
  }

  /**
   * What is in doubt goes first, looked at before it is sent, and alone until one write was answered: the server has by
   * then dealt with whatever the killed run had sent. So at most one write is sent a second time, and its precondition
   * keeps even that one from being carried out twice.
   */
  async #carryOutStage(stage: readonly Change[]): Promise<void> {
    const open = stage.filter((change) => !this.#results.has(change));
    const doubtful = open.filter((change) => this.#writer.isInDoubt(change));
    const clear = open.filter((change) => !this.#writer.isInDoubt(change));
    let hasWritten = false;
    while (doubtful.length > 0 && !hasWritten) {
      const [first] = doubtful.splice(0, 1);
      if (first === undefined) break;
      await this.#carryOutAll([first], 1);
      hasWritten = this.#results.get(first)?.status !== 'unchanged';
    }
    await this.#carryOutAll([...doubtful, ...clear], this.#options.concurrency);
  }

  async #carryOutAll(changes: readonly Change[], concurrency: number): Promise<void> {
    await forEachBounded(
      changes,
      concurrency,
      () => !this.#isStopped(),
      (change) => this.#carryOut(change),
    );
  }

  async #carryOut(change: Change): Promise<void> {
    if (!isWrite(change)) return;
    this.#options.onProgress({ type: 'change-started', change });
    let { result, stop } = await this.#writer.carryOut(change);
    // Without a token nothing was sent, so the change can be carried out as if for the first time.
    while (stop?.code === 'AUTH_UNAVAILABLE' && !this.#isStopped() && (await this.#authOutage.outlast())) {
      ({ result, stop } = await this.#writer.carryOut(change));
    }
    this.#stoppedBy ??= stop;
    this.#finish(result);
  }

  #finish(result: ChangeResult): void {
    this.#results.set(result.change, result);
    this.#done += 1;
    this.#options.onProgress({ type: 'change-finished', result, done: this.#done, total: this.#total });
  }

  async #waitHealthy(results: readonly ChangeResult[]): Promise<readonly HealthResult[] | null> {
    const { waitHealthyMs, healthPollMs, onProgress, concurrency, signal } = this.#options;
    if (waitHealthyMs === null || this.#stoppedBy !== null) return null;
    const targets = results
      .filter(({ change, status }) => {
        const isConnector = change.kind === 'connector' && change.desired !== null;
        return isConnector && (status === 'applied' || status === 'unchanged');
      })
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

function notStarted(change: Change): ChangeResult {
  const status = change.action === 'no-op' ? 'unchanged' : 'skipped';
  const stored = status === 'unchanged' ? stateOf(change) : { revision: null, version: null, publishedVersion: null };
  return { change, status, ...stored, latencyMs: 0, failure: null, vaultNotice: null };
}

function hasPublished({ change, status, version, publishedVersion }: ChangeResult): boolean {
  if (status !== 'applied' || change.kind !== 'data-action' || change.action === 'delete') return false;
  return publishedVersion !== null && publishedVersion === version && change.publishedVersion !== publishedVersion;
}

function summarize(results: readonly ChangeResult[]): ApplySummary {
  const count = (status: ChangeStatus, action?: Change['action']): number =>
    results.filter((result) => result.status === status && (action ?? result.change.action) === result.change.action)
      .length;
  return {
    created: count('applied', 'create'),
    updated: count('applied', 'update'),
    published: results.filter(hasPublished).length,
    deleted: count('applied', 'delete'),
    unchanged: count('unchanged'),
    conflicts: count('conflict'),
    failed: count('failed'),
    skipped: count('skipped'),
  };
}
