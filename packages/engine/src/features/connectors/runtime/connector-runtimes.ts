import type { HealthStatus, ValidationPolicy } from '@dipswitch/contract';
import type {
  DatabaseValue,
  RunOptions,
  Statement,
  StatementDescription,
  StatementResult,
} from '../../../drivers/driver.ts';
import type { Logger } from '../../../util/logger.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { firstDelayMs, HealthScheduler } from '../../health/health-scheduler.ts';
import type { HealthService } from '../../health/health-service.ts';
import type { Connector, ConnectorHead } from '../stored/connector.ts';
import type { ConnectorStore } from '../stored/connector-store.ts';
import { ConnectorRuntime } from './connector-runtime.ts';
import { OpeningGate } from './opening-gate.ts';
import { healthIntervalMs, type PoolOpeningOptions } from './pool-opening.ts';
import { DEFAULT_TIMES, type RuntimeContext, type RuntimeSnapshot, type RuntimeTimes } from './runtime-context.ts';
import { RuntimeUnavailableError } from './runtime-unavailable-error.ts';
import { StoredSweep } from './stored-sweep.ts';

export interface ConnectorRuntimesOptions extends PoolOpeningOptions {
  readonly store: Pick<ConnectorStore, 'find' | 'head' | 'findMany' | 'listHeads'>;
  readonly health: Pick<HealthService, 'observe' | 'forget' | 'getMany'>;
  readonly policy: Partial<ValidationPolicy>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly publishRotation: (connector: Connector) => Promise<void>;
  /** Whether a published data action writes through a connector. Default: none does. */
  readonly needsWrites?: (connectorId: string) => Promise<boolean>;
  readonly times?: Partial<RuntimeTimes>;
  /** Default: 16 openings at once. */
  readonly gate?: OpeningGate;
}

const PAGE_SIZE = 500;
const CLOSE_GRACE_MS = 5_000;
const NOTHING = { state: 'idle', servingRevision: null, driver: null, pool: null } as const;

/**
 * The runtimes of all connectors in this engine. One is made when it is first needed: a health check is due, a caller
 * uses it, or it changed. A connector that nobody uses and whose health check is off costs nothing. The last
 * configuration that worked is kept for as long as the engine runs: after a restart only the stored one is known.
 */
export class ConnectorRuntimes {
  readonly #options: ConnectorRuntimesOptions;
  readonly #context: RuntimeContext;
  readonly #scheduler: HealthScheduler;
  readonly #sweep: StoredSweep;
  readonly #runtimes = new Map<string, ConnectorRuntime>();
  /** Deleted ones whose pool still drains. */
  readonly #leaving = new Set<ConnectorRuntime>();
  #isClosed = false;

