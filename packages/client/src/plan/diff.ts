import { type ConnectorResource, OWNERSHIP_LABEL } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import { diffConnectors } from '../util/connector-comparison.ts';
import type { DesiredConnector, DesiredState } from './desired-state-types.ts';
import { digestOfBody, type JournalEntries, resourceKey } from './journal-state.ts';
import { orderChanges } from './order-changes.ts';
import type { Change, ChangeOrigin, Orphan, Plan } from './plan.ts';

/** What the server has, as far as a plan is concerned. */
export interface ActualState {
  readonly server: string;
  readonly connectors: readonly ConnectorResource[];
}

export interface DiffOptions {
  readonly prune: boolean;
  /** What earlier applies left behind; it tells drift from a change of the files. */
  readonly journal?: JournalEntries;
  /** Looks at these connectors only. Default: all. */
  readonly onlyIds?: ReadonlySet<string>;
}

/** Each after those that it depends on. */
const KINDS: readonly Change['kind'][] = ['connector'];

/** Whether there can be a plan at all, whatever the server has. @throws DOCUMENT_INVALID, PROJECT_REQUIRED */
export function assertPlannable(desired: DesiredState, options: Pick<DiffOptions, 'prune'>): void {
  const errors = desired.findings.filter(({ severity }) => severity === 'error').length;
  if (errors > 0) throw new DipswitchError('DOCUMENT_INVALID', `the files have ${errors} error(s)`);
  if (options.prune && desired.projects.length === 0) {
    throw new DipswitchError('PROJECT_REQUIRED', 'nothing can be pruned without a project');
  }
}

/** Compares. Does no I/O; the same states give the same plan. @throws DOCUMENT_INVALID, PROJECT_REQUIRED */
export function diffStates(desired: DesiredState, actual: ActualState, options: DiffOptions): Plan {
  assertPlannable(desired, options);
  const { journal = new Map(), onlyIds } = options;
  const isLookedAt = (id: string): boolean => onlyIds?.has(id) ?? true;
  const stored = new Map(actual.connectors.map((connector) => [connector.connectorId, connector]));
  const changes = desired.connectors
    .filter(({ body }) => isLookedAt(body.connectorId))
    .map((connector) => diffOne(connector, stored.get(connector.body.connectorId), journal));
  const owned = actual.connectors.filter((connector) => isOwned(connector, desired.projects));
  const wanted = new Set(desired.connectors.map(({ body }) => body.connectorId));
  const unwanted = owned.filter(({ connectorId }) => !wanted.has(connectorId) && isLookedAt(connectorId));
  return toPlan([...changes, ...(options.prune ? deletions(unwanted) : [])], {
    projects: desired.projects,
    owned: owned.length,
    orphans: options.prune ? [] : unwanted.map(toOrphan),
    server: actual.server,
  });
}

/** A plan that deletes just these. */
export function planDeletions(connectors: readonly ConnectorResource[], server: string): Plan {
  return toPlan(deletions(connectors), { projects: [], owned: 0, orphans: [], server });
}

function diffOne(desired: DesiredConnector, stored: ConnectorResource | undefined, journal: JournalEntries): Change {
  const { body, source } = desired;
  const common = { kind: 'connector', id: body.connectorId, desired: body, source } as const;
  if (stored === undefined) {
    const origin = originOf(common, null, journal);
    return { ...common, action: 'create', fields: [], revision: null, origin };
  }
  const { revision } = stored;
  const fields = diffConnectors(stored, body);
  if (fields.length === 0) return { ...common, action: 'no-op', fields, revision, origin: null };
  return { ...common, action: 'update', fields, revision, origin: originOf(common, revision, journal) };
}

function originOf(
  change: Pick<Change, 'kind' | 'id' | 'desired'>,
  revision: number | null,
  journal: JournalEntries,
): ChangeOrigin | null {
  const entry = journal.get(resourceKey(change));
  // What moved the server may have been a write of our own whose outcome was lost.
  if (entry === undefined || entry.applied === null || entry.inDoubt !== null) return null;
  const hasServerMoved = entry.applied.revision !== revision;
  const haveFilesMoved = entry.applied.digest !== digestOfBody(change.desired);
  if (!hasServerMoved) return 'files';
  return haveFilesMoved ? 'both' : 'server';
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
        origin: null,
      };
    })
    .sort((left, right) => (left.id < right.id ? -1 : Number(left.id > right.id)));
}

function isOwned(connector: ConnectorResource, projects: readonly string[]): boolean {
  const owner = connector.labels?.[OWNERSHIP_LABEL];
  return owner !== undefined && projects.includes(owner);
}

function toOrphan({ connectorId, labels }: ConnectorResource): Orphan {
  return { kind: 'connector', id: connectorId, project: labels?.[OWNERSHIP_LABEL] ?? '' };
}

function toPlan(changes: readonly Change[], facts: Omit<Plan, 'changes' | 'summary'>): Plan {
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  return {
    changes: orderChanges(changes, KINDS),
    summary: { create: count('create'), update: count('update'), delete: count('delete'), noOp: count('no-op') },
    ...facts,
  };
}
