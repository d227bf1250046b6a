/** Before the first refusal, and between it and the second: requests under way at once; one more for each so many accepted. */
const RAMP_IN_FLIGHT = 4;
const SEARCH_IN_FLIGHT = 2;
const ACCEPTED_PER_IN_FLIGHT = 16;
/** A rate is measured over this many accepted requests, or fewer where the last seconds have no more. */
const MEASURED_REQUESTS = 8;
const MEASURED_LEAST = 2;
const MARKS_KEPT_MS = 8_000;
/** The rate has doubled so long, and so many requests within bounds, after it was set; until shortly before it hardly grows. */
const DOUBLES_AFTER_MS = 2_600;
const DOUBLES_AFTER_REQUESTS = 60;
const DOUBLES_AFTER_MOST_MS = 4_000;
const GROWTH_POWER = 5;
/** A doubled rate that stands for another quarter of that time is what growth starts from again. */
const SETTLED_AFTER = 1.25;
/** Held back after a refusal, so that a rate measured a little too high is not refused at once. */
const RESERVE_MS = 100;

/** What was not sent while the gate was closed is sent at so many times the rate. */
const CATCH_UP = 4;

/** A moment at which the server's count was spent, and what it had accepted by then. */
interface Mark {
  readonly atMs: number;
  readonly accepted: number;
}

/**
 * Finds the server's pace from refusals alone. A refusal marks a moment at which the server's count was spent; what was
 * accepted between two such moments, over their distance, is the limit. Goes back to that at each refusal (the decrease),
 * and grows from there until the next. A bucket of its own keeps what was not sent while the gate was closed.
 *
 * States: ramping (nothing refused yet: only requests under way are bounded, which bounds what the first refusal can hit)
 * -> searching (one refusal) -> pacing (a rate was measured). Pure: time is an argument, in monotonic milliseconds.
 */
export class LearnedPace {
  #accepted = 0;
  #marks: readonly Mark[] = [];
  #basePerMs: number | null = null;
  /** When `#basePerMs` was set. */
  #basedAtMs = 0;
  #credit = 0;
  #atMs = 0;
  #lastSentAtMs = Number.NEGATIVE_INFINITY;

  /** Null until a rate was measured. */
  get ratePerSecond(): number | null {
    return this.#basePerMs === null ? null : rateAt(this.#basePerMs, this.#atMs - this.#basedAtMs) * 1000;
  }

  /** Milliseconds until one more may be sent; infinite: not before something under way is answered. */
  waitMs(inFlight: number, nowMs: number): number {
    if (this.#basePerMs === null) return inFlight < this.#rampLimit() ? 0 : Number.POSITIVE_INFINITY;
    const ratePerMs = this.#refill(this.#basePerMs, nowMs);
    const spacedMs = this.#lastSentAtMs + 1 / (CATCH_UP * ratePerMs) - nowMs;
    return Math.max(0, (1 - this.#credit) / ratePerMs, spacedMs);
  }

  spend(nowMs: number): void {
    if (this.#basePerMs !== null) this.#refill(this.#basePerMs, nowMs);
    this.#credit -= 1;
    this.#lastSentAtMs = nowMs;
  }

  noteAccepted(): void {
    this.#accepted += 1;
  }

  noteRefused(sentAtMs: number, nowMs: number): void {
    const last = this.#marks.at(-1);
    // Sent before the last refusal was known: one moment refuses all that are under way.
    if (last !== undefined && sentAtMs <= last.atMs) return;
    const isKept = ({ atMs }: Mark): boolean => nowMs - atMs <= MARKS_KEPT_MS || atMs === last?.atMs;
    this.#marks = [...this.#marks.filter(isKept), { atMs: nowMs, accepted: this.#accepted }];
    // Refused again with next to nothing accepted in between: whatever the rate is, it is far lower.
    this.#basePerMs = this.#measure() ?? (this.#basePerMs === null ? null : this.#basePerMs / 2);
    this.#basedAtMs = nowMs;
    this.#atMs = nowMs;
    this.#credit = -(this.#basePerMs ?? 0) * RESERVE_MS;
  }

  /** From the nearest earlier mark that is far enough away. */
  #measure(): number | null {
    const last = this.#marks.at(-1);
    if (last === undefined) return null;
    let measured: number | null = null;
    for (const mark of this.#marks.slice(0, -1).reverse()) {
      const accepted = last.accepted - mark.accepted;
      if (accepted >= MEASURED_LEAST) measured = accepted / (last.atMs - mark.atMs);
      if (accepted >= MEASURED_REQUESTS) break;
    }
    return measured;
  }

  #rampLimit(): number {
    const last = this.#marks.at(-1);
    return last === undefined
      ? RAMP_IN_FLIGHT + this.#accepted / ACCEPTED_PER_IN_FLIGHT
      : SEARCH_IN_FLIGHT + (this.#accepted - last.accepted) / ACCEPTED_PER_IN_FLIGHT;
  }

  /** The rate of now. */
  #refill(basePerMs: number, nowMs: number): number {
    const ratePerMs = rateAt(basePerMs, nowMs - this.#basedAtMs);
    this.#credit += (nowMs - this.#atMs) * ratePerMs;
    this.#atMs = nowMs;
    if (nowMs - this.#basedAtMs > SETTLED_AFTER * doublesAfterMs(basePerMs)) {
      this.#basePerMs = ratePerMs;
      this.#basedAtMs = nowMs;
    }
    return ratePerMs;
  }
}

function doublesAfterMs(basePerMs: number): number {
  return Math.min(DOUBLES_AFTER_MOST_MS, Math.max(DOUBLES_AFTER_MS, DOUBLES_AFTER_REQUESTS / basePerMs));
}

/** Twice the base at most: that a doubled limit is met, and not run past, before anything was refused. */
function rateAt(basePerMs: number, sinceMs: number): number {
  return basePerMs * (1 + Math.min(1, (sinceMs / doublesAfterMs(basePerMs)) ** GROWTH_POWER));
}
