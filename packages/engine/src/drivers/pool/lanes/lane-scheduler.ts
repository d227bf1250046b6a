import type { Clock } from '../../../util/clock.ts';
import { SoonestTimer } from '../../../util/soonest-timer.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { DriverError, type StatementResult } from '../../driver.ts';
import type { ConnectionPool } from '../connection-pool.ts';
import type { Lease } from '../lease.ts';
import { Lane, type LaneOwner } from './lane.ts';
import type { LaneCall } from './lane-call.ts';
import type { LaneConnection } from './lane-connection.ts';
import type { LaneOptions } from './lane-options.ts';

/** With so many calls waiting for room on a lane, further ones look elsewhere. */
const LONG_QUEUE = 128;
/** An idle lane leaves its place to callers that wait for a connection of their own. */
const YIELD_AFTER_MS = 1_000;
/** How long no lane is tried again when none was available, and where sessions cannot carry them. */
const FAILURE_PAUSE_MS = 1_000;
const INCAPABLE_PAUSE_MS = 60_000;
/** A timer this late says that this process stood still; answers may lie unread in the sockets. */
const LATE_MS = 50;

export interface SchedulerOptions extends LaneOptions {
  readonly connectTimeoutMs: number;
  /** A lane idle for longer returns its connection to the pool, which watches over those that are idle. */
  readonly idleTimeoutMs: number;
}

/**
 * Fills lanes one by one: a call goes to the first that has room, a further lane is opened only when none has, and what
 * no lane can take soon is run on a connection of its own. A lane is a connection on lease from the pool.
 */
export class LaneScheduler implements LaneOwner {
  readonly #connections: ConnectionPool<LaneConnection>;
  readonly #runAlone: (call: LaneCall, endsAtMs: number) => Promise<StatementResult>;
  readonly #options: SchedulerOptions;
  readonly #clock: Clock;
  readonly #timer: SoonestTimer;
  readonly #lanes: Lane[] = [];
  #queue: LaneCall[] = [];
  #openingSinceMs: number | undefined;
  #pausedUntilMs = 0;
  #isClosing = false;

  constructor(
    connections: ConnectionPool<LaneConnection>,
    options: SchedulerOptions,
    clock: Clock,
    runAlone: (call: LaneCall, endsAtMs: number) => Promise<StatementResult>,
  ) {
    this.#connections = connections;
    this.#options = options;
    this.#clock = clock;
    this.#runAlone = runAlone;
    connections.onRefused = () => this.makeRoom();
    this.#timer = new SoonestTimer(clock, (nowMs, lateMs) => this.#onTimer(nowMs, lateMs));
  }

  /** False: a call with so much time left is better off on a connection of its own, where it can be cancelled. */
  accepts(endsAtMs: number, nowMs: number): boolean {
    return !this.#isClosing && nowMs >= this.#pausedUntilMs && endsAtMs - nowMs > 2 * this.#options.limitMs;
  }

