import type { InputField, OutputField, ValidDataAction } from '@dipswitch/contract';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import {
  type DatabaseValue,
  DriverError,
  type RunOptions,
  type Statement,
  type StatementDescription,
  type StatementResult,
} from '../../../src/drivers/driver.ts';
import type { ActionCatalogue, ActionMiss, RunnableAction } from '../../../src/features/actions/action-catalogue.ts';
import type { RuntimeSnapshot } from '../../../src/features/connectors/runtime/runtime-context.ts';
import type { ExecutionRequest } from '../../../src/features/executions/call/execution-request.ts';
import {
  createExecutionService,
  type ExecutionLimits,
  type RunningExecutionService,
} from '../../../src/features/executions/create-execution-service.ts';
import type {
  IdempotencyClaim,
  IdempotencyStore,
  KnownExecution,
} from '../../../src/features/executions/idempotency/idempotency-store.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import { type FlatResult, toFlatResult } from '../../support/flat-result.ts';
import { RecordingLogger } from '../../support/recording-logger.ts';

export function inputField(name: string, changes: Partial<InputField> = {}): InputField {
  return {
    name,
    type: 'string',
    format: null,
    required: false,
    nullable: false,
    default: undefined,
    minLength: null,
    maxLength: null,
    pattern: null,
    minimum: null,
    maximum: null,
    enum: null,
    sensitive: false,
    array: null,
    ...changes,
  };
}

export function outputField(name: string, changes: Partial<OutputField> = {}): OutputField {
  return { name, type: 'string', format: null, maxLength: 80, default: null, ...changes };
}

export type DefinitionChanges = Partial<Omit<ValidDataAction, 'limits' | 'cache' | 'body'>> & {
  readonly limits?: Partial<ValidDataAction['limits']>;
  readonly cache?: Partial<ValidDataAction['cache']>;
};

const STATEMENT_TEXT = 'select id, full_name, tier, balance from customers where phone = $1 limit 1';

/** The contract's example, with what a test cares about changed. */
export function createDefinition(changes: DefinitionChanges = {}): ValidDataAction {
  const input = changes.input ?? [inputField('ani', { required: true, maxLength: 20, sensitive: true })];
  const output = changes.output ?? [
    outputField('id', { type: 'integer', maxLength: null }),
    outputField('full_name', { maxLength: 80 }),
    outputField('tier', { maxLength: 16, default: 'NONE' }),
    outputField('balance', { type: 'number', maxLength: null, default: 0 }),
  ];
  const slots = input.flatMap(({ name, array }) =>
    Array.from({ length: array?.maxItems ?? 1 }, (_, item) => ({ name, item: array === null ? null : item })),
  );
  return {
    access: 'read',
    fallback: null,
    statement: { kind: 'postgresql', text: STATEMENT_TEXT, slots },
    ...changes,
    body: { actionId: 'customer-by-ani', connectorId: 'db-1', statement: 'select 1' },
    input,
    output,
    limits: {
      deadlineMs: 3000,
      maxRows: 1,
      maxBytes: 32_768,
      maxConcurrency: 20,
      ratePerSecond: 100_000,
      ...changes.limits,
    },
    cache: { ttlSeconds: 0, staleIfErrorSeconds: 0, coalesce: true, ...changes.cache },
  };
}

export function createAction(changes: DefinitionChanges = {}, version = 1): RunnableAction {
  const definition = createDefinition(changes);
  return { actionId: 'customer-by-ani', tenant: 'acme', version, connectorId: 'db-1', kind: 'postgresql', definition };
}

export const ROW = [42, 'Ada Lovelace', 'gold', '12.50'];

export function resultOf(rows: ReadonlyArray<readonly unknown[]>, changes: Partial<StatementResult> = {}) {
  const columns = ['id', 'full_name', 'tier', 'balance'];
  return { columns, rows, affectedRows: 0, truncated: false, queueMs: 0, databaseMs: 1, ...changes };
}

export interface RunCall {
  readonly connectorId: string;
  readonly statement: Statement;
  readonly parameters: readonly DatabaseValue[];
  readonly options: RunOptions;
}

/** Runtimes that do as they are told; without being told they find one customer. */
export class FakeRuntimes {
  readonly runs: RunCall[] = [];
  readonly described: RunCall[] = [];
  poolMax = 15;
  nextCheckInMs: number | null = null;
  onRun: (call: RunCall) => Promise<StatementResult> = async () => resultOf([ROW]);
  onDescribe: () => Promise<StatementDescription> = async () => ({
    columns: ['id', 'full_name'],
    writes: false,
    plan: 'Index Scan',
  });

  async run(
    connectorId: string,
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementResult> {
    const call = { connectorId, statement, parameters, options };
    this.runs.push(call);
    return this.onRun(call);
  }

  async describe(
    connectorId: string,
    statement: Statement,
    parameters: readonly DatabaseValue[],
    options: RunOptions,
  ): Promise<StatementDescription> {
    this.described.push({ connectorId, statement, parameters, options });
    return this.onDescribe();
  }

  snapshot(): RuntimeSnapshot {
    const pool = { open: 1, idle: 1, waiting: 0, max: this.poolMax };
    return { state: 'serving', servingRevision: 1, driver: 'fake', pool, nextCheckInMs: this.nextCheckInMs };
  }
}

export class FakeCatalogue implements ActionCatalogue {
  found: RunnableAction | ActionMiss | Promise<RunnableAction | ActionMiss>;
  readonly versions = new Map<number, RunnableAction>();

