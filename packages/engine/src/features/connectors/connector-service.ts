import {
  type ConnectorTestResult,
  type ConnectorType,
  type Finding,
  type ValidationPolicy,
  type ValidationResult,
  type ValidConnector,
  validateConnector,
} from '@dipswitch/contract';
import { type AuditedChanges, type Change, changed, unchanged } from '../../audit/audited-changes.ts';
import type { AuditedTransaction } from '../../audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { StateTransaction } from '../../state/state-database.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import type { PageQuery } from '../../util/page-query.ts';
import { assertPreconditions, type Preconditions } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { HealthService } from '../health/health-service.ts';
import { type HealthCheckEntry, type HealthState, INITIAL_HEALTH } from '../health/health-status.ts';
import { type ConnectionTestOptions, runConnectionTest } from './connection-test.ts';
import { createConnectorAudit } from './connector-audit.ts';
import { configUpdatedEvents, connectorDeletedEvents } from './connector-events.ts';
import type { ConnectorRuntimes } from './runtime/connector-runtimes.ts';
import { openingTimeoutMs } from './runtime/pool-opening.ts';
import type { RuntimeSnapshot } from './runtime/runtime-context.ts';
import { type Connector, isSameBody } from './stored/connector.ts';
import type { ConnectorStore } from './stored/connector-store.ts';

export interface ConnectorServiceOptions {
  readonly store: ConnectorStore;
  readonly transactions: Pick<AuditedTransactions, 'run' | 'record'>;
  readonly health: HealthService;
  readonly runtimes: Pick<ConnectorRuntimes, 'reconcile' | 'checkNow' | 'snapshot'>;
  readonly test: ConnectionTestOptions;
  readonly policy: Partial<ValidationPolicy>;
  readonly clock: Clock;
  /** Whether something (a data action) uses the connector, seen in the transaction that would delete it. */
  readonly isInUse?: (connectorId: string, within: StateTransaction) => Promise<boolean>;
  /** How long a caller's check may keep its request open. Default 20 s. */
  readonly checkWaitMs?: number;
  /** Connection tests at once, for each tenant. Default 8. */
  readonly testsAtOnce?: number;
}

/** A connector with its health: what every read answers. */
export interface ConnectorView {
  readonly connector: Connector;
  readonly health: HealthState;
}

export interface ConnectorHealthView extends ConnectorView {
  readonly runtime: RuntimeSnapshot;
  readonly history: readonly HealthCheckEntry[];
}

export interface ConnectorListQuery extends PageQuery {
  readonly type?: ConnectorType | undefined;
}

export interface ConnectorList {
  readonly items: readonly ConnectorView[];
  /** Id after which the next page begins; null on the last page. */
  readonly nextAfter: string | null;
}

const DEFAULT_CHECK_WAIT_MS = 20_000;
const DEFAULT_TESTS_AT_ONCE = 8;

/**
 * What callers may do with the connectors of their tenant. A connector of another tenant does not exist for them,
 * save that its id is taken. Every change is one transaction with its audit record and events; every refused change
 * is recorded too. All reject with `ProblemError`.
 *
 * Warnings about a body (advisories, unverified TLS) are told by `validate`; `put` stores and answers the connector.
 */
export class ConnectorService {
  readonly #options: ConnectorServiceOptions;
  readonly #audited: AuditedChanges;
  readonly #testsOfTenant = new Map<string, number>();

  constructor(options: ConnectorServiceOptions) {
    this.#options = options;
    this.#audited = createConnectorAudit(options.transactions, options.clock);
  }

