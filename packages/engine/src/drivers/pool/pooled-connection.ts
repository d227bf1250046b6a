import type { Clock } from '../../util/clock.ts';
import { withDeadline } from '../../util/with-deadline.ts';
import { DriverError, type DriverErrorKind } from '../driver.ts';
import type { CallLimit } from './call-limit.ts';
import type { DriverConnection } from './driver-connection.ts';
import type { Idle } from './idle-shelf.ts';

/** How long a connection that is given up may keep its place while the server is asked to cancel. */
const CANCEL_LIMIT_MS = 1_000;

/** After these the session is not trusted with another statement. */
const DISCARDING: ReadonlySet<DriverErrorKind> = new Set([
  'connection-lost',
  'read-only',
  'protocol',
  'query-timeout',
  'cancelled',
  'closed',
]);

/**
 * A connection of a pool, with what the pool knows of it: idle, busy with a call (`limit` is set) or on lease (`onLost`
 * is set), until it leaves the pool by `end`, `destroy` or `giveUp`. Past its lifetime it is retired, whatever it does.
 */
export class PooledConnection<C extends DriverConnection> implements Idle {
  readonly connection: C;
  limit: CallLimit | undefined;
  onLost: (() => void) | undefined;
  idleSinceMs = 0;
  readonly #clock: Clock;
  readonly #retirement: { cancel(): void };
  #isRetired = false;

  constructor(connection: C, clock: Clock, lifetimeMs: number, onRetired: (retired: PooledConnection<C>) => void) {
    this.connection = connection;
    this.#clock = clock;
    this.#retirement = clock.setTimer(lifetimeMs, () => {
      this.#isRetired = true;
      onRetired(this);
    });
  }

  /** Past its lifetime: closed as soon as nothing is on it. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  isReusable(): boolean {
    return !this.#isRetired && this.connection.isReusable();
  }

  /** Says goodbye to the server. */
  end(): void {
    this.#retirement.cancel();
    this.connection.end();
  }

  destroy(): void {
    this.#retirement.cancel();
    this.connection.destroy();
  }

  /** Asks the server to cancel what runs, within bounds, then drops the connection. Says whether the server confirmed. */
  async giveUp(): Promise<boolean> {
    this.#retirement.cancel();
    const deadline = { clock: this.#clock, endsAtMs: this.#clock.monotonicMs() + CANCEL_LIMIT_MS };
    try {
      return await withDeadline(this.connection.cancel(), deadline, () => false);
    } catch {
      return false;
    } finally {
      this.connection.destroy();
    }
  }
}

/** Whether a connection may serve another call after one that failed like this. */
export function isTrustedAfter(error: unknown): boolean {
  return error instanceof DriverError && !DISCARDING.has(error.kind);
}
