import type { ActionInput, DataActions, ExecuteDataActionOptions, Execution } from '@dipswitch/client';
import type {
  DataActionBody,
  DataActionDetail,
  DataActionResource,
  DataActionStats,
  DataActionTestResult,
  ExecutionAnswer,
} from '@dipswitch/contract';

export function anActionBody(id: string, changes: Partial<DataActionBody> = {}): DataActionBody {
  return {
    actionId: id,
    connectorId: 'db-prod-analytics-01',
    statement: 'select id, full_name\nfrom customers\nwhere phone = :ani',
    input: {
      type: 'object',
      required: ['ani'],
      properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
    },
    output: { type: 'object', properties: { id: { type: 'integer' }, full_name: { type: 'string', maxLength: 80 } } },
    ...changes,
  };
}

/** Version 2 runs; version 1 did before. */
export function anAction(id: string, changes: Partial<DataActionDetail> = {}): DataActionDetail {
  const definition = anActionBody(id);
  const version = { createdBy: 'dipc_1', definition };
  return {
    ...definition,
    version: 2,
    publishedVersion: 2,
    revision: 4,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T11:00:00.000Z',
    versions: [
      {
        ...version,
        version: 2,
        state: 'published',
        createdAt: '2026-01-01T11:00:00.000Z',
        publishedAt: '2026-01-01T11:00:00.000Z',
      },
      {
        ...version,
        version: 1,
        state: 'superseded',
        createdAt: '2026-01-01T00:00:00.000Z',
        publishedAt: '2026-01-01T01:00:00.000Z',
      },
    ],
    ...changes,
  };
}

export function anAnswer(changes: Partial<ExecutionAnswer> = {}): ExecutionAnswer {
  return {
    outcome: 'FOUND',
    rowCount: 1,
    truncated: false,
    source: 'live',
    ageSeconds: 0,
    executionId: 'exec-7',
    id: 42,
    full_name: 'Ada Lovelace',
    ...changes,
  };
}

export function aStats(changes: Partial<DataActionStats> = {}): DataActionStats {
  return {
    actionId: 'customer-by-ani',
    since: '2026-01-01T10:00:00.000Z',
    executions: 8,
    outcomes: { FOUND: 5, NO_RECORDS: 2, DONE: 0, TIMEOUT: 1, UNAVAILABLE: 0, BUSY: 0, ERROR: 0 },
    sources: { live: 7, cache: 0, stale: 0, fallback: 1, none: 0 },
    totalMs: { p50: 1.5, p95: 8, p99: 40 },
    queueMs: { p50: 0.1, p95: 0.4, p99: 9 },
    databaseMs: { p50: 1.2, p95: 7, p99: 30 },
    rows: 5,
    bytes: 900,
    cacheHits: 0,
    coalesced: 3,
    truncated: 0,
    ...changes,
  };
}

export interface FakeDataActionsOptions {
  readonly dataActions?: readonly DataActionDetail[];
  readonly execution?: Partial<Execution>;
  readonly testResult?: Partial<DataActionTestResult>;
  readonly stats?: DataActionStats;
}

export interface SeenExecution {
  readonly id: string;
  readonly input: ActionInput;
  readonly options: ExecuteDataActionOptions;
}

/** Data actions over arrays; what was run is recorded. */
export function createFakeDataActions(
  call: (name: string) => void,
  executed: SeenExecution[],
  options: FakeDataActionsOptions,
): DataActions & { readonly release: (verb: string, id: string, version?: number) => DataActionResource } {
  const find = (id: string): DataActionDetail => {
    const found = (options.dataActions ?? []).find(({ actionId }) => actionId === id);
    if (found === undefined) throw Object.assign(new Error('There is no such thing'), { code: 'NOT_FOUND' });
    return found;
  };
  const unsupported = async (): Promise<never> => {
    throw new Error('the fake client does not do this');
  };
  return {
    async *list() {
      call('actions list');
      yield* options.dataActions ?? [];
    },
    get: async (id) => {
      call(`actions get ${id}`);
      return find(id);
    },
    execute: async (id, input, executeOptions = {}) => {
      call(`execute ${id}`);
      executed.push({ id, input, options: executeOptions });
      return { answer: anAnswer(), status: 200, retryAfterSeconds: null, requestId: 'req-1', ...options.execution };
    },
    test: async (id, input, testOptions = {}) => {
      call(`test ${id} ${JSON.stringify(input)} ${testOptions.version ?? 'newest'}`);
      return {
        version: 2,
        answer: anAnswer(),
        errorClass: null,
        vendorCode: null,
        columns: ['id', 'full_name'],
        plan: 'Limit\n  ->  Index Scan using customers_phone on customers',
        timings: { queueMs: 0.2, databaseMs: 1.44, totalMs: 1.9 },
        ...options.testResult,
      };
    },
    stats: async (id) => {
      call(`stats ${id}`);
      return options.stats ?? aStats();
    },
    release: (verb, id, version) => {
      call(`${verb} ${id} ${version ?? 'default'}`);
      return { ...find(id), publishedVersion: version ?? (verb === 'publish' ? 2 : 1) };
    },
    put: unsupported,
    delete: unsupported,
    publish: unsupported,
    rollback: unsupported,
    validate: unsupported,
  };
}
