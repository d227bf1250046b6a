import type { Clock } from '../../util/clock.ts';
import { DriverError, type PoolOptions } from '../driver.ts';
import type { DriverConnection, OpenConnection } from './driver-connection.ts';

/** A spike must not become a storm of logins on the server. */
const MAX_CONCURRENT_OPENINGS = 4;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

interface Opening {
  readonly startedMs: number;
  readonly controller: AbortController;
  readonly timer: { cancel(): void };
}

type OpeningsOptions = Pick<PoolOptions, 'minConnections' | 'maxConnections' | 'connectTimeoutMs'>;

/** Is told what became of an opening. */
export interface OpeningsOwner<C> {
  /** Takes the connection. Returns what is called once if it dies. */
  onOpened(connection: C): () => void;
  onOpeningFailed(startedMs: number, error: DriverError): void;
  /** The pause after a failure is over. */
  onBackoffOver(): void;
}

/**
 * The connections of a pool that are being opened, a few at once.
 *
 * An opening is under way until it succeeds, fails, takes longer than the connect timeout or is given up by `close`; a
 * connection that comes after that is destroyed. A failure holds the openings back: for a moment that doubles with each
 * failure in a row, and that the next success ends.
 */
export class ConnectionOpenings<C extends DriverConnection> {
  readonly #owner: OpeningsOwner<C>;
  readonly #openConnection: OpenConnection<C>;
  readonly #options: OpeningsOptions;
  readonly #clock: Clock;
  readonly #underWay = new Set<Opening>();
  /** False before the first success, and from a failure to the next one. */
  #lastSucceeded = false;
  #failuresInARow = 0;
  #backoffTimer: { cancel(): void } | undefined;

  constructor(owner: OpeningsOwner<C>, openConnection: OpenConnection<C>, options: OpeningsOptions, clock: Clock) {
    this.#owner = owner;
    this.#openConnection = openConnection;
    this.#options = options;
    this.#clock = clock;
  }

  get size(): number {
    return this.#underWay.size;
  }

  /** Whether the database has refused a connection and is left in peace for a moment. */
  get isHeldBack(): boolean {
    return this.#backoffTimer !== undefined;
  }

  /** Opens what waiting callers need, and after the first success what `minConnections` asks for. */
  grow(waiting: number, open: number, discarding: number): void {
    const { minConnections, maxConnections } = this.#options;
    while (this.size < MAX_CONCURRENT_OPENINGS && open + this.size + discarding < maxConnections) {
      const isNeeded = waiting > this.size;
      // None that nobody asked for until one succeeds again: a rotated password must not lock the account.
      const isWanted = this.#lastSucceeded && open + this.size < minConnections;
      // While some connection serves, a database that refuses more ("too many connections") is left in peace; with
      // none, every caller deserves a try and a quick answer.
      const isHeldBack = this.isHeldBack && (open > 0 || !isNeeded);
      if ((!isNeeded && !isWanted) || isHeldBack) return;
      this.#open();
    }
  }

  #open(): void {
    const controller = new AbortController();
    let isBroken = false;
    let whenBroken: (() => void) | undefined;
    const onBroken = () => {
      isBroken = true;
      whenBroken?.();
    };
    const { connectTimeoutMs } = this.#options;
    const startedMs = this.#clock.monotonicMs();
    const timer = this.#clock.setTimer(connectTimeoutMs, () =>
      this.#fail(opening, new DriverError('connect-timeout', 'The database did not accept a connection in time')),
    );
    const opening: Opening = { startedMs, controller, timer };
    this.#underWay.add(opening);
    this.#openConnection({ endsAtMs: startedMs + connectTimeoutMs, signal: controller.signal, onBroken }).then(
      (connection) => {
        if (isBroken) {
          this.#fail(opening, new DriverError('connection-lost', 'The connection broke while it was opened'));
        }
        if (!this.#underWay.delete(opening)) {
          connection.destroy();
          return;
        }
        timer.cancel();
        this.#succeed();
        whenBroken = this.#owner.onOpened(connection);
      },
      (error: unknown) => this.#fail(opening, toDriverError(error)),
    );
  }

  /** Gives up what is under way, and starts nothing by itself any more. */
  close(): void {
    this.#endBackoff();
    for (const opening of this.#underWay) giveUp(opening);
    this.#underWay.clear();
  }

  #succeed(): void {
    this.#lastSucceeded = true;
    this.#failuresInARow = 0;
    this.#endBackoff();
  }

  #fail(opening: Opening, error: DriverError): void {
    if (!this.#underWay.delete(opening)) return;
    giveUp(opening);
    this.#failuresInARow += 1;
    this.#lastSucceeded = false;
    this.#backoffTimer ??= this.#clock.setTimer(
      Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failuresInARow - 1)),
      () => {
        this.#backoffTimer = undefined;
        this.#owner.onBackoffOver();
      },
    );
    this.#owner.onOpeningFailed(opening.startedMs, error);
  }

  #endBackoff(): void {
    this.#backoffTimer?.cancel();
    this.#backoffTimer = undefined;
  }
}

function giveUp({ controller, timer }: Opening): void {
  timer.cancel();
  controller.abort();
}

function toDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  return new DriverError('unknown', 'The connection could not be opened', { cause: error });
}
