import { type Clock, systemClock } from '../../util/clock.ts';
import { DeadlineWatch } from '../../util/deadline-watch.ts';
import { withDeadline } from '../../util/with-deadline.ts';
import {
  type DatabaseValue,
  DriverError,
  type DriverErrorKind,
  type DriverPool,
  type PoolOptions,
  type PoolStatistics,
  type ProbeResult,
  type RunOptions,
  type Statement,
  type StatementDescription,
  type StatementResult,
} from '../driver.ts';
import { CallLimit, LIMIT_REACHED } from './call-limit.ts';
import { answersPing, toLifetimeMs } from './connection-upkeep.ts';
import type { DriverConnection, OpenConnection } from './driver-connection.ts';

/** A spike must not become a storm of logins on the server. */
const MAX_CONCURRENT_OPENINGS = 4;
/** How long a connection that is given up may keep its place while the server is asked to cancel. */
const CANCEL_LIMIT_MS = 1_000;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 5_000;

/** After these the session is not trusted with another statement. */
const DISCARDING: ReadonlySet<DriverErrorKind> = new Set([
  'connection-lost',
  'read-only',
  'protocol',
  'query-timeout',
  'cancelled',
  'closed',
]);

interface Entry<C> {
  readonly connection: C;
  limit: CallLimit | undefined;
  /** Set while the connection is on lease. */
  onLost: (() => void) | undefined;
  idleSinceMs: number;
  /** Past its lifetime: closed as soon as nothing is on it. */
  isRetired: boolean;
  readonly retirement: { cancel(): void };
}

/** A connection that is out of the pool for as long as its holder likes; its place counts all the while. */
export interface Lease<C> {
  readonly connection: C;
  /** Past its lifetime: to be released or ended soon. */
  readonly isRetired: boolean;
  /** Hands the connection to whoever waits for one. */
  release(): void;
  /** Says goodbye to the server; the place is free at once. */
  end(): void;
  /** Gives up on a connection with statements on it, as the pool does itself when a deadline passes. */
  discard(): void;
}

interface Opening {
  readonly startedMs: number;
  readonly controller: AbortController;
  readonly timer: { cancel(): void };
}

interface Waiter<C> {
  readonly sinceMs: number;
  readonly give: (entry: Entry<C>) => void;
  readonly refuse: (error: DriverError) => void;
}

/**
 * The one pool that the four drivers share, so that all behave alike.
 *
 * A place is opening, idle, busy or being discarded; all four count towards the maximum, so the server never sees more
 * sessions than the operator allowed. The pool is open until `close`, then closing, then closed. Callers wait in the
 * order they came. Whatever a database or a network does, a call ends at its `timeoutMs`, and the place that it held
 * is free again at most a second later.
 */
export class ConnectionPool<C extends DriverConnection = DriverConnection> implements DriverPool {
  readonly #options: PoolOptions;
  readonly #openConnection: OpenConnection<C>;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Of the calls under way. */
  readonly #deadlines: DeadlineWatch;

  readonly #entries = new Set<Entry<C>>();
  /** Used from the end, so that the ones at the start grow old and can be closed. */
  readonly #idle: Entry<C>[] = [];
  readonly #waiters: Waiter<C>[] = [];
  readonly #openings = new Set<Opening>();
  #discarding = 0;
  #hasServed = false;
  #failuresInARow = 0;
  #backoffTimer: { cancel(): void } | undefined;
  #sweepTimer: { cancel(): void } | undefined;
  #closing: Promise<void> | undefined;
  #onEmpty: (() => void) | undefined;
  /** Called when the database refused a connection that a caller waits for. */
  onRefused: (() => void) | undefined;

  /** @param random uniform in [0, 1) */
  constructor(
    options: PoolOptions,
    openConnection: OpenConnection<C>,
    clock: Clock = systemClock,
    random: () => number = Math.random,
  ) {
    this.#random = random;
    this.#options = options;
    this.#openConnection = openConnection;
    this.#clock = clock;
    this.#deadlines = new DeadlineWatch(clock);
  }

