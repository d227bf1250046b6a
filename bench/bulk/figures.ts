import type { Arrival, RunReport, RunSettings } from './server-protocol.ts';

/** What one contestant did in one run. */
export interface BulkFigures {
  /** Over (items - burst) / rate. Below one when work was dropped. */
  readonly timeOverIdeal: number;
  /** Refused requests, in percent of the items. */
  readonly wastedPercent: number;
  readonly lost: number;
  readonly duplicated: number;
}

export function toBulkFigures(report: RunReport, settings: RunSettings, items: number, elapsedMs: number): BulkFigures {
  const times = Object.values(report.carriedOut);
  const refused = report.arrivals.filter(({ accepted }) => !accepted).length;
  return {
    timeOverIdeal: elapsedMs / idealMs(items, settings),
    wastedPercent: (100 * refused) / items,
    lost: items - times.length,
    duplicated: times.filter((count) => count > 1).length,
  };
}

export function idealMs(items: number, { rate, burst }: RunSettings): number {
  return (1000 * (items - burst)) / rate;
}

/**
 * Seconds after `fromMs` at which the first of two windows in a row begins whose send rate (refused or not) is within
 * 10 % of `rate`; NaN when there is none before `untilMs`.
 */
export function secondsToSettle(
  arrivals: readonly Arrival[],
  { fromMs, untilMs, rate, windowMs }: { fromMs: number; untilMs: number; rate: number; windowMs: number },
): number {
  const isWithin = (startMs: number): boolean => {
    const sent = arrivals.filter(({ atMs }) => atMs >= startMs && atMs < startMs + windowMs).length;
    return Math.abs((sent * 1000) / windowMs - rate) <= 0.1 * rate;
  };
  for (let startMs = fromMs; startMs + 2 * windowMs <= untilMs; startMs += 50) {
    if (isWithin(startMs) && isWithin(startMs + windowMs)) return (startMs - fromMs) / 1000;
  }
  return Number.NaN;
}

/** Each client's part of what was accepted until the first of them was done. */
export function sharesUntilFirstDone(arrivals: readonly Arrival[], itemsEach: number): readonly number[] {
  const accepted = new Map<string, number>();
  for (const { accepted: isAccepted, client } of arrivals) {
    if (!isAccepted) continue;
    const count = (accepted.get(client) ?? 0) + 1;
    accepted.set(client, count);
    if (count === itemsEach) break;
  }
  const total = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  return [...accepted.values()].map((count) => count / total);
}
