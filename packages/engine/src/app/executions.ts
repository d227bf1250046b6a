import type { AuditedTransactions } from '../audit/audited-transactions.ts';
import type { ActionCatalogue } from '../features/actions/action-catalogue.ts';
import type { ConnectorRuntimes } from '../features/connectors/runtime/connector-runtimes.ts';
import { AuditedTests } from '../features/executions/audited-tests.ts';
import { createExecutionService } from '../features/executions/create-execution-service.ts';
import { registerExecutionRoutes } from '../features/executions/execution-routes.ts';
import { IdempotencyStore } from '../features/executions/idempotency/idempotency-store.ts';
import { ExecutionMeters } from '../features/executions/record/execution-meters.ts';
import { ExecutionRecord } from '../features/executions/record/execution-record.ts';
import type { RememberingAuthenticator } from '../features/oauth/authenticator.ts';
import { KnownCallers } from '../http/authentication.ts';
import type { HttpServer } from '../http/create-http-server.ts';
import { createExecuteRoute } from '../http/execute-route/execute-route.ts';
import type { Metrics } from '../http/metrics.ts';
import { addExecutionMetrics } from './execution-metrics.ts';
import type { Foundation, Part } from './foundation.ts';

/** What executions need of the parts that were composed before. */
export interface ExecutionsBasis {
  readonly server: HttpServer;
  readonly metrics: Metrics;
  readonly authenticator: RememberingAuthenticator;
  readonly changes: AuditedTransactions;
  readonly catalogue: ActionCatalogue;
  readonly runtimes: ConnectorRuntimes;
}

/** Executions of data actions: the service, what is kept of each, and the routes. */
export function composeExecutions(foundation: Foundation, basis: ExecutionsBasis): { parts: Part[] } {
  const { clock, logger, sealer, state, trail, engineId, closers } = foundation;
  const { server, metrics, catalogue, changes: transactions } = basis;
  const service = createExecutionService({
    catalogue,
    runtimes: basis.runtimes,
    idempotency: new IdempotencyStore(state),
    sealer,
    engineId,
    audit: trail,
    clock,
    logger,
  });
  closers.add(() => service.close());
  const meters = new ExecutionMeters();
  addExecutionMetrics(metrics.registry, meters);
  const route = createExecuteRoute({
    service,
    callers: new KnownCallers(basis.authenticator),
    record: new ExecutionRecord({ trail, sealer, meters, clock, logger }),
    meters,
    durations: metrics.requestDurations,
    clock,
    logger,
    isDraining: server.isDraining,
  });
  server.putInFront(route);
  const tests = new AuditedTests({ service, transactions, clock });
  registerExecutionRoutes(server.app, { tests, catalogue, meters, countingSince: clock.now() });
  return { parts: [service] };
}
