import { type ConnectorResource, OWNERSHIP_LABEL } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import { diffConnectors } from '../util/connector-comparison.ts';
import type { DesiredConnector, DesiredState } from './desired-state-types.ts';
import type { Change, Plan } from './plan.ts';

/** What the server has, as far as a plan is concerned. */
export interface ActualState {
  readonly server: string;
  readonly connectors: readonly ConnectorResource[];
}

export interface DiffOptions {
  readonly prune: boolean;
}

/** Compares. Does no I/O; the same states give the same plan. @throws DOCUMENT_INVALID, PROJECT_REQUIRED */
export function diffStates(desired: DesiredState, actual: ActualState, options: DiffOptions): Plan {
  const errors = desired.findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) throw new DipswitchError('DOCUMENT_INVALID', `the files have ${errors} error(s)`);
  if (options.prune && desired.projects.length === 0) {
    throw new DipswitchError('PROJECT_REQUIRED', 'nothing can be pruned without a project');
  }
  const stored = new Map(actual.connectors.map((connector) => [connector.connectorId, connector]));
  const changes = desired.connectors.map((connector) => diffOne(connector, stored.get(connector.body.connectorId)));
  const wanted = new Set(desired.connectors.map(({ body }) => body.connectorId));
  const unwanted = options.prune
    ? actual.connectors.filter(
        (connector) => isOwned(connector, desired.projects) && !wanted.has(connector.connectorId),
      )
    : [];
  return toPlan([...changes, ...deletions(unwanted)], desired.projects, actual.server);
}

/** A plan that deletes just these. */
export function planDeletions(connectors: readonly ConnectorResource[], server: string): Plan {
  return toPlan(deletions(connectors), [], server);
}

function diffOne(desired: DesiredConnector, stored: ConnectorResource | undefined): Change {
  const { body, source } = desired;
  const common = { kind: 'connector', id: body.connectorId, desired: body, source } as const;
  if (stored === undefined) return { ...common, action: 'create', fields: [], revision: null };
  const fields = diffConnectors(stored, body);
  return { ...common, action: fields.length === 0 ? 'no-op' : 'update', fields, revision: stored.revision };
}

function deletions(connectors: readonly ConnectorResource[]): readonly Change[] {
  return connectors
    .map(({ connectorId, revision }): Change => {
      return {
        kind: 'connector',
        action: 'delete',
        id: connectorId,
        fields: [],
        desired: null,
        revision,
        source: null,
      };
    })
    .sort((left, right) => (left.id < right.id ? -1 : Number(left.id > right.id)));
}

function isOwned(connector: ConnectorResource, projects: readonly string[]): boolean {
  const owner = connector.labels?.[OWNERSHIP_LABEL];
  return owner !== undefined && projects.includes(owner);
}

function toPlan(changes: readonly Change[], projects: readonly string[], server: string): Plan {
  const of = (action: Change['action']): readonly Change[] => changes.filter((change) => change.action === action);
  const writes = changes.filter(({ action }) => action === 'create' || action === 'update');
  return {
    changes: [...writes, ...of('delete'), ...of('no-op')],
    summary: {
      create: of('create').length,
      update: of('update').length,
      delete: of('delete').length,
      noOp: of('no-op').length,
    },
    projects,
    server,
  };
}