  async run(statement: Statement, parameters: readonly DatabaseValue[], options: RunOptions): Promise<StatementResult> {
    const calledAt = this.#clock.monotonicMs();
    return this.use(options, async (connection) => {
      const sentAt = this.#clock.monotonicMs();
      const result = await connection.run(statement, parameters);
      return { ...result, queueMs: sentAt - calledAt, databaseMs: this.#clock.monotonicMs() - sentAt };
    });
  }

  describe(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    return this.use(options, (connection) => connection.describe(statement, parameters));
  }

  probe(query: string, options: RunOptions): Promise<ProbeResult> {
    return this.use(options, async (connection) => {
      const startedAt = this.#clock.monotonicMs();
      const state = await connection.probe(query);
      return { latencyMs: this.#clock.monotonicMs() - startedAt, ...state };
    });
  }

  statistics(): PoolStatistics {
    return {
      open: this.#entries.size,
      idle: this.#idle.length,
      waiting: this.#waiters.length,
      max: this.#options.maxConnections,
    };
  }

  /** Whether the database has refused a connection and is left in peace for a moment. */
  get isHeldBack(): boolean {
    return this.#backoffTimer !== undefined;
  }

  close(graceMs: number): Promise<void> {
    this.#closing ??= this.#close(graceMs);
    return this.#closing;
  }

  /** Lends a connection for one piece of work, which the limits of the call end. */
  async use<T>(options: RunOptions, work: (connection: C) => Promise<T>): Promise<T> {
    if (this.#closing) throw poolClosed();
    const limit = new CallLimit(this.#deadlines, options);
    try {
      const entry = await this.#acquire(limit);
      return await this.#useEntry(entry, limit, work);
    } finally {
      limit.dispose();
    }
  }

  /**
   * Lends a connection until its holder ends it. `onLost` is called once if it dies or the pool is closed before; what
   * was under way on it is then lost.
   */
  async lease(options: RunOptions, onLost: () => void): Promise<Lease<C>> {
    if (this.#closing) throw poolClosed();
    const limit = new CallLimit(this.#deadlines, options);
    try {
      const entry = await this.#acquire(limit);
      if (!this.#entries.has(entry)) throw new DriverError('connection-lost', 'The connection broke before its use');
      entry.onLost = onLost;
      return {
        connection: entry.connection,
        get isRetired() {
          return entry.isRetired;
        },
        release: () => {
          entry.onLost = undefined;
          this.#release(entry);
        },
        end: () => {
          entry.onLost = undefined;
          this.#remove(entry, 'end');
        },
        discard: () => {
          entry.onLost = undefined;
          this.#discard(entry);
        },
      };
    } finally {
      limit.dispose();
    }
  }

  async #useEntry<T>(entry: Entry<C>, limit: CallLimit, work: (connection: C) => Promise<T>): Promise<T> {
    entry.limit = limit;
    try {
      const result = await limit.race(work(entry.connection));
      this.#release(entry);
      return result;
    } catch (error) {
      if (error === LIMIT_REACHED) {
        this.#discard(entry);
        throw toLimitError(limit, 'query-timeout', 'The statement did not finish in time');
      }
      if (error instanceof DriverError && !DISCARDING.has(error.kind)) this.#release(entry);
      else this.#remove(entry);
      throw error;
    }
  }

  #acquire(limit: CallLimit): Promise<Entry<C>> {
    if (limit.reason !== undefined) return Promise.reject(toLimitError(limit, 'pool-exhausted', 'No time was left'));
    const idle = this.#idle.pop();
    if (idle === undefined) return this.#wait(limit);
    return this.#isLongIdle(idle) ? this.#acquireIfAlive(idle, limit) : Promise.resolve(idle);
  }

  /**
   * What stands between may have forgotten a silent connection and drop what is sent on it. Then the others that were
   * idle for as long are given up too, and the caller gets another within the same call.
   */
  async #acquireIfAlive(entry: Entry<C>, limit: CallLimit): Promise<Entry<C>> {
    entry.limit = limit;
    try {
      const isAlive = await limit.race(answersPing(entry.connection, this.#clock, limit.endsAtMs));
      if (isAlive && this.#entries.has(entry)) return entry;
    } catch {
      this.#remove(entry);
      throw toLimitError(limit, 'pool-exhausted', 'No time was left');
    }
    this.#remove(entry);
    for (const other of this.#idle.filter((candidate) => this.#isLongIdle(candidate))) this.#remove(other);
    if (this.#closing) throw poolClosed();
    return this.#acquire(limit);
  }

  #isLongIdle({ idleSinceMs }: Entry<C>): boolean {
    return this.#clock.monotonicMs() - idleSinceMs > this.#options.validateAfterIdleMs;
  }

  #wait(limit: CallLimit): Promise<Entry<C>> {
    return new Promise((resolve, reject) => {
      let stop = () => {};
      const waiter: Waiter<C> = {
        sinceMs: this.#clock.monotonicMs(),
        give: (entry) => {
          stop();
          resolve(entry);
        },
        refuse: (error) => {
          stop();
          reject(error);
        },
      };
      this.#waiters.push(waiter);
      stop = limit.onReach(() => {
        this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
        reject(this.#toWaitError(limit));
      });
      this.#grow();
    });
  }

  /** Nothing open and something on its way up: the database keeps us waiting. Else the pool does. */
  #toWaitError(limit: CallLimit): DriverError {
    return this.#entries.size === 0 && this.#openings.size > 0
      ? toLimitError(limit, 'connect-timeout', 'The database did not accept a connection in time')
      : toLimitError(limit, 'pool-exhausted', 'Every connection of the pool was busy');
  }

  #release(entry: Entry<C>): void {
    entry.limit = undefined;
    if (!this.#entries.has(entry)) return;
    if (this.#closing || entry.isRetired || !entry.connection.isReusable()) {
      this.#remove(entry, 'end');
      return;
    }
    this.#offer(entry);
  }

  #offer(entry: Entry<C>): void {
    const waiter = this.#waiters.shift();
    if (waiter) {
      waiter.give(entry);
      return;
    }
    entry.idleSinceMs = this.#clock.monotonicMs();
    this.#idle.push(entry);
    this.#scheduleSweep();
  }

  /** Opens what waiting callers need, and after the first success what `minConnections` asks for. */
  #grow(): void {
    if (this.#closing) return;
    while (this.#openings.size < MAX_CONCURRENT_OPENINGS && this.#hasPlace()) {
      const isNeeded = this.#waiters.length > this.#openings.size;
      const isWanted = this.#hasServed && this.#entries.size + this.#openings.size < this.#options.minConnections;
      // While some connection serves, a database that refuses more ("too many connections") is left in peace; with
      // none, every caller deserves a try and a quick answer.
      const isHeldBack = this.#backoffTimer !== undefined && (this.#entries.size > 0 || !isNeeded);
      if ((!isNeeded && !isWanted) || isHeldBack) return;
      this.#open();
    }
  }

  #hasPlace(): boolean {
    return this.#entries.size + this.#openings.size + this.#discarding < this.#options.maxConnections;
  }

  #open(): void {
    const controller = new AbortController();
    let entry: Entry<C> | undefined;
    let isBroken = false;
    const onBroken = () => {
      isBroken = true;
      if (entry) this.#remove(entry);
    };
    const fail = (error: DriverError) => {
      if (!this.#openings.delete(opening)) return;
      giveUp(opening);
      this.#openingFailed(opening, error);
    };
    const timeoutMs = this.#options.connectTimeoutMs;
    const timer = this.#clock.setTimer(timeoutMs, () =>
      fail(new DriverError('connect-timeout', 'The database did not accept a connection in time')),
    );
    const opening: Opening = { startedMs: this.#clock.monotonicMs(), controller, timer };
    this.#openings.add(opening);
    this.#openConnection({ timeoutMs, signal: controller.signal, onBroken }).then(
      (connection) => {
        if (isBroken) fail(new DriverError('connection-lost', 'The connection broke while it was opened'));
        if (!this.#openings.delete(opening)) {
          connection.destroy();
          return;
        }
        timer.cancel();
        entry = this.#toEntry(connection);
        this.#openingSucceeded(entry);
      },
      (error: unknown) => fail(toDriverError(error)),
    );
  }

  #toEntry(connection: C): Entry<C> {
    const lifetimeMs = toLifetimeMs(this.#options.maxLifetimeMs, this.#random);
    const retirement = this.#clock.setTimer(lifetimeMs, () => {
      entry.isRetired = true;
      if (this.#idle.includes(entry)) this.#remove(entry, 'end');
    });
    const entry: Entry<C> = {
      connection,
      limit: undefined,
      onLost: undefined,
      idleSinceMs: 0,
      isRetired: false,
      retirement,
    };
    return entry;
  }

  #openingSucceeded(entry: Entry<C>): void {
    this.#hasServed = true;
    this.#failuresInARow = 0;
    this.#backoffTimer?.cancel();
    this.#backoffTimer = undefined;
    this.#entries.add(entry);
    this.#offer(entry);
    this.#grow();
  }

  #openingFailed(opening: Opening, error: DriverError): void {
    if (this.#closing) {
      this.#notifyIfEmpty();
      return;
    }
    this.#failuresInARow += 1;
    // No opening that nobody asked for until one succeeds again: a rotated password must not lock the account.
    this.#hasServed = false;
    this.#backoffTimer ??= this.#clock.setTimer(
      Math.min(MAX_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (this.#failuresInARow - 1)),
      () => {
        this.#backoffTimer = undefined;
        this.#grow();
      },
    );
    if (this.#entries.size === 0) this.#tellWaiters(opening, error);
    else if (this.#waiters.length > 0) this.onRefused?.();
    this.#grow();
  }

  /**
   * With nothing open a failed try is the answer of those who were there for most of it. Who came later gets a try of
   * its own: the database may be back. So nobody waits for longer than one and a half connect timeouts.
   */
  #tellWaiters(opening: Opening, error: DriverError): void {
    const middleMs = (opening.startedMs + this.#clock.monotonicMs()) / 2;
    const told = this.#waiters.filter((waiter) => waiter.sinceMs <= middleMs);
    for (const waiter of told) {
      this.#waiters.splice(this.#waiters.indexOf(waiter), 1);
      waiter.refuse(error);
    }
  }

  /** Takes the connection out and drops it; its place is free at once. */
  #remove(entry: Entry<C>, how: 'end' | 'destroy' = 'destroy'): void {
    if (!this.#entries.delete(entry)) return;
    entry.retirement.cancel();
    const index = this.#idle.indexOf(entry);
    if (index >= 0) this.#idle.splice(index, 1);
    entry.connection[how]();
    entry.onLost?.();
    this.#grow();
    this.#notifyIfEmpty();
  }

  /** Gives up on a connection with a statement on it: the server is asked to cancel, within bounds, then it is dropped. */
  #discard(entry: Entry<C>): void {
    if (!this.#entries.delete(entry)) return;
    entry.retirement.cancel();
    this.#discarding += 1;
    // A peer that does not confirm a cancel is frozen or cut off. The idle connections lead to the same peer, and each
    // would cost one caller its deadline, so nobody gets them before it is known.
    const suspects = this.#idle.splice(0);
    const finish = (isConfirmed: boolean) => {
      entry.connection.destroy();
      this.#discarding -= 1;
      for (const suspect of suspects) {
        if (isConfirmed && !this.#isLongIdle(suspect)) this.#release(suspect);
        else this.#remove(suspect);
      }
      this.#grow();
      this.#notifyIfEmpty();
    };
    const limit = { clock: this.#clock, endsAtMs: this.#clock.monotonicMs() + CANCEL_LIMIT_MS };
    withDeadline(entry.connection.cancel(), limit, () => false).then(finish, () => finish(false));
  }

  #scheduleSweep(): void {
    if (this.#sweepTimer || this.#closing) return;
    const oldest = this.#idle[0];
    if (!oldest || this.#entries.size <= this.#options.minConnections) return;
    const dueInMs = oldest.idleSinceMs + this.#options.idleTimeoutMs - this.#clock.monotonicMs();
    this.#sweepTimer = this.#clock.setTimer(Math.max(1, dueInMs), () => {
      this.#sweepTimer = undefined;
      this.#closeIdle();
      this.#scheduleSweep();
    });
  }

  #closeIdle(): void {
    const limit = this.#clock.monotonicMs() - this.#options.idleTimeoutMs;
    for (const entry of [...this.#idle]) {
      if (entry.idleSinceMs > limit || this.#entries.size <= this.#options.minConnections) return;
      this.#remove(entry, 'end');
    }
  }

  async #close(graceMs: number): Promise<void> {
    // `#closing` is set when this returns its promise, and what follows must already see a closed pool.
    await Promise.resolve();
    this.#backoffTimer?.cancel();
    this.#sweepTimer?.cancel();
    for (const waiter of this.#waiters.splice(0)) waiter.refuse(poolClosed());
    for (const opening of this.#openings) giveUp(opening);
    this.#openings.clear();
    for (const entry of [...this.#idle]) this.#remove(entry, 'end');
    if (!this.#isEmpty()) await this.#drain(graceMs);
    this.#deadlines.close();
  }

  /** Resolves when nothing is open any more; statements that run for longer than `graceMs` are broken. */
  #drain(graceMs: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(graceMs, () => {
        for (const entry of [...this.#entries]) {
          if (entry.onLost) this.#discard(entry);
          entry.onLost?.();
          entry.limit?.reach('closed');
        }
      });
      this.#onEmpty = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #isEmpty(): boolean {
    return this.#entries.size + this.#openings.size + this.#discarding === 0;
  }

  #notifyIfEmpty(): void {
    if (this.#isEmpty()) this.#onEmpty?.();
  }
}

function giveUp({ controller, timer }: Opening): void {
  timer.cancel();
  controller.abort();
}

/** For who had no connection yet. */
function poolClosed(): DriverError {
  return new DriverError('closed', 'The pool is closed', { isUnsent: true });
}

function toLimitError(limit: CallLimit, onTimeout: DriverErrorKind, message: string): DriverError {
  if (limit.reason === 'closed') return new DriverError('closed', 'The pool was closed under the statement');
  if (limit.reason === 'aborted') return new DriverError('cancelled', 'The caller gave up');
  return new DriverError(onTimeout, message);
}

function toDriverError(error: unknown): DriverError {
  if (error instanceof DriverError) return error;
  return new DriverError('unknown', 'The connection could not be opened', { cause: error });
}
