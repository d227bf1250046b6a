import { randomUUID } from 'node:crypto';
import type { DataActionTestResult } from '@dipswitch/contract';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type { Sealer } from '../../seal/sealer.ts';
import type { Clock } from '../../util/clock.ts';
import { Deadline } from '../../util/deadline.ts';
import { DeadlineWatch } from '../../util/deadline-watch.ts';
import type { Logger } from '../../util/logger.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ActionCatalogue, ActionMiss, RunnableAction } from '../actions/action-catalogue.ts';
import type { ConnectorRuntimes } from '../connectors/runtime/connector-runtimes.ts';
import { InFlightLimit } from './admission/in-flight-limit.ts';
import { ActionRunners } from './call/action-runner.ts';
import type { ExecutionCall } from './call/execution-call.ts';
import type { ExecutionRequest } from './call/execution-request.ts';
import type { ExecutionResult } from './call/execution-result.ts';
import { testDraft } from './draft-test.ts';
import type { ExecutionCaller, ExecutionService } from './execution-service.ts';
import type { IdempotencyStore } from './idempotency/idempotency-store.ts';
import { IdempotencySweep } from './idempotency/idempotency-sweep.ts';
import { IdempotentWrites } from './idempotency/idempotent-writes.ts';
import { AnswerCache, type AnswerCacheLimits } from './output/answer-cache.ts';
import { ReadExecutions } from './read-executions.ts';
import { WriteExecutions } from './write-executions.ts';

export interface ExecutionServiceOptions {
  readonly catalogue: ActionCatalogue;
  readonly runtimes: Pick<ConnectorRuntimes, 'run' | 'describe' | 'snapshot'>;
  readonly idempotency: Pick<IdempotencyStore, 'claim' | 'finish' | 'release' | 'sweep'>;
  readonly sealer: Pick<Sealer, 'seal' | 'open' | 'keyedDigest'>;
  readonly engineId: string;
  /** Asked before each write, which must not happen unrecorded. */
  readonly audit: Pick<AuditTrail, 'assertWritable'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<ExecutionLimits>;
  /** 36 letters, digits and hyphens. Default: a random UUID. */
  readonly newExecutionId?: () => string;
}

/** What bounds the executions of one engine, whichever actions they are of. */
export interface ExecutionLimits {
  /** Executions under way together, waiting ones included. Default 2000. */
  readonly maxInFlight: number;
  /** Default 20 000 answers of 64 MiB together. */
  readonly cache: AnswerCacheLimits;
}

/** The service with what runs on its own; `start` and `close` are for the composition. */
export interface RunningExecutionService extends ExecutionService {
  /** Begins to sweep expired answers of writes. */
  start(): void;
  /** Ends what runs on its own, and every execution still under way as if its deadline had passed. */
  close(): void;
  statistics(): ExecutionStatistics;
}

export interface ExecutionStatistics {
  readonly inFlight: number;
  readonly cacheEntries: number;
  readonly cacheBytes: number;
}

const DEFAULT_LIMITS: ExecutionLimits = {
  maxInFlight: 2_000,
  cache: { maxEntries: 20_000, maxBytes: 64 * 1024 * 1024 },
};
/** Bounds the wait for an action that is not in memory, of a caller that names no deadline. */
const LOOKUP_MS = 3_000;

export function createExecutionService(options: ExecutionServiceOptions): RunningExecutionService {
  return new CoreExecutionService(options);
}

class CoreExecutionService implements RunningExecutionService {
  readonly #options: ExecutionServiceOptions;
  readonly #newExecutionId: () => string;
  readonly #watch: DeadlineWatch;
  readonly #runners: ActionRunners;
  readonly #inFlight: InFlightLimit;
  readonly #cache: AnswerCache;
  readonly #reads: ReadExecutions;
  readonly #writes: WriteExecutions;
  readonly #sweep: IdempotencySweep;