  get idleLanes(): number {
    return this.#lanes.filter((lane) => lane.isIdle).length;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** The call is answered by its deadline at the latest. */
  run(call: LaneCall): void {
    const nowMs = call.calledAtMs;
    this.#timer.need(Math.min(call.deadlineMs, nowMs + this.#options.stallMs));
    for (const lane of this.#lanes) {
      if (lane.hasRoom) {
        lane.send(call, nowMs);
        return;
      }
    }
    this.#open(nowMs);
    if (this.#isQueueBest()) this.#queue.push(call);
    else this.runElsewhere(call);
  }

  runElsewhere(call: LaneCall): void {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs < call.deadlineMs) call.follow(this.#runAlone(call, call.deadlineMs), nowMs);
    else call.reject(outOfTime());
  }

  lookInto(call: LaneCall): void {
    if (this.#isClosing) return;
    this.#runAlone(call, this.#clock.monotonicMs() + this.#options.stallMs).catch(() => {});
  }

  onRoom(): void {
    while (this.#queue.length > 0) {
      const lane = this.#lanes.find((candidate) => candidate.hasRoom);
      if (!lane) return;
      const call = this.#queue.shift();
      if (call?.isOpen) lane.send(call, this.#clock.monotonicMs());
    }
  }

  onGone(lane: Lane): void {
    const index = this.#lanes.indexOf(lane);
    if (index >= 0) this.#lanes.splice(index, 1);
    if (this.#lanes.length === 0 && this.#openingSinceMs === undefined) this.#flushElsewhere();
  }

  /**
   * Callers wait for connections of their own: a lane that nobody needs makes room, and where the database gives no
   * more connections and lanes have all that there are, so does one in use.
   */
  makeRoom(): void {
    const { waiting, open } = this.#connections.statistics();
    if (waiting === 0) return;
    const sinceMs = this.#clock.monotonicMs() - YIELD_AFTER_MS;
    const hasAll = this.#connections.isHeldBack && open <= this.#lanes.length;
    this.#lanes.find((lane) => hasAll || (lane.isIdle && lane.quietSinceMs <= sinceMs))?.giveBack();
  }

  /** Takes nothing more; lanes end when what is on them is answered. */
  close(): void {
    this.#isClosing = true;
    for (const call of this.#queue.splice(0)) {
      call.reject(new DriverError('closed', 'The pool is closed', { isUnsent: true }));
    }
    for (const lane of [...this.#lanes]) lane.drain();
  }

  /** A long queue is left for other connections, but not for a queue there: that one moves more slowly. */
  #isQueueBest(): boolean {
    const isServed = this.#lanes.length > 0 || this.#openingSinceMs !== undefined;
    return isServed && (this.#queue.length < LONG_QUEUE || this.#connections.statistics().waiting > 0);
  }

  #open(nowMs: number): void {
    const isFull = this.#lanes.length >= this.#options.maxLanes || this.#openingSinceMs !== undefined;
    if (isFull || this.#isClosing || nowMs < this.#pausedUntilMs) return;
    this.#openingSinceMs = nowMs;
    let lane: Lane | undefined;
    let isLost = false;
    const onLost = () => {
      isLost = true;
      lane?.lose(this.#isClosing);
    };
    this.#lease(onLost).then(
      (lease) => {
        this.#openingSinceMs = undefined;
        if (lease && !isLost) {
          lane = new Lane(lease, this, this.#options, this.#clock);
          this.#lanes.push(lane);
          if (this.#isClosing) lane.drain();
          this.#timer.need(this.#clock.monotonicMs() + this.#options.stallMs);
          this.onRoom();
          this.makeRoom();
        } else this.#openingFailed(INCAPABLE_PAUSE_MS);
      },
      () => {
        this.#openingSinceMs = undefined;
        this.#openingFailed(FAILURE_PAUSE_MS);
      },
    );
  }

  /** A connection made a lane; undefined when the sessions of this pool cannot be lanes. */
  async #lease(onLost: () => void): Promise<Lease<LaneConnection> | undefined> {
    const endsAtMs = this.#clock.monotonicMs() + this.#options.connectTimeoutMs;
    const lease = await this.#connections.lease({ endsAtMs }, onLost);
    if (!lease.connection.canPipeline) {
      lease.end();
      return undefined;
    }
    const limit = { clock: this.#clock, endsAtMs: this.#clock.monotonicMs() + this.#options.stallMs };
    try {
      await withDeadline(lease.connection.enterLane(this.#options.limitMs), limit, () => {
        throw new DriverError('query-timeout', 'The session did not become a lane in time');
      });
      return lease;
    } catch (error) {
      lease.discard();
      throw error;
    }
  }

  #openingFailed(pauseMs: number): void {
    this.#pausedUntilMs = this.#clock.monotonicMs() + pauseMs;
    // What waits for a lane that is there goes on waiting for it.
    if (this.#lanes.length === 0) this.#flushElsewhere();
  }

  #flushElsewhere(): void {
    for (const call of this.#queue.splice(0)) if (call.isOpen) this.runElsewhere(call);
  }

  #onTimer(nowMs: number, lateMs: number): number {
    if (lateMs <= LATE_MS) this.#findStalls(nowMs);
    for (const call of this.#queue) if (call.deadlineMs <= nowMs) call.reject(outOfTime());
    this.#queue = this.#queue.filter((call) => call.isOpen);
    for (const lane of this.#lanes) {
      for (const call of lane.underWay) if (call.deadlineMs <= nowMs) call.reject(lateAnswer());
    }
    return this.#findNextMoment(nowMs);
  }

  #findStalls(nowMs: number): void {
    const sinceMs = nowMs - this.#options.stallMs;
    for (const lane of [...this.#lanes]) {
      if (!lane.isIdle && lane.quietSinceMs <= sinceMs) lane.giveUp();
      else if (lane.isRetired) lane.drain();
      else if (lane.isIdle && lane.quietSinceMs <= nowMs - this.#options.idleTimeoutMs) lane.giveBack();
    }
    if (this.#openingSinceMs !== undefined && this.#openingSinceMs <= sinceMs && this.#lanes.length === 0) {
      this.#flushElsewhere();
    }
  }

  #findNextMoment(nowMs: number): number {
    let nextMs = Number.POSITIVE_INFINITY;
    for (const call of this.#queue) nextMs = Math.min(nextMs, call.deadlineMs, nowMs + this.#options.stallMs);
    for (const lane of this.#lanes) {
      const limitMs = lane.isIdle ? this.#options.idleTimeoutMs : this.#options.stallMs;
      nextMs = Math.min(nextMs, Math.max(nowMs + 1, lane.quietSinceMs + limitMs));
      for (const call of lane.underWay) if (call.isOpen) nextMs = Math.min(nextMs, call.deadlineMs);
    }
    return nextMs;
  }
}

function outOfTime(): DriverError {
  return new DriverError('pool-exhausted', 'No connection had time for the statement');
}

function lateAnswer(): DriverError {
  return new DriverError('query-timeout', 'The statement did not finish in time');
}
