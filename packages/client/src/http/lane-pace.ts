import { LearnedPace } from './learned-pace.ts';
import { QuotaPace } from './quota-pace.ts';
import type { Quota } from './rate-limit-header.ts';

/**
 * Where the known limit comes from: the server's `RateLimit` headers, its refusals that name a time, or its refusals
 * alone. `none`: no limit is known.
 */
export type PaceSource = 'none' | 'header' | 'retry-after' | 'learned';

/** What an answer says to the pace. */
export interface PaceReport {
  /** 429. */
  readonly refused: boolean;
  /** The server counted it; false for a 401, which is sent back before anything is counted. */
  readonly counted: boolean;
  readonly quota: Quota | null;
  /** The refusal named when to come back. */
  readonly namesTime: boolean;
}

/** A request that was let through. */
export interface Departure {
  readonly sequence: number;
  readonly sentAtMs: number;
  /** Others that had no answer yet when it left. */
  readonly besides: number;
}

/** After so many answers without a quota, the server has stopped naming it. */
const QUOTA_GONE_AFTER = 5;

/**
 * When the next request of one lane may be sent: by the quota that the server names, by what its refusals taught, or by
 * both where it refuses although its quota says that something is left. Pure: time is an argument, monotonic milliseconds.
 */
export class LanePace {
  readonly #learned = new LearnedPace();
  readonly #inFlight = new Set<number>();
  /** However far off a quota's renewal is said to be, one request is sent after so long. */
  readonly #longestWaitMs: number;
  #quota: QuotaPace | null = null;
  #answersWithoutQuota = 0;
  #sequence = 0;
  #movedAtMs = Number.NEGATIVE_INFINITY;
  #namesTime = false;

  constructor(longestWaitMs: number) {
    this.#longestWaitMs = longestWaitMs;
  }

  get ratePerSecond(): number | null {
    const learned = this.#learned.ratePerSecond;
    const named = this.#quota?.ratePerSecond ?? null;
    return named === null || learned === null ? (named ?? learned) : Math.min(named, learned);
  }

  get source(): PaceSource {
    if (this.#quota !== null) return 'header';
    if (this.#learned.ratePerSecond === null) return 'none';
    return this.#namesTime ? 'retry-after' : 'learned';
  }

  /** Milliseconds until one more may be sent; infinite: not before an answer has come. */
  waitMs(nowMs: number): number {
    const learnedMs = this.#learned.waitMs(this.#inFlight.size, nowMs);
    const waitMs = this.#quota === null ? learnedMs : Math.max(learnedMs, this.#quota.waitMs(nowMs));
    if (waitMs === Number.POSITIVE_INFINITY && this.#inFlight.size > 0) return waitMs;
    return Math.max(0, Math.min(waitMs, this.#movedAtMs + this.#longestWaitMs - nowMs));
  }

  depart(nowMs: number): Departure {
    this.#quota?.spend(nowMs);
    this.#learned.spend(nowMs);
    this.#movedAtMs = nowMs;
    this.#sequence += 1;
    const departure = { sequence: this.#sequence, sentAtMs: nowMs, besides: this.#inFlight.size };
    this.#inFlight.add(departure.sequence);
    return departure;
  }

  /** @param report null where no answer came */
  end(departure: Departure, report: PaceReport | null, nowMs: number): void {
    this.#inFlight.delete(departure.sequence);
    if (report === null) return;
    this.#movedAtMs = nowMs;
    this.#noteQuota(departure, report, nowMs);
    if (report.counted) this.#learned.noteAccepted();
    if (!report.refused) return;
    this.#namesTime = report.namesTime;
    // A quota that says zero is reason enough, and is paced by itself.
    if (report.quota === null || report.quota.remaining > 0) this.#learned.noteRefused(departure.sentAtMs, nowMs);
  }

  #noteQuota({ sequence, sentAtMs, besides }: Departure, report: PaceReport, nowMs: number): void {
    const { quota, refused, counted } = report;
    if (quota === null) {
      if (counted || refused) this.#answersWithoutQuota += 1;
      if (this.#answersWithoutQuota >= QUOTA_GONE_AFTER) this.#quota = null;
      return;
    }
    this.#answersWithoutQuota = 0;
    this.#quota ??= new QuotaPace(nowMs);
    let later = 0;
    for (const other of this.#inFlight) if (other > sequence) later += 1;
    const uncertain = besides + this.#sequence - sequence;
    this.#quota.observe(quota, { sentAtMs, refused, uncertain, later, unanswered: this.#inFlight.size }, nowMs);
  }
}
