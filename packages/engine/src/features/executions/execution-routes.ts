import type { DataActionStats, DataActionTestResult } from '@dipswitch/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type {} from '../../util/caller.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ActionCatalogue } from '../actions/action-catalogue.ts';
import type { AuditedTests } from './audited-tests.ts';
import { ActionMeter, type ExecutionMeters } from './record/execution-meters.ts';

export interface ExecutionRoutesOptions {
  readonly tests: Pick<AuditedTests, 'test'>;
  readonly catalogue: ActionCatalogue;
  readonly meters: ExecutionMeters;
  /** When this engine started to count, milliseconds since the epoch. */
  readonly countingSince: number;
}

const BASE = '/api/v1/dataactions';

type OneRequest = FastifyRequest<{ Params: { actionId: string } }>;

/** What is done with executions apart from executing, which has a route of its own in front of the router. */
export function registerExecutionRoutes(app: FastifyInstance, options: ExecutionRoutesOptions): void {
  const { tests, catalogue, meters } = options;
  const since = new Date(options.countingSince).toISOString();
  app.get(
    `${BASE}/:actionId/stats`,
    { config: { scope: 'dataactions:read' } },
    async ({ caller: { tenant }, params: { actionId } }: OneRequest): Promise<DataActionStats> => {
      // One that was deleted no longer has figures, and one of another tenant never had.
      if ((await catalogue.published(tenant, actionId)) === 'unknown') {
        throw new ProblemError('NOT_FOUND', 'There is no such data action.');
      }
      return (meters.find(tenant, actionId) ?? new ActionMeter()).toStats(actionId, since);
    },
  );
  // Runs a statement on the database, undone or not, which only those who write statements may do.
  app.post(
    `${BASE}/:actionId/test`,
    { config: { scope: 'dataactions:write', limitedWrite: true } },
    async ({ caller, params, body }: OneRequest): Promise<DataActionTestResult> =>
      tests.test(caller, params.actionId, body),
  );
}
