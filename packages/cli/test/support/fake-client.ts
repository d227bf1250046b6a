import type {
  ApplyOptions,
  ApplyResult,
  Change,
  ChangeResult,
  ClientStats,
  ConnectorChange,
  Connectors,
  DataActionChange,
  DipswitchClient,
  FailureReport,
  Plan,
} from '@dipswitch/client';
import { DipswitchError } from '@dipswitch/client';
import type { ConnectorBody, ConnectorHealth, ConnectorResource, ConnectorTestResult } from '@dipswitch/contract';
import {
  anActionBody,
  createFakeDataActions,
  type FakeDataActionsOptions,
  type SeenExecution,
} from './fake-data-actions.ts';

export function aBody(id: string, changes: Partial<ConnectorBody> = {}): ConnectorBody {
  return {
    connectorId: id,
    connectorName: `Connector ${id}`,
    connectorType: 'DATABASE_POSTGRESQL',
    configuration: {
      connectionString: 'jdbc:postgresql://db.internal.net:5432/analytics_dw?driverVersion=42.6.0',
      credentials: {},
      credentialMasking: { username: 'VAULT_DB_USERNAME', password: 'VAULT_DB_PASSWORD' },
      poolSettings: { minPoolSize: 2, maxPoolSize: 15, connectionTimeoutSeconds: 25 },
      securitySettings: { enableParameterizedQueries: true, sslMode: true },
    },
    healthCheck: { enabled: true, query: 'SELECT 1', intervalSeconds: 60, timeoutSeconds: 5 },
    ...changes,
  };
}

export function aResource(id: string, changes: Partial<ConnectorResource> = {}): ConnectorResource {
  return {
    ...aBody(id),
    revision: 3,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T11:00:00.000Z',
    health: {
      status: 'HEALTHY',
      lastCheckAt: '2026-01-01T11:59:30.000Z',
      latencyMs: 1.25,
      errorClass: null,
      message: null,
    },
    ...changes,
  };
}

export function aHealth(id: string, changes: Partial<ConnectorHealth> = {}): ConnectorHealth {
  return {
    ...aResource(id).health,
    connectorId: id,
    revision: 3,
    servingRevision: 3,
    consecutiveFailures: 0,
    nextCheckAt: null,
    driver: 'pg 8.23.1',
    serverVersion: '18.4',
    pool: { open: 2, idle: 2, waiting: 0, max: 15 },
    history: [],
    ...changes,
  };
}

export function aChange(
  action: ConnectorChange['action'],
  id: string,
  changes: Partial<ConnectorChange> = {},
): ConnectorChange {
  return {
    kind: 'connector',
    action,
    id,
    fields: [],
    desired: action === 'delete' ? null : aBody(id),
    revision: action === 'create' ? null : 3,
    source: action === 'delete' ? null : { file: 'dipswitch.yaml', line: 4, column: 5 },
    origin: null,
    ...changes,
  };
}

export function anActionChange(
  action: DataActionChange['action'],
  id: string,
  changes: Partial<DataActionChange> = {},
): DataActionChange {
  return {
    kind: 'data-action',
    action,
    id,
    fields: [],
    desired: action === 'delete' ? null : anActionBody(id),
    revision: action === 'create' ? null : 3,
    version: action === 'create' ? null : 2,
    publishedVersion: action === 'create' ? null : 2,
    publishes: action === 'create' || action === 'update',
    source: action === 'delete' ? null : { file: 'dipswitch.yaml', line: 12, column: 5 },
    origin: null,
    ...changes,
  };
}

export function aPlan(...changes: readonly Change[]): Plan {
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  return {
    changes,
    summary: {
      create: count('create'),
      update: count('update'),
      publish: count('publish'),
      delete: count('delete'),
      noOp: count('no-op'),
    },
    projects: ['crm'],
    owned: 10,
    orphans: [],
    dataActionsRead: true,
    server: 'http://127.0.0.1:8080',
  };
}