  constructor(found: FakeCatalogue['found']) {
    this.found = found;
  }

  published(): FakeCatalogue['found'] {
    return this.found;
  }

  async version(_tenant: string, _actionId: string, version = 1): Promise<RunnableAction | 'unknown'> {
    return this.versions.get(version) ?? 'unknown';
  }
}

/** Claims in memory, by the rules of the store. */
export class FakeIdempotencyStore implements Pick<IdempotencyStore, 'claim' | 'finish' | 'release' | 'sweep'> {
  readonly rows = new Map<string, KnownExecution & { expiresAt: number }>();
  failure: Error | undefined;
  /** Awaited before each claim and each finish. */
  gate: Promise<void> = Promise.resolve();

  async claim(claim: IdempotencyClaim): Promise<'claimed' | KnownExecution> {
    await this.#pass();
    const known = this.rows.get(claim.keyHash);
    if (known !== undefined && known.expiresAt > claim.now) return known;
    const { requestHash, leaseUntil, expiresAt } = claim;
    this.rows.set(claim.keyHash, { state: 'running', requestHash, answer: null, leaseUntil, expiresAt });
    return 'claimed';
  }

  async finish(claim: IdempotencyClaim, state: 'done' | 'in-doubt', answer: string): Promise<void> {
    await this.#pass();
    const known = this.rows.get(claim.keyHash);
    if (known !== undefined) this.rows.set(claim.keyHash, { ...known, state, answer });
  }

  async release(claim: IdempotencyClaim): Promise<void> {
    await this.#pass();
    this.rows.delete(claim.keyHash);
  }

  async sweep(now: number): Promise<number> {
    const expired = [...this.rows].filter(([, row]) => row.expiresAt <= now);
    for (const [key] of expired) this.rows.delete(key);
    return expired.length;
  }

  async #pass(): Promise<void> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
  }
}

/** The service, whose results also say everything on one level. */
export interface FlatService extends RunningExecutionService {
  execute(request: ExecutionRequest): Promise<FlatResult>;
}

export function toFlatService(service: RunningExecutionService): FlatService {
  return {
    execute: async (request) => toFlatResult(await service.execute(request)),
    test: (caller, actionId, body) => service.test(caller, actionId, body),
    start: () => service.start(),
    close: () => service.close(),
    statistics: () => service.statistics(),
  };
}

export interface ServiceFixture {
  readonly clock: FakeClock;
  readonly runtimes: FakeRuntimes;
  readonly catalogue: FakeCatalogue;
  readonly store: FakeIdempotencyStore;
  readonly logger: RecordingLogger;
  readonly audit: { failure: Error | undefined; assertWritable(): void };
  readonly service: FlatService;
  /** A request read now. */
  request(changes?: Partial<ExecutionRequest>): ExecutionRequest;
}

/** The whole core over fakes: no state database, no network, no time of its own. */
export function createServiceFixture(
  action: RunnableAction | ActionMiss = createAction(),
  limits: Partial<ExecutionLimits> = {},
): ServiceFixture {
  const clock = new FakeClock();
  const runtimes = new FakeRuntimes();
  const catalogue = new FakeCatalogue(action);
  const store = new FakeIdempotencyStore();
  const logger = new RecordingLogger();
  const audit: ServiceFixture['audit'] = {
    failure: undefined,
    assertWritable() {
      if (this.failure !== undefined) throw this.failure;
    },
  };
  let made = 0;
  const service = createExecutionService({
    ...{ catalogue, runtimes, audit, clock, logger, limits },
    idempotency: store,
    sealer: createSealer(new Uint8Array(32)),
    engineId: 'engine-1',
    newExecutionId() {
      made += 1;
      return String(made).padStart(36, '0');
    },
  });
  const request = (changes: Partial<ExecutionRequest> = {}): ExecutionRequest => ({
    tenant: 'acme',
    actor: 'client-1',
    requestId: 'request-1',
    actionId: 'customer-by-ani',
    input: { ani: '+4930123456' },
    receivedAtMs: clock.monotonicMs(),
    callerDeadlineMs: null,
    contactId: null,
    idempotencyKey: null,
    readOnly: false,
    ...changes,
  });
  return { clock, runtimes, catalogue, store, logger, audit, service: toFlatService(service), request };
}

/** A promise that the test settles. */
export function createDeferred<Value>(): {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
} {
  return Promise.withResolvers<Value>();
}

/** Never settles: a driver that hangs. */
export const NEVER: Promise<never> = new Promise(() => {});

/** Lets everything run that waits for nothing but promises. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** What a driver does whose database fails. */
export const failWith = (kind: DriverError['kind'], vendorCode?: string) => async () => {
  throw new DriverError(kind, 'canary-driver-text', { vendorCode });
};

export function parseBody(result: FlatResult): Record<string, unknown> {
  return JSON.parse(result.body);
}

/** Starts an execution and remembers whether it has ended. */
export function startExecution(
  { service, request }: ServiceFixture,
  changes: Parameters<ServiceFixture['request']>[0] = {},
) {
  const started: { result: FlatResult | null; readonly promise: Promise<FlatResult> } = {
    result: null,
    promise: service.execute(request(changes)),
  };
  started.promise.then(
    (result) => {
      started.result = result;
    },
    () => {},
  );
  return started;
}
