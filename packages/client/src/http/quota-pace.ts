import type { Quota } from './rate-limit-header.ts';

/** What is known of one's own requests when an answer comes. */
export interface OwnRequests {
  readonly sentAtMs: number;
  readonly refused: boolean;
  /** Others that the server may have counted before this one or after it. */
  readonly uncertain: number;
  /** Of those, the ones sent after it that have no answer yet: counted after it, unless they overtook it. */
  readonly later: number;
  /** All that have no answer yet. */
  readonly unanswered: number;
}

/** Where the use of the quota was last compared with one's own. */
interface Checkpoint {
  readonly atMs: number;
  readonly remaining: number;
  readonly accepted: number;
}

/** Others' use is measured over at most so long, or over so many requests at the rate of the policy. */
const COMPARE_MS = 3_000;
const COMPARE_REQUESTS = 20;
/** What may be missing although nobody else sends: by rounding, and this part of the refill by late timers. */
const ROUNDING_REQUESTS = 1;
const ROUNDING_PART = 0.01;
/** A quota of which nobody else took anything for so long is one's own. */
const ALONE_AFTER_MS = 5_000;
/** While others take from the quota, no more than this is saved up: they may have had it. */
const SAVED_WHEN_SHARED = 1.5;
/** Of what is left although the share is whole again, this part may be sent at once: others seem to have ended. */
const PART_OF_LEFT_OVER = 0.25;
const SHARE_LEAST = 0.1;
const SHARE_DECREASE = 0.7;
const SHARE_STEP_MS = 250;
const SHARE_INCREASE_PER_MS = 0.25 / 1000;
/** A shared quota counts as nearly spent with so many left, or what is refilled in so long. */
const NEARLY_SPENT = 2;
const NEARLY_SPENT_MS = 100;

/**
 * Paces by what the server says is left: `remaining`, less the requests that may not be in it yet, refilled at the rate
 * of the policy. That is a lower bound of the server's own count, so a client that is alone is never refused; every
 * answer corrects it. Where the quota falls faster than this client spends it, others share it: then this client takes
 * a share only, which shrinks while the quota is nearly spent and grows while it is not (AIMD), so that all who do the
 * same come to equal shares. Without a policy nothing is refilled before the quota is renewed.
 *
 * States: alone -> shared (others' use is seen, or a refusal) -> alone. Pure: time is an argument, monotonic milliseconds.
 */