export function aFailure(changes: Partial<FailureReport> = {}): FailureReport {
  return {
    code: 'ID_TAKEN',
    message: 'The id belongs to another tenant',
    hint: 'Choose another connector id.',
    retryable: false,
    status: 403,
    requestId: 'req-7',
    issues: [],
    ...changes,
  };
}

const STATS: ClientStats = {
  latency: {
    count: 12,
    p50Ms: 8.24,
    p95Ms: 31,
    p99Ms: 44,
    maxMs: 50,
    outcomes: {
      success: 12,
      'client-error': 0,
      'rate-limited': 0,
      'server-error': 0,
      connection: 0,
      timeout: 0,
      aborted: 0,
    },
  },
  retries: 1,
  rateLimited: 2,
  retryAfterCapped: 0,
  tokenRequests: 1,
  requests: 12,
  failureRetries: 0,
  retryRatio: 0,
  pace: { limitPerSecond: 50, source: 'header', waiting: 0 },
};

export interface FakeClientOptions extends FakeDataActionsOptions {
  /** What the engine's own store holds; a test may look at it afterwards. */
  readonly storedSecrets?: Map<string, string>;
  readonly connectors?: readonly ConnectorResource[];
  readonly health?: readonly ConnectorHealth[];
  readonly test?: ConnectorTestResult;
  readonly plan?: Plan;
  /** What becomes of a change; default: applied. */
  readonly outcomeOf?: (change: Change) => Partial<ChangeResult>;
  readonly apply?: (plan: Plan, options: ApplyOptions) => Promise<ApplyResult>;
  readonly error?: Error;
}

export interface FakeClient extends DipswitchClient {
  readonly calls: string[];
  readonly tested: ConnectorBody[];
  readonly executed: SeenExecution[];
  readonly applied: { readonly plan: Plan; readonly options: ApplyOptions }[];
  isClosed(): boolean;
}

/** A client over arrays; it records what it was asked. */
export function createFakeClient(options: FakeClientOptions = {}): FakeClient {
  const calls: string[] = [];
  const tested: ConnectorBody[] = [];
  const executed: SeenExecution[] = [];
  const applied: { plan: Plan; options: ApplyOptions }[] = [];
  let closed = false;
  const call = (name: string): void => {
    calls.push(name);
    if (options.error !== undefined) throw options.error;
  };
  const find = (id: string): ConnectorResource => {
    const found = (options.connectors ?? []).find((connector) => connector.connectorId === id);
    if (found === undefined)
      throw Object.assign(new Error('There is no such thing'), { code: 'NOT_FOUND', requestId: 'req-9' });
    return found;
  };
  const unsupported = async (): Promise<never> => {
    throw new Error('the fake client does not do this');
  };
  const connectors: Connectors = {
    async *list({ type } = {}) {
      call(type === undefined ? 'list' : `list ${type}`);
      yield* options.connectors ?? [];
    },
    get: async (id) => {
      call(`get ${id}`);
      return find(id);
    },
    health: async (id) => {
      call(`health ${id}`);
      const found = (options.health ?? []).find((health) => health.connectorId === id);
      return found ?? aHealth(find(id).connectorId);
    },
    test: async (body) => {
      call(`test ${body.connectorId}`);
      tested.push(body);
      return (
        options.test ?? {
          ok: true,
          latencyMs: 12,
          errorClass: null,
          message: null,
          driver: null,
          serverVersion: null,
          steps: [],
        }
      );
    },
    put: unsupported,
    delete: unsupported,
    validate: unsupported,
    checkHealth: unsupported,
    pause: unsupported,
    resume: unsupported,
  };
  const secrets = createFakeEngineSecrets(call, options);
  const dataActions = createFakeDataActions(call, executed, options);
  return {
    calls,
    tested,
    executed,
    applied,
    isClosed: () => closed,
    connectors,
    dataActions,
    secrets,
    plan: async (_desired, { prune = false, draft = false } = {}) => {
      call(['plan', ...(prune ? ['prune'] : []), ...(draft ? ['draft'] : [])].join(' '));
      return options.plan ?? aPlan();
    },
    planDeletion: async (ids, { kind = 'connector', force = false } = {}) => {
      if (kind === 'connector') {
        call(`planDeletion ${ids.join(' ')}`);
        for (const id of ids) find(id);
        return aPlan(...ids.map((id) => aChange('delete', id)));
      }
      call(`planDeletion of actions ${ids.join(' ')}${force ? ' by force' : ''}`);
      return aPlan(...ids.map((id) => anActionChange('delete', id)));
    },
    publishDataAction: async (id, { version } = {}) => dataActions.release('publish', id, version),
    rollbackDataAction: async (id, { version } = {}) => dataActions.release('rollback', id, version),
    apply: async (plan, applyOptions = {}) => {
      call('apply');
      applied.push({ plan, options: applyOptions });
      return options.apply === undefined
        ? applyAll(plan, applyOptions, options.outcomeOf)
        : await options.apply(plan, applyOptions);
    },
    authenticate: async () => call('authenticate'),
    stats: () => STATS,
    close: async () => {
      closed = true;
    },
    [Symbol.asyncDispose]: async () => {
      closed = true;
    },
  };
}

