import { type ConnectorResource, type DataActionResource, OWNERSHIP_LABEL } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import type { DesiredConnector, DesiredDataAction, DesiredState } from '../files/desired-state-types.ts';
import { diffConnectors } from '../util/connector-comparison.ts';
import { diffDataActions } from '../util/data-action-comparison.ts';
import { digestOfBody, type JournalEntries, resourceKey } from './journal-state.ts';
import { orderChanges } from './order-changes.ts';
import type { Change, ChangeOrigin, ConnectorChange, DataActionChange, Orphan, Plan } from './plan.ts';

/** What the server has, as far as a plan is concerned. */
export interface ActualState {
  readonly server: string;
  readonly connectors: readonly ConnectorResource[];
  /** Null when they were not looked at: the files name none, and the server did not show them. */
  readonly dataActions: readonly DataActionResource[] | null;
}

export interface DiffOptions {
  readonly prune: boolean;
  /** Leaves new versions of data actions unpublished. Default false. */
  readonly draft?: boolean;
  /** What earlier applies left behind; it tells drift from a change of the files. */
  readonly journal?: JournalEntries;
  /** Looks at these alone, by `resourceKey`. Default: at all. */
  readonly onlyKeys?: ReadonlySet<string>;
}

/** Each after those that it depends on. */
const KINDS: readonly Change['kind'][] = ['connector', 'data-action'];
const NO_JOURNAL: JournalEntries = new Map();

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
  const isLookedAt = (change: { readonly kind: Change['kind']; readonly id: string }): boolean =>
    options.onlyKeys?.has(resourceKey(change)) ?? true;
  const owned = [
    ...actual.connectors.filter((stored) => isOwned(stored, desired.projects)).map(deletionOfConnector),
    ...(actual.dataActions ?? []).filter((stored) => isOwned(stored, desired.projects)).map(deletionOfDataAction),
  ];
  const wanted = new Set([
    ...desired.connectors.map(({ body }) => resourceKey({ kind: 'connector', id: body.connectorId })),
    ...desired.dataActions.map(({ body }) => resourceKey({ kind: 'data-action', id: body.actionId })),
  ]);
  const unwanted = owned.filter(({ change }) => !wanted.has(resourceKey(change)) && isLookedAt(change));
  const changes = [...diffAllConnectors(desired, actual, options), ...diffAllDataActions(desired, actual, options)];
  const deletions = options.prune ? unwanted.map(({ change }) => change).sort(byId) : [];
  return toPlan([...changes.filter(isLookedAt), ...deletions], {
    projects: desired.projects,
    owned: owned.length,
    orphans: options.prune ? [] : unwanted.map(toOrphan),
    dataActionsRead: actual.dataActions !== null,
    server: actual.server,
  });
}

/** A plan that deletes just these. */
export function planDeletions(
  stored:
    | { readonly connectors: readonly ConnectorResource[] }
    | { readonly dataActions: readonly DataActionResource[] },
  server: string,
): Plan {
  const deletions =
    'connectors' in stored ? stored.connectors.map(deletionOfConnector) : stored.dataActions.map(deletionOfDataAction);
  const changes = deletions.map(({ change }) => change).sort(byId);
  return toPlan(changes, { projects: [], owned: 0, orphans: [], dataActionsRead: 'dataActions' in stored, server });
}

function diffAllConnectors(desired: DesiredState, actual: ActualState, options: DiffOptions): readonly Change[] {
  const stored = new Map(actual.connectors.map((connector) => [connector.connectorId, connector]));
  const { journal = NO_JOURNAL } = options;
  return desired.connectors.map((connector) =>
    diffConnector(connector, stored.get(connector.body.connectorId), journal),
  );
}

function diffAllDataActions(desired: DesiredState, actual: ActualState, options: DiffOptions): readonly Change[] {
  const stored = new Map((actual.dataActions ?? []).map((dataAction) => [dataAction.actionId, dataAction]));
  return desired.dataActions.map((dataAction) =>
    diffDataAction(dataAction, stored.get(dataAction.body.actionId), options),
  );
}

function diffConnector(
  { body, source }: DesiredConnector,
  stored: ConnectorResource | undefined,
  journal: JournalEntries,
): ConnectorChange {
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

function diffDataAction(
  { body, source }: DesiredDataAction,
  stored: DataActionResource | undefined,
  { journal = NO_JOURNAL, draft = false }: DiffOptions,
): DataActionChange {
  const common = { kind: 'data-action', id: body.actionId, desired: body, source } as const;
  if (stored === undefined) {
    const facts = { fields: [], revision: null, version: null, publishedVersion: null, publishes: !draft };
    return { ...common, action: 'create', ...facts, origin: originOf(common, null, journal) };
  }
  const { revision, version, publishedVersion } = stored;
  const seen = { revision, version, publishedVersion };
  const fields = diffDataActions(stored, body);
  const origin = originOf(common, revision, journal);
  if (fields.length > 0) return { ...common, action: 'update', fields, ...seen, publishes: !draft, origin };
  const unchanged = { ...common, fields, ...seen, publishes: false };
  // The newest version is what the files say: all that may be missing is that it runs.
  const isSettled = draft || publishedVersion === version;
  return isSettled ? { ...unchanged, action: 'no-op', origin: null } : { ...unchanged, action: 'publish', origin };
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

/** What a deletion would be, and whose it is. */
interface Deletion {
  readonly change: Change;
  readonly project: string;
}

const GONE = { action: 'delete', fields: [], desired: null, source: null, origin: null } as const;

function deletionOfConnector({ connectorId: id, revision, labels }: ConnectorResource): Deletion {
  return { change: { kind: 'connector', id, revision, ...GONE }, project: labels?.[OWNERSHIP_LABEL] ?? '' };
}

function deletionOfDataAction(stored: DataActionResource): Deletion {
  const { actionId: id, revision, version, publishedVersion, labels } = stored;
  const seen = { revision, version, publishedVersion, publishes: false };
  return { change: { kind: 'data-action', id, ...seen, ...GONE }, project: labels?.[OWNERSHIP_LABEL] ?? '' };
}

function byId(left: Change, right: Change): number {
  return left.id < right.id ? -1 : Number(left.id > right.id);
}

function isOwned({ labels }: Pick<ConnectorResource, 'labels'>, projects: readonly string[]): boolean {
  const owner = labels?.[OWNERSHIP_LABEL];
  return owner !== undefined && projects.includes(owner);
}

function toOrphan({ change, project }: Deletion): Orphan {
  return { kind: change.kind, id: change.id, project };
}

function toPlan(changes: readonly Change[], facts: Omit<Plan, 'changes' | 'summary'>): Plan {
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  return {
    changes: orderChanges(changes, KINDS),
    summary: {
      create: count('create'),
      update: count('update'),
      publish: count('publish'),
      delete: count('delete'),
      noOp: count('no-op'),
    },
    ...facts,
  };
}
