import type { ConnectorResource, DataActionResource } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import { isSameConnector } from '../util/connector-comparison.ts';
import { isSameDataAction } from '../util/data-action-comparison.ts';
import type { ActualState } from './diff.ts';
import { digestOfBody, type JournalEntries, type JournalEntry, resourceKey } from './journal-state.ts';
import type { Change, ChangeProgress, DataActionChange, Plan, StoredState } from './plan.ts';

const NAMED_AT_MOST = 5;
const GONE: StoredState = { revision: null, version: null, publishedVersion: null };

/** A change that an earlier run has begun. */
export interface SettledChange extends ChangeProgress {
  /** No step is left. */
  readonly isDone: boolean;
}

type Stored = ConnectorResource | DataActionResource;

/**
 * Holds a plan that was made earlier against what the server has now. What an earlier, unfinished run of ours has
 * already done, or half done, is returned, with what it made. @throws PLAN_STALE when anything else has moved
 */
export function matchPlan(
  plan: Plan,
  { connectors, dataActions }: Pick<ActualState, 'connectors' | 'dataActions'>,
  journal: JournalEntries,
): ReadonlyMap<Change, SettledChange> {
  const stored = new Map<string, Stored>([
    ...connectors.map((one) => [resourceKey({ kind: 'connector', id: one.connectorId }), one] as const),
    ...(dataActions ?? []).map((one) => [resourceKey({ kind: 'data-action', id: one.actionId }), one] as const),
  ]);
  const settled = new Map<Change, SettledChange>();
  const moved: string[] = [];
  for (const change of plan.changes) {
    const key = resourceKey(change);
    const now = stored.get(key);
    if ((now?.revision ?? null) === change.revision) continue;
    const progress = progressOf(change, now, journal.get(key));
    if (progress !== null) settled.set(change, progress);
    else moved.push(change.id);
  }
  if (moved.length > 0) throw stale(moved, plan.server);
  return settled;
}

/** How far our own hand has brought a change; null when it was another one. */
function progressOf(change: Change, now: Stored | undefined, entry: JournalEntry | undefined): SettledChange | null {
  if (entry === undefined) return null;
  const written = [entry.applied, entry.inDoubt].flatMap((write) => (write === null ? [] : [write.digest]));
  if (!written.includes(digestOfBody(change.desired))) return null;
  if (change.desired === null) return now === undefined ? { stepsDone: 1, stored: GONE, isDone: true } : null;
  if (now === undefined) return null;
  if (change.kind === 'data-action') return progressOfDataAction(change, now, entry);
  if (!('connectorName' in now) || !isSameConnector(now, change.desired)) return null;
  return { stepsDone: 1, stored: { ...GONE, revision: now.revision }, isDone: true };
}

function progressOfDataAction(change: DataActionChange, now: Stored, entry: JournalEntry): SettledChange | null {
  if (!('statement' in now) || change.desired === null || !isSameDataAction(now, change.desired)) return null;
  const { revision, version, publishedVersion } = now;
  const stored = { revision, version, publishedVersion };
  const isPublished = publishedVersion === version;
  if (change.action === 'publish') return isPublished ? { stepsDone: 1, stored, isDone: true } : null;
  if (!change.publishes || isPublished) return { stepsDone: 2, stored, isDone: true };
  // Stored and not yet published by us, unless somebody has been at it since.
  const isAsWeLeftIt = entry.inDoubt !== null || entry.applied?.revision === revision;
  return isAsWeLeftIt ? { stepsDone: 1, stored, isDone: false } : null;
}

function stale(moved: readonly string[], server: string): DipswitchError {
  const named = moved.slice(0, NAMED_AT_MOST).join(', ');
  const others = moved.length > NAMED_AT_MOST ? ` and ${moved.length - NAMED_AT_MOST} more` : '';
  const message = `${server} has moved since the plan was made: ${named}${others}`;
  return new DipswitchError('PLAN_STALE', message, { status: 412 });
}
