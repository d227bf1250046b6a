import type { AnswerCache, CachedAnswer } from './answer-cache.ts';
import { canonicalValues } from './canonical-values.ts';
import type { ExecutionCall, ExecutionEnd } from './execution-call.ts';
import { createFailure, DEADLINE_PASSED, type ExecutionFailure } from './execution-failure.ts';
import type { InFlightLimit } from './in-flight-limit.ts';
import type { LiveResult } from './live-result.ts';
import { type LiveOptions, runLive } from './live-run.ts';
import type { MappedOutput } from './map-output.ts';

export interface ReadExecutionsOptions extends LiveOptions {
  readonly cache: AnswerCache;
  readonly inFlight: InFlightLimit;
}

interface SharedResult {
  readonly live: LiveResult;
  readonly coalesced: boolean;
}

const ENGINE_BUSY = createFailure('BUSY', 'engine-busy');
/** The statement of another execution did not come back in the time of this one. */
const FLIGHT_LATE: LiveResult = {
  kind: 'failed',
  failure: { ...DEADLINE_PASSED, effect: 'none' },
  queueMs: 0,
  databaseMs: 0,
};

/** Runs reads: rate, fresh cache, identical read in flight, the database; and on a failure down the fallback ladder. */
export class ReadExecutions {
  readonly #options: ReadExecutionsOptions;

  constructor(options: ReadExecutionsOptions) {
    this.#options = options;
  }

  /** Resolves by the deadline; `paused` when the connector is. */
  async execute(call: ExecutionCall): Promise<ExecutionEnd | 'paused'> {
    const { clock, cache, inFlight } = this.#options;
    const { gates, compiled, cachePrefix } = call.runner;
    const { ttlSeconds, staleIfErrorSeconds, coalesce } = compiled.action.definition.cache;
    const now = clock.monotonicMs();
    const isCached = ttlSeconds > 0 || staleIfErrorSeconds > 0;
    const key = isCached || coalesce ? canonicalValues(call.values) : '';
    const cacheKey = isCached ? cachePrefix + key : null;
    const waitMs = gates.bucket.take(now);
    if (waitMs > 0) return this.#climbDown(call, cacheKey, toRateFailure(waitMs));
    const fresh = cacheKey === null ? undefined : cache.fresh(cacheKey, now);
    if (fresh !== undefined) return toCachedEnd(fresh, 'cache', now);
    if (!inFlight.tryEnter()) return this.#climbDown(call, cacheKey, ENGINE_BUSY);
    try {
      const shared = coalesce ? await this.#share(call, key) : { live: await this.#runLive(call), coalesced: false };
      return this.#toEnd(call, cacheKey, shared);
    } finally {
      inFlight.leave();
    }
  }

  /**
   * Joins the identical read in flight. When that one had less time than this, this one runs, once. Nothing is awaited
   * between looking for a flight and becoming one, or two would set out.
   */
  async #share(call: ExecutionCall, key: string): Promise<SharedResult> {
    const flight = this.#join(call, key);
    if (flight === null) return this.#lead(call, key);
    const joined = await flight;
    if (!isWorthAnother(joined) || call.deadline.isPast) return { live: joined, coalesced: true };
    const next = this.#join(call, key);
    return next === null ? this.#lead(call, key) : { live: await next, coalesced: true };
  }

  /** What the identical read in flight gives, by this one's own deadline; null when there is none. */
  #join(call: ExecutionCall, key: string): Promise<LiveResult> | null {
    const flight = call.runner.flights.get(key);
    return flight === undefined ? null : this.#options.watch.race(flight, call.deadline.answerAtMs, FLIGHT_LATE);
  }

  async #lead(call: ExecutionCall, key: string): Promise<SharedResult> {
    const { flights } = call.runner;
    const flight = this.#runLive(call);
    flights.set(key, flight);
    try {
      return { live: await flight, coalesced: false };
    } finally {
      flights.delete(key);
    }
  }

  #runLive({ runner, values, deadline }: ExecutionCall): Promise<LiveResult> {
    return runLive(this.#options, runner, runner.compiled.bind(values), deadline);
  }

  #toEnd(call: ExecutionCall, cacheKey: string | null, { live, coalesced }: SharedResult): ExecutionEnd | 'paused' {
    if (live.kind === 'paused') return 'paused';
    const { queueMs, databaseMs } = live;
    if (live.kind === 'failed') {
      return { ...this.#climbDown(call, cacheKey, live.failure), coalesced, queueMs, databaseMs };
    }
    if (cacheKey !== null && !coalesced) this.#keep(call, cacheKey, live.output);
    const { outcome, rowCount, truncated, members } = live.output;
    return {
      outcome,
      source: 'live',
      ageSeconds: 0,
      rowCount,
      truncated,
      members,
      failure: null,
      coalesced,
      queueMs,
      databaseMs,
    };
  }

  #keep(call: ExecutionCall, cacheKey: string, output: MappedOutput): void {
    const { ttlSeconds, staleIfErrorSeconds } = call.runner.compiled.action.definition.cache;
    const storedAtMs = this.#options.clock.monotonicMs();
    const freshUntilMs = storedAtMs + ttlSeconds * 1000;
    const staleUntilMs = freshUntilMs + staleIfErrorSeconds * 1000;
    this.#options.cache.put(cacheKey, { output, storedAtMs, freshUntilMs, staleUntilMs });
  }

  /** The last answer while it still counts, else the static fallback, else the declared defaults. */
  #climbDown(call: ExecutionCall, cacheKey: string | null, failure: ExecutionFailure): ExecutionEnd {
    const now = this.#options.clock.monotonicMs();
    const stale = cacheKey === null ? undefined : this.#options.cache.stale(cacheKey, now);
    if (stale !== undefined) return { ...toCachedEnd(stale, 'stale', now), failure };
    const { fallbackMembers, emptyMembers } = call.runner.compiled.output;
    return {
      outcome: failure.outcome,
      source: fallbackMembers === null ? 'none' : 'fallback',
      ageSeconds: 0,
      rowCount: 0,
      truncated: false,
      members: fallbackMembers ?? emptyMembers,
      failure,
      coalesced: false,
      queueMs: 0,
      databaseMs: 0,
    };
  }
}

export function toRateFailure(waitMs: number): ExecutionFailure {
  return createFailure('BUSY', 'rate', { retryAfterMs: waitMs });
}

function isWorthAnother(result: LiveResult): boolean {
  return result.kind === 'failed' && result.failure.isOfOwnDeadline && result !== FLIGHT_LATE;
}

function toCachedEnd({ output, storedAtMs }: CachedAnswer, source: 'cache' | 'stale', nowMs: number): ExecutionEnd {
  const { outcome, rowCount, truncated, members } = output;
  const ageSeconds = Math.floor((nowMs - storedAtMs) / 1000);
  const ofCall = { failure: null, coalesced: false, queueMs: 0, databaseMs: 0 };
  return { outcome, source, ageSeconds, rowCount, truncated, members, ...ofCall };
}
