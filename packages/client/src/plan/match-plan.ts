import type { ConnectorResource } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import { isSameConnector } from '../util/connector-comparison.ts';
import { digestOfBody, type JournalEntries, type JournalEntry, resourceKey } from './journal-state.ts';
import type { Change, Plan } from './plan.ts';

const NAMED_AT_MOST = 5;

/**
 * Holds a plan that was made earlier against what the server has now. What an earlier, unfinished run of ours has
 * already done is returned, with the revision that it made. @throws PLAN_STALE when anything else has moved
 */
export function matchPlan(
  plan: Plan,
  connectors: readonly ConnectorResource[],
  journal: JournalEntries,
): ReadonlyMap<Change, number | null> {
  const stored = new Map(connectors.map((connector) => [connector.connectorId, connector]));
  const done = new Map<Change, number | null>();
  const moved: string[] = [];
  for (const change of plan.changes) {
    const now = stored.get(change.id);
    if ((now?.revision ?? null) === change.revision) continue;
    if (isOurs(change, now, journal.get(resourceKey(change)))) done.set(change, now?.revision ?? null);
    else moved.push(change.id);
  }
  if (moved.length > 0) throw stale(moved, plan.server);
  return done;
}

function isOurs(change: Change, now: ConnectorResource | undefined, entry: JournalEntry | undefined): boolean {
  if (entry === undefined) return false;
  const written = [entry.applied, entry.inDoubt].flatMap((write) => (write === null ? [] : [write.digest]));
  if (!written.includes(digestOfBody(change.desired))) return false;
  if (change.desired === null) return now === undefined;
  return now !== undefined && isSameConnector(now, change.desired);
}

function stale(moved: readonly string[], server: string): DipswitchError {
  const named = moved.slice(0, NAMED_AT_MOST).join(', ');
  const others = moved.length > NAMED_AT_MOST ? ` and ${moved.length - NAMED_AT_MOST} more` : '';
  const message = `${server} has moved since the plan was made: ${named}${others}`;
  return new DipswitchError('PLAN_STALE', message, { status: 412 });
}
