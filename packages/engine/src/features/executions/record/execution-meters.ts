import { ANSWER_SOURCES, type AnswerSource, type DataActionStats, OUTCOMES, type Outcome } from '@dipswitch/contract';
import { LatencyHistogram } from '../../../util/latency-histogram.ts';
import type { ExecutionResult } from '../call/execution-result.ts';

/** What this engine counted of one data action since it started. Counting allocates nothing. */
export class ActionMeter {
  readonly outcomes: Record<Outcome, number> = {
    FOUND: 0,
    NO_RECORDS: 0,
    DONE: 0,
    TIMEOUT: 0,
    UNAVAILABLE: 0,
    BUSY: 0,
    ERROR: 0,
  };
  readonly sources: Record<AnswerSource, number> = { live: 0, cache: 0, stale: 0, fallback: 0, none: 0 };
  readonly total = new LatencyHistogram();
  /** Of executions that went to the database: one that was answered from memory waited for nothing. */
  readonly queue = new LatencyHistogram();
  readonly database = new LatencyHistogram();
  rows = 0;
  /** Of answers, in UTF-8. */
  bytes = 0;
  coalesced = 0;
  replayed = 0;
  truncated = 0;

  count(result: ExecutionResult, bytes: number): void {
    const { head, timing } = result;
    this.outcomes[head.outcome] += 1;
    this.sources[head.source] += 1;
    this.total.record(timing.totalMs);
    if (head.source !== 'cache' && !result.replayed) this.queue.record(timing.queueMs);
    if (timing.databaseMs > 0) this.database.record(timing.databaseMs);
    this.rows += head.rowCount;
    this.bytes += bytes;
    if (result.coalesced) this.coalesced += 1;
    if (result.replayed) this.replayed += 1;
    if (head.truncated) this.truncated += 1;
  }

  /** Adds what another one counted. */
  add(other: ActionMeter): void {
    for (const outcome of OUTCOMES) this.outcomes[outcome] += other.outcomes[outcome];
    for (const source of ANSWER_SOURCES) this.sources[source] += other.sources[source];
    this.total.add(other.total);
    this.queue.add(other.queue);
    this.database.add(other.database);
    this.rows += other.rows;
    this.bytes += other.bytes;
    this.coalesced += other.coalesced;
    this.replayed += other.replayed;
    this.truncated += other.truncated;
  }

  /** `since` is when this engine started to count, in ISO 8601. */
  toStats(actionId: string, since: string): DataActionStats {
    return {
      actionId,
      since,
      executions: this.total.count,
      outcomes: { ...this.outcomes },
      sources: { ...this.sources },
      totalMs: toQuantiles(this.total),
      queueMs: toQuantiles(this.queue),
      databaseMs: toQuantiles(this.database),
      rows: this.rows,
      bytes: this.bytes,
      cacheHits: this.sources.cache,
      coalesced: this.coalesced,
      truncated: this.truncated,
    };
  }
}

function toQuantiles(histogram: LatencyHistogram): DataActionStats['totalMs'] {
  const quantile = (fraction: number): number => roundMs(histogram.quantileMs(fraction));
  return { p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}

function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}

/** The meters of every data action that this engine has executed, and what is counted of all of them together. */
export class ExecutionMeters {
  readonly #byTenant = new Map<string, Map<string, ActionMeter>>();
  readonly #refusals = new Map<string, number>();
  /** Executions that have begun and are not answered yet. */
  inFlight = 0;

  /** The meter of an action that exists; made at its first execution. */
  of(tenant: string, actionId: string): ActionMeter {
    let actions = this.#byTenant.get(tenant);
    if (actions === undefined) {
      actions = new Map();
      this.#byTenant.set(tenant, actions);
    }
    let meter = actions.get(actionId);
    if (meter === undefined) {
      meter = new ActionMeter();
      actions.set(actionId, meter);
    }
    return meter;
  }

  /** Undefined when the action was never executed here. */
  find(tenant: string, actionId: string): ActionMeter | undefined {
    return this.#byTenant.get(tenant)?.get(actionId);
  }

  /** `code` is one of the problem codes. */
  countRefusal(code: string): void {
    this.#refusals.set(code, (this.#refusals.get(code) ?? 0) + 1);
  }

  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /** In the order of first execution. Actions of two tenants under one id come one after the other. */
  *entries(): Generator<readonly [actionId: string, meter: ActionMeter]> {
    for (const actions of this.#byTenant.values()) yield* actions;
  }
}