  constructor(options: ConnectorRuntimesOptions) {
    this.#options = options;
    const { clock, random } = options;
    const gate = options.gate ?? new OpeningGate({ clock });
    const needsWrites = options.needsWrites ?? (async () => false);
    this.#context = { ...options, gate, needsWrites, times: { ...DEFAULT_TIMES, ...options.times } };
    this.#sweep = new StoredSweep({
      ...options,
      pauseMs: this.#context.times.sweepMs,
      onChanged: (heads) => this.#follow(heads),
      onGone: (id) => this.#runtimes.get(id)?.reconcile(),
    });
    this.#scheduler = new HealthScheduler({ clock, random, onDue: (id) => this.#runtime(id).wake() });
  }

  /**
   * Plans the first health checks of everything stored, and from then on looks now and then for what other engines
   * stored. Until then nothing runs on its own.
   */
  start(): Promise<void> {
    return this.#sweep.start();
  }

  /** Brings the runtime in line with what is stored, whatever that is. Returns at once, never throws. */
  reconcile(connectorId: string): void {
    if (!this.#isClosed) this.#runtime(connectorId).reconcile();
  }

  /** Checks now; resolves when the result is recorded, or after `waitMs` while the check goes on. */
  async checkNow(connectorId: string, waitMs: number): Promise<void> {
    if (this.#isClosed) return;
    const { clock } = this.#options;
    // The check goes on; only its caller gives up.
    const deadline = { clock, endsAtMs: clock.monotonicMs() + waitMs };
    await withDeadline(this.#runtime(connectorId).check(), deadline, () => undefined);
  }

  /**
   * Runs one statement on the pool of the connector.
   * @throws RuntimeUnavailableError at once when it does not serve
   * @throws DriverError when the statement fails
   */
  async run(
    connectorId: string,
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementResult> {
    if (this.#isClosed) throw new RuntimeUnavailableError('gone');
    return this.#runtime(connectorId).statements.run(statement, parameters, options);
  }

  /** Has the database of the connector parse a statement; raises as `run`. */
  async describe(
    connectorId: string,
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    if (this.#isClosed) throw new RuntimeUnavailableError('gone');
    return this.#runtime(connectorId).statements.describe(statement, parameters, options);
  }

  snapshot(connectorId: string): RuntimeSnapshot {
    const known = this.#runtimes.get(connectorId)?.snapshot();
    return known ?? { ...NOTHING, nextCheckInMs: this.#scheduler.dueInMs(connectorId) ?? null };
  }

  /** How many runtimes are in which state, for metrics. */
  states(): ReadonlyMap<RuntimeSnapshot['state'], number> {
    const counts = new Map<RuntimeSnapshot['state'], number>();
    for (const { state } of this.#runtimes.values()) counts.set(state, (counts.get(state) ?? 0) + 1);
    return counts;
  }

  /** Stops all checks and drains all pools. */
  async close(graceMs: number = CLOSE_GRACE_MS): Promise<void> {
    this.#isClosed = true;
    this.#sweep.close();
    this.#scheduler.close();
    const all = [...this.#runtimes.values(), ...this.#leaving];
    await Promise.all(all.map((runtime) => runtime.close(graceMs)));
    this.#runtimes.clear();
    this.#leaving.clear();
  }

  /** What the sweep found: a runtime looks again; what has none is planned, if it is to be looked after at all. */
  async #follow(heads: ReadonlyMap<string, ConnectorHead>): Promise<void> {
    const unknown: string[] = [];
    for (const [id, head] of heads) {
      const runtime = this.#runtimes.get(id);
      if (runtime === undefined) unknown.push(id);
      else if (!runtime.hasSeen(head)) runtime.reconcile();
    }
    const planned: Array<{ id: string; intervalMs: number }> = [];
    for (let start = 0; start < unknown.length && !this.#isClosed; start += PAGE_SIZE) {
      const page = unknown.slice(start, start + PAGE_SIZE);
      const health = await this.#options.health.getMany(page);
      for (const connector of await this.#options.store.findMany(page)) {
        const status = health.get(connector.id)?.status ?? 'PENDING';
        if (!isToBePlanned(connector, status)) continue;
        planned.push({ id: connector.id, intervalMs: healthIntervalMs(connector.body) ?? 0 });
      }
    }
    for (const { id, intervalMs } of planned) {
      this.#scheduler.expedite(id, firstDelayMs(planned.length, intervalMs, this.#options.random));
    }
  }

  #runtime(id: string): ConnectorRuntime {
    const known = this.#runtimes.get(id);
    if (known !== undefined) return known;
    const runtime = new ConnectorRuntime(id, this.#context, (stepped) => this.#afterStep(stepped));
    this.#runtimes.set(id, runtime);
    return runtime;
  }

  #afterStep(runtime: ConnectorRuntime): void {
    const { id, state, nextDelayMs } = runtime;
    if (state === 'gone' || state === 'draining') {
      this.#scheduler.cancel(id);
      // A connector made again under the same id gets a runtime of its own while the old pool drains.
      if (this.#runtimes.get(id) !== runtime || this.#isClosed) return;
      this.#runtimes.delete(id);
      this.#leaving.add(runtime);
      void runtime.drained().then(() => this.#leaving.delete(runtime));
    } else if (nextDelayMs === null) {
      this.#scheduler.cancel(id);
    } else {
      this.#scheduler.schedule(id, nextDelayMs);
    }
  }
}

/** What was stored or paused just before a crash is brought to its end, health check or not. */
function isToBePlanned({ body, paused }: Connector, status: HealthStatus): boolean {
  if (paused) return status !== 'DISABLED';
  return healthIntervalMs(body) !== null || status === 'PENDING' || status === 'DISABLED';
}
