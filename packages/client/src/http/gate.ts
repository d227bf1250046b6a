import { DipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import { sleep } from '../util/wait.ts';
import { type Departure, LanePace, type PaceReport, type PaceSource } from './lane-pace.ts';

/** Reads and writes are counted apart: many servers limit the writes alone. */
export type PaceLane = 'read' | 'write';

/** What is known of the server's limit at this moment. */
export interface PaceState {
  /** Requests a second that this client sends at most; null while none is known. */
  readonly limitPerSecond: number | null;
  readonly source: PaceSource;
  /** Requests that wait for their turn. */
  readonly waiting: number;
}

/** The right to send one request; ends with its answer, or with null where none came. */
export interface Permit {
  end(report: PaceReport | null): void;
}

/**
 * The one place that knows the server's pace; every request passes it, first come first served. It is closed until a
 * time that the server named (`closeFor` closes or prolongs, time opens), and when open lets through as the lane's pace
 * allows.
 */
export interface Gate {
  /** Nobody passes for `delayMs` from now; never shortens what was said before. */
  closeFor(delayMs: number): void;
  /** Resolves when no named time is waited for. @throws DEADLINE_EXCEEDED as `pass` */
  whenOpen(deadlineAtMs: number, signal: AbortSignal): Promise<void>;
  /** Resolves on the request's turn. @throws DEADLINE_EXCEEDED at once when it opens only after `deadlineAtMs` (monotonic) */
  pass(lane: PaceLane, deadlineAtMs: number, signal: AbortSignal): Promise<Permit>;
  state(lane: PaceLane): PaceState;
}

export interface GateOptions {
  readonly clock: Clock;
  /** However far off a quota's renewal is said to be, one request is sent after so long. */
  readonly longestWaitMs: number;
}

export function createGate(options: GateOptions): Gate {
  return new PacingGate(options);
}

interface Waiter {
  readonly deadlineAtMs: number;
  readonly resolve: (permit: Permit) => void;
  readonly reject: (reason: unknown) => void;
}

interface Lane {
  readonly pace: LanePace;
  readonly waiters: Set<Waiter>;
  timer: { cancel(): void } | null;
}

class PacingGate implements Gate {
  readonly #clock: Clock;
  readonly #lanes: Readonly<Record<PaceLane, Lane>>;
  #opensAtMs = Number.NEGATIVE_INFINITY;

  constructor({ clock, longestWaitMs }: GateOptions) {
    this.#clock = clock;
    const createLane = (): Lane => ({ pace: new LanePace(longestWaitMs), waiters: new Set(), timer: null });
    this.#lanes = { read: createLane(), write: createLane() };
  }

  closeFor(delayMs: number): void {
    this.#opensAtMs = Math.max(this.#opensAtMs, this.#clock.monotonicMs() + delayMs);
    for (const lane of [this.#lanes.read, this.#lanes.write]) {
      for (const waiter of lane.waiters) {
        if (this.#opensAtMs > waiter.deadlineAtMs) this.#leave(lane, waiter, () => waiter.reject(tooLate()));
      }
    }
  }

  async whenOpen(deadlineAtMs: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    // Looked at again after each wait: a timer may fire a little early, and the gate may have been closed again.
    for (;;) {
      const waitMs = this.#opensAtMs - this.#clock.monotonicMs();
      if (waitMs <= 0) return;
      if (this.#opensAtMs > deadlineAtMs) throw tooLate();
      await sleep(this.#clock, Math.ceil(waitMs), signal);
    }
  }

  async pass(laneName: PaceLane, deadlineAtMs: number, signal: AbortSignal): Promise<Permit> {
    signal.throwIfAborted();
    if (this.#opensAtMs > Math.max(deadlineAtMs, this.#clock.monotonicMs())) throw tooLate();
    const lane = this.#lanes[laneName];
    return new Promise((resolve, reject) => {
      const onAbort = (): void => this.#leave(lane, waiter, () => waiter.reject(signal.reason));
      const settled = (): void => signal.removeEventListener('abort', onAbort);
      const waiter: Waiter = {
        deadlineAtMs,
        resolve(permit) {
          settled();
          resolve(permit);
        },
        reject(reason) {
          settled();
          reject(reason);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      lane.waiters.add(waiter);
      this.#admit(lane);
    });
  }

  state(laneName: PaceLane): PaceState {
    const { pace, waiters } = this.#lanes[laneName];
    return { limitPerSecond: pace.ratePerSecond, source: pace.source, waiting: waiters.size };
  }

  /** Lets through those that may pass now, and sets the timer for the next. */
  #admit(lane: Lane): void {
    lane.timer?.cancel();
    lane.timer = null;
    for (const waiter of lane.waiters) {
      const nowMs = this.#clock.monotonicMs();
      const waitMs = Math.max(this.#opensAtMs - nowMs, lane.pace.waitMs(nowMs));
      if (waitMs > 0) {
        // Without a timer, the answer to something under way lets the next one through.
        if (Number.isFinite(waitMs)) lane.timer = this.#clock.setTimer(Math.ceil(waitMs), () => this.#admit(lane));
        return;
      }
      lane.waiters.delete(waiter);
      waiter.resolve(this.#permit(lane, lane.pace.depart(nowMs)));
    }
  }

  #permit(lane: Lane, departure: Departure): Permit {
    return {
      end: (report) => {
        lane.pace.end(departure, report, this.#clock.monotonicMs());
        this.#admit(lane);
      },
    };
  }

  #leave(lane: Lane, waiter: Waiter, tell: () => void): void {
    lane.waiters.delete(waiter);
    if (lane.waiters.size === 0) {
      lane.timer?.cancel();
      lane.timer = null;
    }
    tell();
  }
}

function tooLate(): DipswitchError {
  return new DipswitchError('DEADLINE_EXCEEDED', 'the server asked for a wait that ends after the deadline');
}
