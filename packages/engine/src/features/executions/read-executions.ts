import type { InFlightLimit } from './admission/in-flight-limit.ts';
import { type ExecutionCall, toExecutionResult } from './call/execution-call.ts';
import { createRateFailure, DEADLINE_PASSED, ENGINE_BUSY } from './call/execution-failure.ts';
import {
  type DatabaseRun,
  type ExecutionResult,
  type FailedRun,
  type LiveResult,
  NO_RUN,
  toUnrun,
} from './call/execution-result.ts';
import { canonicalValues } from './input/input-values.ts';
import { type LiveOptions, runLive } from './live-run.ts';
import type { AnswerCache, CachedAnswer } from './output/answer-cache.ts';
import { toAnswerHead, toFailedHead } from './output/answer-line.ts';
import type { MappedOutput } from './output/map-output.ts';

export interface ReadExecutionsOptions extends LiveOptions {
  readonly cache: AnswerCache;
  readonly inFlight: InFlightLimit;
}

const UNRUN_ENGINE_BUSY = toUnrun(ENGINE_BUSY);
/** The statement of another execution did not come back in the time of this one. */
const FLIGHT_LATE: LiveResult = { ...toUnrun({ ...DEADLINE_PASSED, effect: 'none' }), output: null };

/** Runs reads: rate, fresh cache, identical read in flight, the database; and on a failure down the fallback ladder. */
export class ReadExecutions {
  readonly #options: ReadExecutionsOptions;

  constructor(options: ReadExecutionsOptions) {
    this.#options = options;
  }

  /** Resolves by the deadline; `paused` when the connector is. */
  async execute(call: ExecutionCall): Promise<ExecutionResult | 'paused'> {
    const { clock, cache, inFlight } = this.#options;
    const { bounds, compiled, cachePrefix } = call.runner;
    const { ttlSeconds, staleIfErrorSeconds, coalesce } = compiled.action.definition.cache;
    const now = clock.monotonicMs();
    const isCached = ttlSeconds > 0 || staleIfErrorSeconds > 0;
    const key = isCached || coalesce ? canonicalValues(call.values) : '';
    const cacheKey = isCached ? cachePrefix + key : null;
    const waitMs = bounds.bucket.take(now);
    if (waitMs > 0) return this.#climbDown(call, cacheKey, toUnrun(createRateFailure(waitMs)));
    const fresh = cacheKey === null ? undefined : cache.fresh(cacheKey, now);
    if (fresh !== undefined) return this.#fromCache(call, fresh, NO_RUN, now);
    if (!inFlight.tryEnter()) return this.#climbDown(call, cacheKey, UNRUN_ENGINE_BUSY);
    try {
      const live = coalesce ? await this.#share(call, key) : await this.#runLive(call);
      return this.#finish(call, cacheKey, live);
    } finally {
      inFlight.leave();
    }
  }

  /**
   * Joins the identical read in flight. When that one had less time than this, this one runs, once. Nothing is awaited
   * between looking for a flight and becoming one, or two would set out.
   */
  async #share(call: ExecutionCall, key: string): Promise<LiveResult> {
    const flight = this.#join(call, key);
    if (flight === null) return this.#lead(call, key);
    const joined = await flight;
    if (!isWorthAnother(joined) || call.deadline.isPast) return toCoalesced(joined);
    const next = this.#join(call, key);
    return next === null ? this.#lead(call, key) : toCoalesced(await next);
  }

  /** What the identical read in flight gives, by this one's own deadline; null when there is none. */
  #join(call: ExecutionCall, key: string): Promise<LiveResult> | null {
    const flight = call.runner.flights.get(key);
    return flight === undefined ? null : this.#options.watch.race(flight, call.deadline.answerAtMs, FLIGHT_LATE);
  }

  async #lead(call: ExecutionCall, key: string): Promise<LiveResult> {
    const { flights } = call.runner;
    const flight = this.#runLive(call);
    flights.set(key, flight);
    try {
      return await flight;
    } finally {
      flights.delete(key);
    }
  }

  #runLive({ runner, values, deadline }: ExecutionCall): Promise<LiveResult> {
    return runLive(this.#options, runner, runner.compiled.bind(values), deadline);
  }

  #finish(call: ExecutionCall, cacheKey: string | null, live: LiveResult): ExecutionResult | 'paused' {
    if (live === 'paused') return live;
    if (live.failure !== null) return this.#climbDown(call, cacheKey, live);
    const { output } = live;
    if (cacheKey !== null && !live.coalesced) this.#keep(call, cacheKey, output);
    const head = toAnswerHead(output, 'live', 0, call.executionId);
    return toExecutionResult(call, head, output.members, live, this.#options.clock);
  }

  #keep(call: ExecutionCall, cacheKey: string, output: MappedOutput): void {
    const { ttlSeconds, staleIfErrorSeconds } = call.runner.compiled.action.definition.cache;
    const storedAtMs = this.#options.clock.monotonicMs();
    const freshUntilMs = storedAtMs + ttlSeconds * 1000;
    const staleUntilMs = freshUntilMs + staleIfErrorSeconds * 1000;
    this.#options.cache.put(cacheKey, { output, storedAtMs, freshUntilMs, staleUntilMs });
  }

  /** The last answer while it still counts, else the static fallback, else the declared defaults. */
  #climbDown(call: ExecutionCall, cacheKey: string | null, run: FailedRun): ExecutionResult {
    const { cache, clock } = this.#options;
    const now = clock.monotonicMs();
    const stale = cacheKey === null ? undefined : cache.stale(cacheKey, now);
    if (stale !== undefined) return this.#fromCache(call, stale, run, now);
    const { fallbackMembers, emptyMembers } = call.runner.compiled.output;
    const source = fallbackMembers === null ? 'none' : 'fallback';
    const head = toFailedHead(run.failure.outcome, source, call.executionId);
    return toExecutionResult(call, head, fallbackMembers ?? emptyMembers, run, clock);
  }

  /** A stored answer; past its time when the run has failed. */
  #fromCache(
    call: ExecutionCall,
    { output, storedAtMs }: CachedAnswer,
    run: DatabaseRun,
    now: number,
  ): ExecutionResult {
    const source = run.failure === null ? 'cache' : 'stale';
    const head = toAnswerHead(output, source, Math.floor((now - storedAtMs) / 1000), call.executionId);
    return toExecutionResult(call, head, output.members, run, this.#options.clock);
  }
}

function isWorthAnother(result: LiveResult): boolean {
  return result !== 'paused' && result.failure?.isOfOwnDeadline === true && result !== FLIGHT_LATE;
}

function toCoalesced(live: LiveResult): LiveResult {
  return live === 'paused' ? live : { ...live, coalesced: true };
}
