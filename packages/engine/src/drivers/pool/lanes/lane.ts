import type { Clock } from '../../../util/clock.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { DriverError } from '../../driver.ts';
import type { ConnectionResult } from '../driver-connection.ts';
import type { Lease } from '../lease.ts';
import type { LaneAnswerer, LaneCall } from './lane-call.ts';
import type { LaneConnection } from './lane-connection.ts';
import type { LaneOptions } from './lane-options.ts';

const MIN_WINDOW = 4;
const MAX_WINDOW = 128;
const FIRST_SERVICE_MS = 0.1;
/** Weight of one run in the average of what a statement takes. */
const SERVICE_WEIGHT = 1 / 32;

/** What a lane needs of the scheduler that fills it. */
export interface LaneOwner {
  /** Runs a call on a connection of its own, in what is left of its time. */
  runElsewhere(call: LaneCall): void;
  /** Runs an answered call once more, for what can be learnt from it. */
  lookInto(call: LaneCall): void;
  /** There is room on the lane. */
  onRoom(): void;
  /** The lane is of no use any more; it holds nothing and takes nothing. */
  onGone(lane: Lane): void;
}

/**
 * One connection with many short reads under way on it. Open, then draining (takes nothing more: its session is not
 * trusted or the pool closes), then gone.
 */
export class Lane implements LaneAnswerer {
  readonly #lease: Lease<LaneConnection>;
  readonly #owner: LaneOwner;
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  /** In the order of sending, which is the order of answers. */
  #underWay: LaneCall[] = [];
  #state: 'open' | 'draining' | 'gone' = 'open';
  #isWantedElsewhere = false;
  #serviceMs = FIRST_SERVICE_MS;
  #lastAnswerMs: number;

  constructor(lease: Lease<LaneConnection>, owner: LaneOwner, options: LaneOptions, clock: Clock) {
    this.#lease = lease;
    this.#owner = owner;
    this.#options = options;
    this.#clock = clock;
    this.#lastAnswerMs = clock.monotonicMs();
  }

  get isIdle(): boolean {
    return this.#underWay.length === 0;
  }

  /** Since when nothing is under way, or the server owes an answer. */
  get quietSinceMs(): number {
    const [head] = this.#underWay;
    return head ? Math.max(head.sentAtMs, this.#lastAnswerMs) : this.#lastAnswerMs;
  }

  /** Its connection is past its lifetime. */
  get isRetired(): boolean {
    return this.#lease.isRetired;
  }

  get underWay(): readonly LaneCall[] {
    return this.#underWay;
  }

  /** As many under way as the last of them can wait for. */
  get window(): number {
    const fitting = Math.floor(this.#options.targetWaitMs / this.#serviceMs);
    return Math.max(MIN_WINDOW, Math.min(MAX_WINDOW, fitting));
  }

  get hasRoom(): boolean {
    return this.#state === 'open' && this.#underWay.length < this.window;
  }

  send(call: LaneCall, nowMs: number): void {
    call.sentOn(this, nowMs);
    this.#underWay.push(call);
    this.#lease.connection.send(call.statement, call.parameters, call);
  }

  onAnswer(call: LaneCall, result: ConnectionResult): void {
    const nowMs = this.#clock.monotonicMs();
    const serviceMs = this.#takeOut(call, nowMs);
    if (serviceMs === undefined) return;
    const answer = { ...result, queueMs: call.sentAtMs - call.calledAtMs, databaseMs: nowMs - call.sentAtMs };
    call.resolve(answer);
    if (call.record.ranOnLane(serviceMs)) this.#owner.lookInto(call);
    if (!this.#lease.connection.isReusable()) {
      call.record.leaveLanes(nowMs);
      this.drain();
    }
    this.#goOn();
  }

  onFailure(call: LaneCall, error: DriverError): void {
    const nowMs = this.#clock.monotonicMs();
    const serviceMs = this.#takeOut(call, nowMs);
    if (serviceMs === undefined) return;
    call.record.ranOnLane(serviceMs);
    // Stopped at the limit of the lane, by an operator, or lost with its connection: a read may be run again.
    if (error.kind !== 'query-timeout' && error.kind !== 'connection-lost') call.reject(error);
    else if (call.isOpen) this.#owner.runElsewhere(call);
    this.#goOn();
  }

  /** Takes nothing more and ends when what is under way is answered. */
  drain(): void {
    if (this.#state === 'open') this.#state = 'draining';
    this.#endIfDrained();
  }

  /** Takes nothing more, and leaves its connection to callers that wait for one of their own. */
  giveBack(): void {
    this.#isWantedElsewhere = true;
    this.drain();
  }

  /** The server does not answer: what is under way is run elsewhere and the connection given up. */
  giveUp(): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#lease.discard();
    this.#abandon((call) => this.#owner.runElsewhere(call));
  }

  /** The connection died or was taken by the end of the pool. */
  lose(isClosing: boolean): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    this.#abandon((call) => {
      if (isClosing) call.reject(new DriverError('closed', 'The pool is closed'));
      else this.#owner.runElsewhere(call);
    });
  }

  #abandon(onCall: (call: LaneCall) => void): void {
    const calls = this.#underWay;
    this.#underWay = [];
    this.#owner.onGone(this);
    for (const call of calls) if (call.isOpen) onCall(call);
  }

  /** How long its neighbours waited for the call; undefined when it is not this lane's any more. */
  #takeOut(call: LaneCall, nowMs: number): number | undefined {
    const index = this.#underWay.indexOf(call);
    if (index < 0) return undefined;
    const serviceMs = nowMs - this.quietSinceMs;
    this.#underWay.splice(index, 1);
    this.#lastAnswerMs = nowMs;
    // One long run must not shut the window for the many short ones behind it.
    this.#serviceMs += (Math.min(serviceMs, this.#options.shortMs) - this.#serviceMs) * SERVICE_WEIGHT;
    return serviceMs;
  }

  #goOn(): void {
    this.#endIfDrained();
    if (this.#state === 'open') this.#owner.onRoom();
  }

  #endIfDrained(): void {
    if (this.#state !== 'draining' || this.#underWay.length > 0) return;
    this.#state = 'gone';
    if (this.#isWantedElsewhere && this.#lease.connection.isReusable()) this.#returnConnection();
    else this.#lease.end();
    this.#owner.onGone(this);
  }

  #returnConnection(): void {
    const limit = { clock: this.#clock, endsAtMs: this.#clock.monotonicMs() + this.#options.stallMs };
    withDeadline(
      this.#lease.connection.leaveLane().then(() => true),
      limit,
      () => false,
    ).then(
      (isBack) => (isBack ? this.#lease.release() : this.#lease.discard()),
      () => this.#lease.discard(),
    );
  }
}
