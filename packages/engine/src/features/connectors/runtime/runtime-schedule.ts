import type { RuntimeTimes } from './runtime-context.ts';

/** What decides when a runtime that is neither paused nor closing acts next. Monotonic milliseconds. */
export interface RuntimeSchedule {
  readonly isServing: boolean;
  /** Null when the health check is off. */
  readonly intervalMs: number | null;
  /** Of the next periodic check. */
  readonly checkDueAt: number;
  /** Of the probe after a failed one; null while there are no failures. */
  readonly probeRetryAt: number | null;
  /** Of the next attempt to open a pool; null when none is pending. */
  readonly attemptAt: number | null;
  readonly lastUsedAt: number;
}

const NEVER = Number.POSITIVE_INFINITY;

/** When the serving pool is probed next; infinity when it is not. */
export function nextProbeAt({ isServing, probeRetryAt, intervalMs, checkDueAt }: RuntimeSchedule): number {
  if (!isServing) return NEVER;
  return probeRetryAt ?? (intervalMs === null ? NEVER : checkDueAt);
}

/** When the database is next asked anything: a probe or an attempt; infinity when neither is planned. */
export function nextCheckAt(schedule: RuntimeSchedule): number {
  return Math.min(schedule.attemptAt ?? NEVER, nextProbeAt(schedule));
}

/** When the runtime wants to be woken, for a check or to look around; null when it only waits for others. */
export function nextWakeDelayMs(schedule: RuntimeSchedule, now: number, times: RuntimeTimes): number | null {
  const { isServing, intervalMs, lastUsedAt, probeRetryAt, attemptAt } = schedule;
  const dueAt = [nextCheckAt(schedule)];
  // The retry time after a refused login is long; a corrected secret is to be seen sooner.
  if (probeRetryAt !== null || attemptAt !== null) {
    dueAt.push(now + Math.max(times.secretCheckMs, Math.min(intervalMs ?? times.retry.maxMs, times.retry.maxMs)));
  }
  if (isServing && intervalMs === null) dueAt.push(lastUsedAt + times.idleCloseMs);
  const next = Math.min(...dueAt);
  return next === NEVER ? null : Math.max(0, next - now);
}
