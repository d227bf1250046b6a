import type { Clock } from '../../../util/clock.ts';

export interface OpeningGateOptions {
  readonly clock: Clock;
  /** Openings that may be in their busy phase at once. Default 16. */
  readonly slots?: number;
  /** An opening that took this long waits for its peer and no longer needs a slot. Default 250 ms. */
  readonly slotHoldMs?: number;
  /** Repeated openings in flight at most, waiting for their peer or not. Default 128. */
  readonly retriesInFlight?: number;
}

/** `retry`: the last opening of this connector failed. Everything else is `first`. */
export type OpeningPriority = 'first' | 'retry';

export interface OpeningLease {
  /** Idempotent. */
  release(): void;
}

/**
 * Bounds how many connections all runtimes open at once, without letting dead databases take the places of living
 * ones. What costs the engine is the busy phase (name, dial, TLS, login: milliseconds); waiting for a silent peer
 * costs nothing and may last for minutes. So a place is returned when the opening settles or when its busy phase
 * must be over, whichever is first; and connectors that failed before share half of the places, and only so many of
 * their openings are in flight. However many databases are silent, one that answers waits a few hold times at most.
 */
export class OpeningGate {
  readonly #clock: Clock;
  readonly #slots: number;
  readonly #slotHoldMs: number;
  readonly #retriesInFlightMax: number;
  readonly #waiting: Readonly<Record<OpeningPriority, Set<() => void>>> = { first: new Set(), retry: new Set() };
  readonly #busy: Record<OpeningPriority, number> = { first: 0, retry: 0 };
  #retriesInFlight = 0;

  constructor(options: OpeningGateOptions) {
    this.#clock = options.clock;
    this.#slots = options.slots ?? 16;
    this.#slotHoldMs = options.slotHoldMs ?? 250;
    this.#retriesInFlightMax = options.retriesInFlight ?? 128;
  }

  /** Waits for a place. Rejects with the reason of the signal when that comes first. */
  enter(priority: OpeningPriority, signal: AbortSignal): Promise<OpeningLease> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const admit = (): void => {
        signal.removeEventListener('abort', leave);
        resolve(this.#occupy(priority));
      };
      const leave = (): void => {
        this.#waiting[priority].delete(admit);
        reject(signal.reason);
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting[priority].add(admit);
      this.#admit();
    });
  }

  #admit(): void {
    for (const priority of ['first', 'retry'] as const) {
      for (const admit of this.#waiting[priority]) {
        if (!this.#hasPlace(priority)) break;
        this.#waiting[priority].delete(admit);
        admit();
      }
    }
  }

  #hasPlace(priority: OpeningPriority): boolean {
    if (this.#busy.first + this.#busy.retry >= this.#slots) return false;
    if (priority === 'first') return true;
    return this.#busy.retry < this.#slots / 2 && this.#retriesInFlight < this.#retriesInFlightMax;
  }

  #occupy(priority: OpeningPriority): OpeningLease {
    this.#busy[priority] += 1;
    if (priority === 'retry') this.#retriesInFlight += 1;
    let isBusy = true;
    let isReleased = false;
    const leaveSlot = (): void => {
      if (!isBusy) return;
      isBusy = false;
      this.#busy[priority] -= 1;
      this.#admit();
    };
    const timer = this.#clock.setTimer(this.#slotHoldMs, leaveSlot);
    return {
      release: () => {
        if (isReleased) return;
        isReleased = true;
        timer.cancel();
        if (priority === 'retry') this.#retriesInFlight -= 1;
        leaveSlot();
        this.#admit();
      },
    };
  }
}
