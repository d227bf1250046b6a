import { type Clock, systemClock } from '../../util/clock.ts';
import { DeadlineWatch } from '../../util/deadline-watch.ts';
import {
  type DatabaseValue,
  DriverError,
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
import { ConnectionOpenings } from './connection-openings.ts';
import { answersPing, toLifetimeMs } from './connection-upkeep.ts';
import type { DriverConnection, OpenConnection } from './driver-connection.ts';
import { IdleShelf } from './idle-shelf.ts';
import type { Lease } from './lease.ts';
import { isTrustedAfter, PooledConnection } from './pooled-connection.ts';
import { WaitingLine } from './waiting-line.ts';

/**
 * The one pool that the four drivers share, so that all behave alike.
 *
 * A place is opening, idle, busy or being discarded; all four count toward the maximum, so the server never sees more
 * sessions than the operator allowed. The pool is open until `close`, then closing, then closed. Callers wait in the
 * order they came. Whatever a database or a network does, a call ends at its deadline, and the place that it held
 * is free again at most a second later.
 */
export class ConnectionPool<C extends DriverConnection = DriverConnection> implements DriverPool {
  readonly #options: PoolOptions;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Of the calls under way. */
  readonly #deadlines: DeadlineWatch;

  readonly #entries = new Set<PooledConnection<C>>();
  readonly #idle: IdleShelf<PooledConnection<C>>;
  readonly #line: WaitingLine<PooledConnection<C>>;
  readonly #openings: ConnectionOpenings<C>;
  #discarding = 0;
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
    this.#clock = clock;
    this.#deadlines = new DeadlineWatch(clock);
    this.#line = new WaitingLine(clock, (limit) => this.#toWaitError(limit));
    this.#idle = new IdleShelf(
      {
        hasSurplus: () => this.#entries.size > options.minConnections,
        onSurplus: (entry) => this.#remove(entry, 'end'),
      },
      options,
      clock,
    );
    this.#openings = new ConnectionOpenings(
      {
        onOpened: (connection) => this.#admit(connection),
        onOpeningFailed: (startedMs, error) => this.#openingFailed(startedMs, error),
        onBackoffOver: () => this.#grow(),
      },
      openConnection,
      options,
      clock,
    );
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
      idle: this.#idle.size,
      waiting: this.#line.length,
      max: this.#options.maxConnections,
    };
  }

  /** Whether the database has refused a connection and is left in peace for a moment. */
  get isHeldBack(): boolean {
    return this.#openings.isHeldBack;
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
      const settle = (how: () => void) => () => {
        entry.onLost = undefined;
        how();
      };
      return {
        connection: entry.connection,
        get isRetired() {
          return entry.isRetired;
        },
        release: settle(() => this.#release(entry)),
        end: settle(() => this.#remove(entry, 'end')),
        discard: settle(() => this.#discard(entry)),
      };
    } finally {
      limit.dispose();
    }
  }

  async #useEntry<T>(entry: PooledConnection<C>, limit: CallLimit, work: (connection: C) => Promise<T>): Promise<T> {
    entry.limit = limit;
    try {
      const result = await limit.race(work(entry.connection));
      this.#release(entry);
      return result;
    } catch (error) {
      if (error === LIMIT_REACHED) {
        void this.#discard(entry);
        throw limit.toError('query-timeout', 'The statement did not finish in time');
      }
      if (isTrustedAfter(error)) this.#release(entry);
      else this.#remove(entry);
      throw error;
    }
  }

  #acquire(limit: CallLimit): Promise<PooledConnection<C>> {
    if (limit.reason !== undefined) return Promise.reject(limit.toError('pool-exhausted', 'No time was left'));
    const idle = this.#idle.take();
    if (idle === undefined) return this.#wait(limit);
    return this.#idle.isLongIdle(idle) ? this.#acquireIfAlive(idle, limit) : Promise.resolve(idle);
  }

  /**
   * What stands between may have forgotten a silent connection and drop what is sent on it. Then the others that were
   * idle for as long are given up too, and the caller gets another within the same call.
   */
  async #acquireIfAlive(entry: PooledConnection<C>, limit: CallLimit): Promise<PooledConnection<C>> {
    entry.limit = limit;
    try {
      const isAlive = await limit.race(answersPing(entry.connection, this.#clock, limit.endsAtMs));
      if (isAlive && this.#entries.has(entry)) return entry;
    } catch {
      this.#remove(entry);
      throw limit.toError('pool-exhausted', 'No time was left');
    }
    this.#remove(entry);
    for (const other of this.#idle.longIdle()) this.#remove(other);
    if (this.#closing) throw poolClosed();
    return this.#acquire(limit);
  }

  #wait(limit: CallLimit): Promise<PooledConnection<C>> {
    const entry = this.#line.join(limit);
    this.#grow();
    return entry;
  }

  /** Nothing open and something on its way up: the database keeps us waiting. Else the pool does. */
  #toWaitError(limit: CallLimit): DriverError {
    return this.#entries.size === 0 && this.#openings.size > 0
      ? limit.toError('connect-timeout', 'The database did not accept a connection in time')
      : limit.toError('pool-exhausted', 'Every connection of the pool was busy');
  }

  #release(entry: PooledConnection<C>): void {
    entry.limit = undefined;
    if (!this.#entries.has(entry)) return;
    if (this.#closing || !entry.isReusable()) {
      this.#remove(entry, 'end');
      return;
    }
    this.#offer(entry);
  }

  #offer(entry: PooledConnection<C>): void {
    if (!this.#line.serve(entry)) this.#idle.put(entry);
  }

  #grow(): void {
    if (!this.#closing) this.#openings.grow(this.#line.length, this.#entries.size, this.#discarding);
  }

  #admit(connection: C): () => void {
    const lifetimeMs = toLifetimeMs(this.#options.maxLifetimeMs, this.#random);
    const entry = new PooledConnection(connection, this.#clock, lifetimeMs, (retired) => {
      if (this.#idle.has(retired)) this.#remove(retired, 'end');
    });
    this.#entries.add(entry);
    this.#offer(entry);
    this.#grow();
    return () => this.#remove(entry);
  }

  /**
   * With nothing open a failed try is the answer to callers that were there for most of it. Callers that came later get
   * a try of their own: the database may be back. So nobody waits for longer than one and a half connect timeouts.
   */
  #openingFailed(startedMs: number, error: DriverError): void {
    if (this.#closing) {
      this.#notifyIfEmpty();
      return;
    }
    if (this.#entries.size === 0) this.#line.refuseSince((startedMs + this.#clock.monotonicMs()) / 2, error);
    else if (this.#line.length > 0) this.onRefused?.();
    this.#grow();
  }

  /** Takes the connection out and drops it; its place is free at once. */
  #remove(entry: PooledConnection<C>, how: 'end' | 'destroy' = 'destroy'): void {
    if (!this.#entries.delete(entry)) return;
    this.#idle.remove(entry);
    entry[how]();
    entry.onLost?.();
    this.#grow();
    this.#notifyIfEmpty();
  }

  /** Gives up on a connection with a statement on it. Its place is free when the server has confirmed or is too late. */
  async #discard(entry: PooledConnection<C>): Promise<void> {
    if (!this.#entries.delete(entry)) return;
    this.#discarding += 1;
    // A peer that does not confirm a cancel is frozen or cut off. The idle connections lead to the same peer, and each
    // would cost one caller its deadline, so nobody gets them before it is known.
    const suspects = this.#idle.takeAll();
    const isConfirmed = await entry.giveUp();
    this.#discarding -= 1;
    for (const suspect of suspects) {
      if (isConfirmed && !this.#idle.isLongIdle(suspect)) this.#release(suspect);
      else this.#remove(suspect);
    }
    this.#grow();
    this.#notifyIfEmpty();
  }

  async #close(graceMs: number): Promise<void> {
    // `#closing` is set when this returns its promise, and what follows must already see a closed pool.
    await Promise.resolve();
    this.#idle.close();
    this.#line.refuseAll(poolClosed());
    this.#openings.close();
    for (const entry of this.#idle.takeAll()) this.#remove(entry, 'end');
    if (!this.#isEmpty()) await this.#drain(graceMs);
    this.#deadlines.finish();
  }

  /** Resolves when nothing is open any more; statements that run for longer than `graceMs` are broken. */
  #drain(graceMs: number): Promise<void> {
    return new Promise<void>((resolve) => {
      const timer = this.#clock.setTimer(graceMs, () => {
        for (const entry of [...this.#entries]) {
          if (entry.onLost) void this.#discard(entry);
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

/** For callers that had no connection yet. */
function poolClosed(): DriverError {
  return new DriverError('closed', 'The pool is closed', { isUnsent: true });
}
