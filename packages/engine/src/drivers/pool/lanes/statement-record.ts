import type { Statement } from '../../driver.ts';
import type { Leavings } from './lane-connection.ts';
import type { LaneOptions } from './lane-options.ts';

/** How much time of its neighbours a statement may use up at first, and save up at most. */
const FIRST_ALLOWANCE_MS = 20;
const MAX_ALLOWANCE_MS = 100;
/** What each short run earns: a statement may hold its neighbours up by this much on average. */
const EARNED_MS = 0.02;
const FIRST_PENALTY_MS = 500;
/** The least for one that was short and then held its neighbours up: that is dearer than one more trial. */
const HOLD_UP_PENALTY_MS = 30_000;
const MAX_PENALTY_MS = 300_000;
/** A statement that was short for this many penalties begins with the first one again. */
const FORGIVEN_AFTER_PENALTIES = 10;

/** What a run on a connection of its own found out. */
export interface TrialOutcome {
  /** How long the server worked on it. */
  readonly serverMs: number;
  /** Undefined when it failed, which says nothing of that. */
  readonly leaves: Leavings | undefined;
}

/**
 * What a pool has learnt about one statement. It is untried, short or slow. A trial, a run on a connection of its own,
 * finds an untried one short or slow. A short one that took long on a lane is under suspicion: a trial with the same
 * values tells whether it was the statement or a busy machine. What trials confirm uses up its allowance; when that is
 * gone it turns slow, and is untried again after a penalty, which doubles each time.
 */
export class StatementRecord {
  readonly #options: LaneOptions;
  #mayShare: boolean;
  #isShort = false;
  #shortSinceMs = 0;
  #isSuspect = false;
  #wasStopped = false;
  #isClean = false;
  #allowanceMs = FIRST_ALLOWANCE_MS;
  #slowUntilMs = 0;
  #penaltyMs = FIRST_PENALTY_MS;
  #trialsUnderWay = 0;

  constructor(statement: Statement, options: LaneOptions) {
    this.#options = options;
    this.#mayShare = statement.access === 'read' && !statement.undo;
  }

  /** Whether it may share a lane. */
  get isShort(): boolean {
    return this.#isShort;
  }

  /**
   * Whether the next run should be a trial: until one has found that the statement leaves nothing in its session, and
   * for a read also, one at a time, to find out whether it is short.
   */
  needsTrial(nowMs: number): boolean {
    if (!this.#isClean || !this.#mayShare) return !this.#isClean;
    const isOpenQuestion = this.#isShort ? this.#isSuspect : nowMs >= this.#slowUntilMs;
    // What was stopped runs again anyway, and is the best witness there is.
    return isOpenQuestion && (this.#trialsUnderWay === 0 || this.#wasStopped);
  }

  trialStarts(): void {
    this.#trialsUnderWay += 1;
    this.#isSuspect = false;
    this.#wasStopped = false;
  }

  trialEnds(nowMs: number, { serverMs, leaves }: TrialOutcome): void {
    this.#trialsUnderWay -= 1;
    if (leaves !== undefined) this.#isClean = leaves !== 'something';
    // Nothing more can be learnt; the usual rules for sessions must do.
    if (leaves === 'unknown') this.#mayShare = false;
    const isLong = serverMs > this.#options.shortMs;
    if (this.#isShort) {
      if (isLong) this.#charge(nowMs, Math.min(serverMs, this.#options.limitMs));
      return;
    }
    if (!this.#mayShare || !this.#isClean || nowMs < this.#slowUntilMs) return;
    if (isLong) this.#turnSlow(nowMs);
    else if (leaves === 'nothing') this.#turnShort(nowMs);
  }

  /** A run on a lane kept its neighbours waiting for `serviceMs`. Returns whether a trial should look into it. */
  ranOnLane(serviceMs: number): boolean {
    if (serviceMs <= this.#options.shortMs) {
      this.#allowanceMs = Math.min(MAX_ALLOWANCE_MS, this.#allowanceMs + EARNED_MS);
      return false;
    }
    this.#isSuspect = true;
    if (serviceMs >= this.#options.limitMs) this.#wasStopped = true;
    return this.#isShort && this.#trialsUnderWay === 0;
  }

  /** It left something in a session that others share, or was too large for a lane. */
  leaveLanes(nowMs: number): void {
    this.#isClean = false;
    this.#turnSlow(nowMs);
  }

  #charge(nowMs: number, ms: number): void {
    this.#allowanceMs -= ms;
    if (this.#allowanceMs < 0) this.#turnSlow(nowMs);
  }

  #turnShort(nowMs: number): void {
    this.#isShort = true;
    this.#shortSinceMs = nowMs;
    this.#isSuspect = false;
    this.#allowanceMs = FIRST_ALLOWANCE_MS;
  }

  #turnSlow(nowMs: number): void {
    if (this.#isShort) {
      const isForgiven = nowMs - this.#shortSinceMs > FORGIVEN_AFTER_PENALTIES * this.#penaltyMs;
      this.#penaltyMs = isForgiven ? HOLD_UP_PENALTY_MS : Math.max(HOLD_UP_PENALTY_MS, this.#penaltyMs);
    }
    this.#isShort = false;
    this.#slowUntilMs = nowMs + this.#penaltyMs;
    this.#penaltyMs = Math.min(MAX_PENALTY_MS, this.#penaltyMs * 2);
  }
}