  async put(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ConnectorView> {
    const connector = await this.#audited.change('CONNECTOR_PUT', caller, id, {
      before: () => this.#assertValid(id, body),
      within: (transaction, valid) => this.#store(transaction, caller, id, valid, preconditions),
      after: () => this.#options.runtimes.reconcile(id),
    });
    return this.#view(connector);
  }

  async get(caller: Caller, id: string): Promise<ConnectorView> {
    return this.#view(await this.#find(caller, id));
  }

  async list(caller: Caller, { limit, after, type }: ConnectorListQuery): Promise<ConnectorList> {
    const found = await this.#options.store.list(caller.tenant, { limit: limit + 1, after, type });
    const page = found.slice(0, limit);
    const health = await this.#options.health.getMany(page.map(({ id }) => id));
    const items = page.map((connector) => toView(connector, health.get(connector.id) ?? INITIAL_HEALTH));
    return { items, nextAfter: found.length > limit ? (page.at(-1)?.id ?? null) : null };
  }

  delete(caller: Caller, id: string, preconditions: Preconditions): Promise<void> {
    const { store, isInUse, runtimes, clock } = this.#options;
    return this.#audited.change('CONNECTOR_DELETE', caller, id, {
      within: async (transaction) => {
        const connector = await this.#find(caller, id, transaction.state);
        assertPreconditions(preconditions, connector.revision);
        if (await isInUse?.(id, transaction.state)) {
          throw new ProblemError('IN_USE', 'Data actions still use the connector.');
        }
        await store.delete(id, transaction.state);
        for (const event of connectorDeletedEvents(connector, clock.now())) await transaction.emit(event);
        return changed(undefined, { revision: connector.revision });
      },
      after: () => runtimes.reconcile(id),
    });
  }

  /** All findings about a body, errors and warnings; stores nothing. */
  validate(id: string, body: unknown): ValidationResult {
    const { valid, findings } = this.#check(id, body);
    return { valid: valid !== null, findings: [...findings] };
  }

  /** Opens one real connection with a body that is not stored. */
  test(caller: Caller, id: string, body: unknown): Promise<ConnectorTestResult> {
    return this.#audited.attempt('CONNECTOR_TEST', caller, id, async () => {
      const startedAt = this.#options.clock.monotonicMs();
      const valid = this.#assertValid(id, body);
      const validateMs = this.#options.clock.monotonicMs() - startedAt;
      const result = await this.#withTestPlace(caller.tenant, () =>
        runConnectionTest(this.#options.test, caller.tenant, valid, validateMs),
      );
      return { result, status: result.ok ? 'SUCCESS' : 'FAILED', details: { errorClass: result.errorClass } };
    });
  }

  async health(caller: Caller, id: string): Promise<ConnectorHealthView> {
    return this.#healthView(await this.#find(caller, id));
  }

  async checkHealth(caller: Caller, id: string): Promise<ConnectorHealthView> {
    const connector = await this.#find(caller, id);
    const longestMs = this.#options.checkWaitMs ?? DEFAULT_CHECK_WAIT_MS;
    await this.#options.runtimes.checkNow(id, Math.min(longestMs, openingTimeoutMs(connector.body)));
    return this.#healthView(await this.#find(caller, id));
  }

  pause(caller: Caller, id: string): Promise<ConnectorView> {
    return this.#setPaused('CONNECTOR_PAUSE', caller, id, true);
  }

  resume(caller: Caller, id: string): Promise<ConnectorView> {
    return this.#setPaused('CONNECTOR_RESUME', caller, id, false);
  }

  async #setPaused(eventType: string, caller: Caller, id: string, paused: boolean): Promise<ConnectorView> {
    const connector = await this.#audited.change(eventType, caller, id, {
      within: async (transaction) => {
        const stored = await this.#find(caller, id, transaction.state);
        if (stored.paused === paused) return unchanged(stored, {});
        const switched = { ...stored, paused };
        await this.#options.store.update(switched, transaction.state);
        return changed(switched, { revision: stored.revision });
      },
      after: () => this.#options.runtimes.reconcile(id),
    });
    return this.#view(connector);
  }

  /** Creates or replaces inside a transaction, which may be run again when it lost against another. */
  async #store(
    transaction: AuditedTransaction,
    { tenant }: Caller,
    id: string,
    { body }: ValidConnector,
    preconditions: Preconditions,
  ): Promise<Change<Connector>> {
    const { store, health, clock } = this.#options;
    const stored = await store.find(id, transaction.state);
    if (stored !== undefined && stored.tenant !== tenant) {
      throw new ProblemError('ID_TAKEN', 'The id belongs to another tenant.');
    }
    assertPreconditions(preconditions, stored?.revision);
    if (stored !== undefined && isSameBody(stored.body, body)) return unchanged(stored, { revision: stored.revision });
    const now = clock.now();
    const connector: Connector =
      stored === undefined
        ? { id, tenant, body, revision: 1, paused: false, createdAt: now, updatedAt: now }
        : { ...stored, body, revision: stored.revision + 1, updatedAt: now };
    if (stored === undefined) {
      await store.insert(connector, transaction.state);
      await health.initialize(id, transaction.state);
    } else {
      await store.update(connector, transaction.state);
    }
    for (const event of configUpdatedEvents(connector, now)) await transaction.emit(event);
    return changed(connector, { change: stored === undefined ? 'created' : 'updated', revision: connector.revision });
  }

  async #find(caller: Caller, id: string, within?: StateTransaction): Promise<Connector> {
    const connector = await this.#options.store.find(id, within);
    if (connector?.tenant === caller.tenant) return connector;
    throw new ProblemError('NOT_FOUND', 'There is no such connector.');
  }

  async #view(connector: Connector): Promise<ConnectorView> {
    return toView(connector, await this.#options.health.get(connector.id));
  }

  async #healthView(connector: Connector): Promise<ConnectorHealthView> {
    const [view, history] = await Promise.all([this.#view(connector), this.#options.health.history(connector.id)]);
    return { ...view, history, runtime: this.#options.runtimes.snapshot(connector.id) };
  }

  #assertValid(id: string, body: unknown): ValidConnector {
    const { valid, findings } = this.#check(id, body);
    if (valid !== null) return valid;
    const errors = findings.filter(({ severity }) => severity === 'error');
    throw new ProblemError('VALIDATION_FAILED', 'The connector is not valid.', { findings: errors });
  }

  #check(id: string, body: unknown): { valid: ValidConnector | null; findings: readonly Finding[] } {
    const validation = validateConnector(body, this.#options.policy);
    const mismatch = findIdMismatch(id, body);
    if (mismatch !== null) return { valid: null, findings: [mismatch, ...validation.findings] };
    return { valid: validation.valid ? validation.connector : null, findings: validation.findings };
  }

  async #withTestPlace<Result>(tenant: string, work: () => Promise<Result>): Promise<Result> {
    const running = this.#testsOfTenant.get(tenant) ?? 0;
    if (running >= (this.#options.testsAtOnce ?? DEFAULT_TESTS_AT_ONCE)) {
      throw new ProblemError('RATE_LIMITED', 'Too many connection tests run at once.', { retryAfterSeconds: 1 });
    }
    this.#testsOfTenant.set(tenant, running + 1);
    try {
      return await work();
    } finally {
      const left = (this.#testsOfTenant.get(tenant) ?? 1) - 1;
      if (left > 0) this.#testsOfTenant.set(tenant, left);
      else this.#testsOfTenant.delete(tenant);
    }
  }
}

/** Paused and resumed are seen here at once; the runtime follows when it reconciles. */
function toView(connector: Connector, health: HealthState): ConnectorView {
  if (connector.paused)
    return { connector, health: { ...INITIAL_HEALTH, status: 'DISABLED', lastCheckAt: health.lastCheckAt } };
  if (health.status === 'DISABLED')
    return { connector, health: { ...INITIAL_HEALTH, lastCheckAt: health.lastCheckAt } };
  return { connector, health };
}

function findIdMismatch(id: string, body: unknown): Finding | null {
  const bodyId = typeof body === 'object' && body !== null && 'connectorId' in body ? body.connectorId : undefined;
  // A missing or wrongly typed id is a finding of the structure already.
  if (typeof bodyId !== 'string' || bodyId === id) return null;
  return { code: 'ID_MISMATCH', severity: 'error', path: '/connectorId', message: 'is not the id of the URL' };
}
