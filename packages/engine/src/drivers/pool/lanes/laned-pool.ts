import { type Clock, systemClock } from '../../../util/clock.ts';
import type {
  DatabaseValue,
  DriverPool,
  PoolOptions,
  PoolStatistics,
  ProbeResult,
  RunOptions,
  Statement,
  StatementDescription,
  StatementResult,
} from '../../driver.ts';
import { ConnectionPool } from '../connection-pool.ts';
import type { OpenConnection } from '../driver-connection.ts';
import { LaneCall } from './lane-call.ts';
import type { LaneConnection } from './lane-connection.ts';
import { LANE_OPTIONS, type LaneOptions } from './lane-options.ts';
import { LaneScheduler } from './lane-scheduler.ts';
import { StatementRecord } from './statement-record.ts';

/**
 * A pool for a database whose sessions can carry many statements at once. Reads that are known to be short share lanes;
 * everything else, and what a lane could not finish, runs on a connection of its own as in any other pool. Lanes and
 * connections together never exceed `maxConnections`; a pool of one connection has no lanes.
 */
export class LanedPool implements DriverPool {
  readonly #connections: ConnectionPool<LaneConnection>;
  readonly #lanes: LaneScheduler | undefined;
  readonly #options: LaneOptions;
  readonly #clock: Clock;
  readonly #records = new WeakMap<Statement, StatementRecord>();

  constructor(
    options: PoolOptions,
    openConnection: OpenConnection<LaneConnection>,
    clock: Clock = systemClock,
    laneOptions: LaneOptions = LANE_OPTIONS,
  ) {
    this.#clock = clock;
    this.#options = laneOptions;
    this.#connections = new ConnectionPool(options, openConnection, clock);
    const maxLanes = Math.min(laneOptions.maxLanes, options.maxConnections - 1);
    if (maxLanes > 0) {
      const { connectTimeoutMs } = options;
      const idleTimeoutMs = Math.min(options.idleTimeoutMs, options.validateAfterIdleMs);
      this.#lanes = new LaneScheduler(
        this.#connections,
        { ...laneOptions, maxLanes, connectTimeoutMs, idleTimeoutMs },
        clock,
        (call, endsAtMs) => this.#runAlone(call.statement, call.parameters, toOptions(endsAtMs, call.signal)),
      );
    }
  }

  run(statement: Statement, parameters: readonly DatabaseValue[], options: RunOptions): Promise<StatementResult> {
    const lanes = this.#lanes;
    const record = this.#recordOf(statement);
    const calledAtMs = this.#clock.monotonicMs();
    const isForLanes =
      lanes && record.isShort && lanes.accepts(options.endsAtMs, calledAtMs) && !options.signal?.aborted;
    if (!isForLanes) return this.#runAlone(statement, parameters, options);
    return new Promise((resolve, reject) => {
      lanes.run(new LaneCall(statement, parameters, record, { calledAtMs, options }, { resolve, reject }));
    });
  }

  describe(
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    return this.#makingRoom(this.#connections.describe(statement, parameters, options));
  }

  probe(query: string, options: RunOptions): Promise<ProbeResult> {
    return this.#makingRoom(this.#connections.probe(query, options));
  }

  /** A lane counts as one connection, idle when nothing is under way on it. */
  statistics(): PoolStatistics {
    const { open, idle, waiting, max } = this.#connections.statistics();
    const { idleLanes, waiting: queued } = this.#lanes ?? { idleLanes: 0, waiting: 0 };
    return { open, idle: idle + idleLanes, waiting: waiting + queued, max };
  }

  close(graceMs: number): Promise<void> {
    this.#lanes?.close();
    return this.#connections.close(graceMs);
  }

  #runAlone(statement: Statement, parameters: readonly DatabaseValue[], options: RunOptions): Promise<StatementResult> {
    const calledAtMs = this.#clock.monotonicMs();
    return this.#makingRoom(
      this.#connections.use(options, async (connection) => {
        const sentAtMs = this.#clock.monotonicMs();
        const record = this.#recordOf(statement);
        const result = record.needsTrial(sentAtMs)
          ? await this.#tryOut(connection, record, statement, parameters)
          : await connection.run(statement, parameters);
        return { ...result, queueMs: sentAtMs - calledAtMs, databaseMs: this.#clock.monotonicMs() - sentAtMs };
      }),
    );
  }

  async #tryOut(
    connection: LaneConnection,
    record: StatementRecord,
    statement: Statement,
    parameters: readonly DatabaseValue[],
  ) {
    const startedAtMs = this.#clock.monotonicMs();
    record.trialStarts();
    try {
      const trial = await connection.tryOut(statement, parameters);
      record.trialEnds(this.#clock.monotonicMs(), trial);
      return trial.result;
    } catch (error) {
      const endedAtMs = this.#clock.monotonicMs();
      // It may have failed because its time was up.
      record.trialEnds(endedAtMs, { serverMs: endedAtMs - startedAtMs, leaves: undefined });
      throw error;
    }
  }

  async #makingRoom<T>(work: Promise<T>): Promise<T> {
    this.#lanes?.makeRoom();
    return work;
  }

  #recordOf(statement: Statement): StatementRecord {
    const known = this.#records.get(statement);
    if (known) return known;
    const record = new StatementRecord(statement, this.#options);
    this.#records.set(statement, record);
    return record;
  }
}

function toOptions(endsAtMs: number, signal: AbortSignal | undefined): RunOptions {
  return signal ? { endsAtMs, signal } : { endsAtMs };
}