function applyAll(plan: Plan, { onProgress }: ApplyOptions, outcomeOf: FakeClientOptions['outcomeOf']): ApplyResult {
  const total = plan.changes.length;
  onProgress?.({ type: 'started', total });
  const results = plan.changes.map((change, index): ChangeResult => {
    const result: ChangeResult = {
      change,
      status: change.action === 'no-op' ? 'unchanged' : 'applied',
      revision: 4,
      version: change.kind === 'data-action' ? 3 : null,
      publishedVersion: change.kind === 'data-action' && change.publishes ? 3 : null,
      latencyMs: 8.123,
      failure: null,
      vaultNotice: null,
      ...outcomeOf?.(change),
    };
    onProgress?.({ type: 'change-finished', result, done: index + 1, total });
    return result;
  });
  return summarize(results);
}

/** An apply result with the counts that its results have. */
export function summarize(results: readonly ChangeResult[], changes: Partial<ApplyResult> = {}): ApplyResult {
  const applied = (action: Change['action']): number =>
    results.filter((result) => result.status === 'applied' && result.change.action === action).length;
  const having = (status: ChangeResult['status']): number =>
    results.filter((result) => result.status === status).length;
  return {
    results,
    summary: {
      created: applied('create'),
      updated: applied('update'),
      published: results.filter(({ publishedVersion }) => publishedVersion !== null).length,
      deleted: applied('delete'),
      unchanged: having('unchanged'),
      conflicts: having('conflict'),
      failed: having('failed'),
      skipped: having('skipped'),
    },
    health: null,
    stoppedBy: null,
    durationMs: 1234.5,
    ok: results.every(({ status }) => status === 'applied' || status === 'unchanged'),
    ...changes,
  };
}

/** The engine's own store over a map; only what is in it resolves, as a label or as `local://`. */
function createFakeEngineSecrets(
  call: (name: string) => void,
  { storedSecrets = new Map() }: FakeClientOptions,
): DipswitchClient['secrets'] {
  const times = { createdAt: '2026-01-01T00:00:00.000Z', updatedAt: '2026-01-01T00:00:00.000Z' };
  const resourceOf = (name: string) => ({ name, reference: `local://${name}`, version: 1, ...times });
  return {
    put: async (name, value, { onlyIf } = {}) => {
      call(`secrets put ${name}`);
      if (onlyIf === 'absent' && storedSecrets.has(name)) {
        throw new DipswitchError('PRECONDITION_FAILED', 'The secret exists already.');
      }
      storedSecrets.set(name, value.expose());
      return resourceOf(name);
    },
    async *list() {
      call('secrets list');
      for (const name of [...storedSecrets.keys()].sort()) yield resourceOf(name);
    },
    delete: async (name) => {
      call(`secrets delete ${name}`);
      storedSecrets.delete(name);
    },
    check: async (references) => {
      call(`secrets check ${references.join(' ')}`);
      return references.map((reference) => {
        const resolves = storedSecrets.has(reference.replace('local://', ''));
        return { reference, resolves, message: resolves ? null : 'nothing is stored under its name' };
      });
    },
  };
}
