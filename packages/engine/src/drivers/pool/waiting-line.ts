import type { Clock } from '../../util/clock.ts';
import type { DriverError } from '../driver.ts';
import type { CallLimit } from './call-limit.ts';

interface Waiter<T> {
  readonly sinceMs: number;
  readonly give: (connection: T) => void;
  readonly refuse: (error: DriverError) => void;
}

/**
 * Callers that wait for a connection, in the order they came. Each waits until it is given one, refused, or its limit is
 * reached, and then stands in the line no more.
 */
export class WaitingLine<T> {
  readonly #clock: Clock;
  readonly #toError: (limit: CallLimit) => DriverError;
  readonly #waiters: Waiter<T>[] = [];

  /** @param toError what a caller is told whose limit is reached */
  constructor(clock: Clock, toError: (limit: CallLimit) => DriverError) {
    this.#clock = clock;
    this.#toError = toError;
  }

  get length(): number {
    return this.#waiters.length;
  }

  join(limit: CallLimit): Promise<T> {
    return new Promise((resolve, reject) => {
      let stop = () => {};
      const waiter: Waiter<T> = {
        sinceMs: this.#clock.monotonicMs(),
        give: (connection) => {
          stop();
          resolve(connection);
        },
        refuse: (error) => {
          stop();
          reject(error);
        },
      };
      this.#waiters.push(waiter);
      stop = limit.onReach(() => {
        this.#leave(waiter);
        reject(this.#toError(limit));
      });
    });
  }

  /** Gives the first one a connection; false when there is none. */
  serve(connection: T): boolean {
    const waiter = this.#waiters.shift();
    waiter?.give(connection);
    return waiter !== undefined;
  }

  /** Refuses those who have waited since that moment or longer. */
  refuseSince(moment: number, error: DriverError): void {
    for (const waiter of this.#waiters.filter(({ sinceMs }) => sinceMs <= moment)) {
      this.#leave(waiter);
      waiter.refuse(error);
    }
  }

  refuseAll(error: DriverError): void {
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(error);
  }

  #leave(waiter: Waiter<T>): void {
    this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
  }
}
