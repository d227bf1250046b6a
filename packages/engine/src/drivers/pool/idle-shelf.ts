import type { Clock } from '../../util/clock.ts';
import type { PoolOptions } from '../driver.ts';

/** What lies on the shelf; the shelf writes down since when. */
export interface Idle {
  idleSinceMs: number;
}

export interface ShelfOwner<T> {
  /** Whether more connections are open than must stay open unused. */
  hasSurplus(): boolean;
  /** Takes one off the shelf that was idle for too long. */
  onSurplus(idle: T): void;
}

/**
 * The idle connections of a pool. Used from the end, so that the ones at the start grow old and can be closed.
 *
 * One that is put here is fresh, then long idle (it has to answer before it is handed out), then surplus: closed when
 * more are open than the pool keeps.
 */
export class IdleShelf<T extends Idle> {
  readonly #owner: ShelfOwner<T>;
  readonly #options: Pick<PoolOptions, 'idleTimeoutMs' | 'validateAfterIdleMs'>;
  readonly #clock: Clock;
  readonly #idle: T[] = [];
  #sweepTimer: { cancel(): void } | undefined;

  constructor(owner: ShelfOwner<T>, options: Pick<PoolOptions, 'idleTimeoutMs' | 'validateAfterIdleMs'>, clock: Clock) {
    this.#owner = owner;
    this.#options = options;
    this.#clock = clock;
  }

  get size(): number {
    return this.#idle.length;
  }

  put(idle: T): void {
    idle.idleSinceMs = this.#clock.monotonicMs();
    this.#idle.push(idle);
    this.#scheduleSweep();
  }

  /** The one that was used last. */
  take(): T | undefined {
    return this.#idle.pop();
  }

  takeAll(): T[] {
    return this.#idle.splice(0);
  }

  /** False when it does not lie here. */
  remove(idle: T): boolean {
    const index = this.#idle.indexOf(idle);
    if (index >= 0) this.#idle.splice(index, 1);
    return index >= 0;
  }

  has(idle: T): boolean {
    return this.#idle.includes(idle);
  }

  isLongIdle({ idleSinceMs }: T): boolean {
    return this.#clock.monotonicMs() - idleSinceMs > this.#options.validateAfterIdleMs;
  }

  longIdle(): readonly T[] {
    return this.#idle.filter((idle) => this.isLongIdle(idle));
  }

  /** Sweeps no more. What lies here is its owner's to close. */
  close(): void {
    this.#sweepTimer?.cancel();
  }

  #scheduleSweep(): void {
    const [oldest] = this.#idle;
    if (this.#sweepTimer || !oldest || !this.#owner.hasSurplus()) return;
    const dueInMs = oldest.idleSinceMs + this.#options.idleTimeoutMs - this.#clock.monotonicMs();
    this.#sweepTimer = this.#clock.setTimer(Math.max(1, dueInMs), () => {
      this.#sweepTimer = undefined;
      this.#sweep();
      this.#scheduleSweep();
    });
  }

  #sweep(): void {
    const sinceMs = this.#clock.monotonicMs() - this.#options.idleTimeoutMs;
    for (const idle of [...this.#idle]) {
      if (idle.idleSinceMs > sinceMs || !this.#owner.hasSurplus()) return;
      this.#owner.onSurplus(idle);
    }
  }
}