export class QuotaPace {
  /** What may be sent, as known at `#atMs`. */
  #credit = 0;
  #atMs: number;
  /** The most that was ever left. */
  #capacity = 0;
  /** Zero: the server names no window. */
  #ratePerMs = 0;
  #renewsAtMs = Number.POSITIVE_INFINITY;
  #accepted = 0;
  #checkpoint: Checkpoint | null = null;
  #share = 1;
  #sharedAtMs = Number.NEGATIVE_INFINITY;
  #observedAtMs: number;
  #decreasedAtMs = Number.NEGATIVE_INFINITY;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
    this.#observedAtMs = nowMs;
  }

  /** What this client may send; null where the server names no window. */
  get ratePerSecond(): number | null {
    return this.#ratePerMs === 0 ? null : this.#ratePerMs * this.#share * 1000;
  }

  /** Milliseconds until one more may be sent; 0: now. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    if (this.#credit >= 1) return 0;
    if (this.#ratePerMs > 0) return (1 - this.#credit) / (this.#ratePerMs * this.#share);
    return this.#renewsAtMs - nowMs;
  }

  spend(nowMs: number): void {
    this.#refill(nowMs);
    this.#credit -= 1;
  }

  observe(quota: Quota, own: OwnRequests, nowMs: number): void {
    this.#refill(nowMs);
    const { remaining } = quota;
    this.#heedPolicy(quota);
    this.#capacity = Math.max(this.#capacity, remaining + 1);
    this.#renewsAtMs = nowMs + quota.resetSeconds * 1000;
    if (!own.refused) this.#accepted += 1;
    this.#compare(remaining, own, nowMs);
    this.#adaptShare(remaining, own.refused, nowMs);
    const sure = remaining - own.uncertain;
    // Half a request more: the header is rounded down.
    const likely = (remaining - own.later) * this.#share + 0.5;
    if (this.#isShared(nowMs)) {
      const leftOver = this.#share < 1 ? 0 : sure * PART_OF_LEFT_OVER;
      this.#credit = Math.max(leftOver, Math.min(this.#credit, likely, Math.max(SAVED_WHEN_SHARED, leftOver)));
    } else {
      this.#credit = Math.max(sure * this.#share, Math.min(this.#credit, likely));
    }
  }

  #heedPolicy({ ratePerSecond }: Quota): void {
    const ratePerMs = (ratePerSecond ?? 0) / 1000;
    if (ratePerMs === this.#ratePerMs) return;
    this.#ratePerMs = ratePerMs;
    this.#capacity = 0;
    this.#checkpoint = null;
  }

  #refill(nowMs: number): void {
    const most = this.#isShared(nowMs) ? Math.max(this.#credit, SAVED_WHEN_SHARED) : this.#capacity;
    const refilled = (nowMs - this.#atMs) * this.#ratePerMs * this.#share;
    this.#credit = Math.min(most, this.#credit + refilled);
    this.#atMs = nowMs;
    if (this.#ratePerMs === 0 && nowMs >= this.#renewsAtMs) {
      this.#credit = this.#capacity;
      this.#renewsAtMs = Number.POSITIVE_INFINITY;
    }
  }

  /** Looks whether more has gone from the quota than was taken here. */
  #compare(remaining: number, { sentAtMs, refused, unanswered }: OwnRequests, nowMs: number): void {
    if (this.#ratePerMs === 0) return;
    const last = this.#checkpoint;
    const next = { atMs: nowMs, remaining, accepted: this.#accepted };
    if (last === null || sentAtMs < last.atMs) {
      this.#checkpoint ??= next;
      return;
    }
    // At least: it was counted some time after it was sent, and the one before some time before its answer came.
    const refilled = (sentAtMs - last.atMs) * this.#ratePerMs;
    const own = this.#accepted - last.accepted;
    // What may have run over was taken by nobody.
    const isConclusive = remaining + 1 < this.#capacity && last.remaining + refilled - own < this.#capacity;
    const used = last.remaining - remaining + refilled;
    const isTaken = isConclusive && used - own - unanswered > ROUNDING_REQUESTS + ROUNDING_PART * refilled;
    if (refused || isTaken) {
      if (!this.#isShared(nowMs))
        this.#share = Math.min(this.#share, Math.max(SHARE_LEAST, own / Math.max(1, own, used)));
      this.#sharedAtMs = nowMs;
    }
    const isOver = nowMs - last.atMs > Math.max(COMPARE_MS, COMPARE_REQUESTS / this.#ratePerMs);
    if (refused || isTaken || isOver || !isConclusive) this.#checkpoint = next;
  }

  #isShared(nowMs: number): boolean {
    return nowMs - this.#sharedAtMs < ALONE_AFTER_MS;
  }

  #adaptShare(remaining: number, refused: boolean, nowMs: number): void {
    // What was not looked at, as while the gate was closed, is no time in which the quota was not nearly spent.
    const sinceMs = Math.min(SHARE_STEP_MS, nowMs - this.#observedAtMs);
    this.#observedAtMs = nowMs;
    if (!this.#isShared(nowMs) || !(refused || remaining <= this.#nearlySpent())) {
      this.#share = Math.min(1, this.#share + sinceMs * SHARE_INCREASE_PER_MS);
    } else if (nowMs - this.#decreasedAtMs >= SHARE_STEP_MS) {
      this.#decreasedAtMs = nowMs;
      this.#share = Math.max(SHARE_LEAST, this.#share * SHARE_DECREASE);
    }
  }

  #nearlySpent(): number {
    return Math.min(this.#capacity / 4, Math.max(NEARLY_SPENT, this.#ratePerMs * NEARLY_SPENT_MS));
  }
}