  constructor(options: ExecutionServiceOptions) {
    const { maxInFlight, cache } = { ...DEFAULT_LIMITS, ...options.limits };
    const watch = new DeadlineWatch(options.clock);
    const inFlight = new InFlightLimit(maxInFlight);
    const live = { ...options, watch, inFlight };
    this.#options = options;
    this.#newExecutionId = options.newExecutionId ?? randomUUID;
    this.#watch = watch;
    this.#inFlight = inFlight;
    this.#cache = new AnswerCache(cache);
    this.#runners = new ActionRunners(options);
    this.#reads = new ReadExecutions({ ...live, cache: this.#cache });
    const idempotent = new IdempotentWrites({ ...options, store: options.idempotency, watch });
    this.#writes = new WriteExecutions({ ...live, idempotent });
    this.#sweep = new IdempotencySweep({ ...options, store: options.idempotency });
  }

  async execute(request: ExecutionRequest): Promise<ExecutionResult> {
    const found = this.#options.catalogue.published(request.tenant, request.actionId);
    const call = this.#toCall(request, found instanceof Promise ? await this.#inTime(request, found) : found);
    if (call.runner.compiled.statement.access === 'write') return this.#write(request, call);
    const result = await this.#reads.execute(call);
    if (result === 'paused') throw connectorPaused();
    return result;
  }

  test({ tenant }: ExecutionCaller, actionId: string, body: unknown): Promise<DataActionTestResult> {
    const options = { ...this.#options, watch: this.#watch, newExecutionId: this.#newExecutionId };
    return testDraft(options, tenant, actionId, body);
  }

  start(): void {
    this.#sweep.start();
  }

  close(): void {
    this.#sweep.close();
    this.#watch.close();
  }

  statistics(): ExecutionStatistics {
    return { inFlight: this.#inFlight.inFlight, cacheEntries: this.#cache.size, cacheBytes: this.#cache.bytes };
  }

  async #write(request: ExecutionRequest, call: ExecutionCall): Promise<ExecutionResult> {
    if (request.readOnly) throw new ProblemError('INVALID_REQUEST', 'A data action that writes is executed by POST.');
    this.#options.audit.assertWritable();
    const result = await this.#writes.execute(call);
    if (result === 'paused') throw connectorPaused();
    return result;
  }

  /** @throws ProblemError STATE_UNAVAILABLE: what is not known cannot be answered in its shape */
  async #inTime<Found>({ receivedAtMs, callerDeadlineMs }: ExecutionRequest, found: Promise<Found>): Promise<Found> {
    const { answerAtMs } = new Deadline(this.#options.clock, receivedAtMs, callerDeadlineMs ?? LOOKUP_MS);
    const inTime = await this.#watch.race(found, answerAtMs, null);
    if (inTime === null) throw new ProblemError('STATE_UNAVAILABLE', 'The data action could not be read in time.');
    return inTime;
  }

  #toCall(request: ExecutionRequest, found: RunnableAction | ActionMiss): ExecutionCall {
    if (found === 'unknown') throw new ProblemError('NOT_FOUND', 'There is no such data action.');
    if (found === 'never-published') {
      throw new ProblemError('NOT_PUBLISHED', 'No version of the data action is published.');
    }
    const { receivedAtMs, callerDeadlineMs, contactId, idempotencyKey } = request;
    const runner = this.#runners.of(found);
    const { values, findings } = runner.compiled.input.coerce(request.input);
    if (findings !== null) {
      throw new ProblemError('VALIDATION_FAILED', 'The input does not fit the data action.', { findings });
    }
    const { deadlineMs } = found.definition.limits;
    const budgetMs = callerDeadlineMs === null ? deadlineMs : Math.min(deadlineMs, Math.max(1, callerDeadlineMs));
    const deadline = new Deadline(this.#options.clock, receivedAtMs, budgetMs);
    return { executionId: this.#newExecutionId(), runner, values, receivedAtMs, deadline, contactId, idempotencyKey };
  }
}

function connectorPaused(): ProblemError {
  return new ProblemError('CONNECTOR_PAUSED', 'The connector of the data action is paused.');
}
