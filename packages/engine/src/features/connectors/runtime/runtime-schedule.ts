import type { Clock } from '../../../util/clock.ts';
import type { Breaker } from './breaker.ts';
import type { Demotion } from './demotion.ts';
import type { PoolReplacement } from './pool-replacement.ts';
import type { RuntimeTimes } from './runtime-context.ts';

export interface RuntimeScheduleOptions {
  readonly clock: Clock;
  readonly times: RuntimeTimes;
  readonly pools: PoolReplacement;
  readonly breaker: Breaker;
  readonly demotion: Demotion;
}

const NEVER = Number.POSITIVE_INFINITY;

/**
 * When a runtime that is neither paused nor closing acts next. All times are monotonic milliseconds; an `intervalMs` of
 * null is a health check that is off.
 */
export class RuntimeSchedule {
  readonly #options: RuntimeScheduleOptions;
  /** Of the next periodic check of the serving pool. */
  #checkDueAt = 0;

  constructor(options: RuntimeScheduleOptions) {
    this.#options = options;
  }

  /** The next periodic check comes after `delayMs`. */
  planCheck(delayMs: number): void {
    this.#checkDueAt = this.#options.clock.monotonicMs() + delayMs;
  }

  /** Whether the time of a probe of the serving pool has come. */
  isProbeDue(intervalMs: number | null): boolean {
    return this.#options.clock.monotonicMs() >= this.#probeAt(intervalMs);
  }

  /** Until the database is next asked anything, a probe or an attempt: 0 when overdue, null when neither is planned. */
  nextCheckInMs(intervalMs: number | null): number | null {
    return this.#untilMs(this.#checkAt(intervalMs));
  }

  /** Until the runtime wants to be woken, for a check or to look around; null when it only waits for others. */
  nextWakeInMs(intervalMs: number | null, lastUsedAt: number): number | null {
    const { clock, times, pools, breaker } = this.#options;
    let wakeAt = this.#checkAt(intervalMs);
    // The retry time after a refused login is long; a corrected secret is to be seen sooner.
    if (breaker.isInDoubt || this.#attemptAt !== null) {
      const { maxMs } = times.retry;
      const lookAroundMs = Math.max(times.secretCheckMs, Math.min(intervalMs ?? maxMs, maxMs));
      wakeAt = Math.min(wakeAt, clock.monotonicMs() + lookAroundMs);
    }
    if (pools.serving !== null && intervalMs === null) wakeAt = Math.min(wakeAt, lastUsedAt + times.idleCloseMs);
    return this.#untilMs(wakeAt);
  }

  #checkAt(intervalMs: number | null): number {
    return Math.min(this.#attemptAt ?? NEVER, this.#probeAt(intervalMs));
  }

  /** Of the next attempt to open a pool; null when none is pending. */
  get #attemptAt(): number | null {
    return this.#options.pools.retryAt ?? this.#options.demotion.reopenAtMs;
  }

  #probeAt(intervalMs: number | null): number {
    const { pools, breaker } = this.#options;
    if (pools.serving === null) return NEVER;
    if (breaker.isInDoubt) return breaker.nextProbeAt;
    return intervalMs === null ? NEVER : this.#checkDueAt;
  }

  #untilMs(at: number): number | null {
    return at === NEVER ? null : Math.max(0, at - this.#options.clock.monotonicMs());
  }
}
