import type { ConnectorResource, DataActionResource } from '@dipswitch/contract';
import { assertKnownKeys } from '../arguments.ts';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import type { DesiredState } from '../files/desired-state-types.ts';
import type { CallOptions, Connectors } from '../resources/connectors-types.ts';
import type { DataActions } from '../resources/data-actions-types.ts';
import { type ActualState, assertPlannable, diffStates, planDeletions } from './diff.ts';
import { type JournalEntries, resourceKey } from './journal-state.ts';
import { assertSoundOnServer } from './judge-by-server.ts';
import { matchPlan, type SettledChange } from './match-plan.ts';
import type { Change, Plan, PlanOptions } from './plan.ts';

export interface PlanDeletionOptions extends CallOptions {
  /** What the ids are of. Default `connector`. */
  readonly kind?: Change['kind'];
  /** Also deletes data actions of which a version is published, which callers may use. Default false. */
  readonly force?: boolean;
}

export interface PlannerOptions {
  readonly connectors: Connectors;
  readonly dataActions: DataActions;
  /** Address that plans are made for. */
  readonly server: string;
  readonly readJournal: () => Promise<JournalEntries>;
}

/** Reads the server and compares. */
export class Planner {
  readonly #options: PlannerOptions;

  constructor(options: PlannerOptions) {
    this.#options = options;
  }

  /** @throws DOCUMENT_INVALID, PROJECT_REQUIRED */
  async plan(desired: DesiredState, options: PlanOptions): Promise<Plan> {
    assertKnownKeys('options', options, ['prune', 'draft', 'onlyFailed', 'signal']);
    const { prune = false, draft = false, onlyFailed = false, signal } = options;
    // A document that cannot be planned is told before the server is asked.
    assertPlannable(desired, { prune });
    const [connectors, dataActions] = await Promise.all([
      this.#listConnectors(signal),
      this.#listDataActionsFor(desired, signal),
    ]);
    const actual: ActualState = { server: this.#options.server, connectors, dataActions };
    assertSoundOnServer(desired, connectors, prune);
    const plan = diffStates(desired, actual, { prune, draft });
    const { create, update, publish } = plan.summary;
    // The journal has nothing to say about what did not change, and reading a long one takes longer than comparing.
    if (!onlyFailed && create + update + publish === 0) return plan;
    const journal = await this.#options.readJournal();
    const only = onlyFailed ? { onlyKeys: failedKeys(journal) } : {};
    return diffStates(desired, actual, { prune, draft, journal, ...only });
  }

  /** @throws NOT_FOUND, STILL_PUBLISHED */
  async planDeletion(ids: readonly string[], options: PlanDeletionOptions): Promise<Plan> {
    const { connectors, dataActions, server } = this.#options;
    const { kind = 'connector', force = false, ...call } = options;
    const named = [...new Set(ids)];
    if (kind === 'connector') {
      return planDeletions({ connectors: await Promise.all(named.map((id) => connectors.get(id, call))) }, server);
    }
    const found = await Promise.all(named.map((id) => dataActions.get(id, call)));
    if (!force) assertUnpublished(found);
    return planDeletions({ dataActions: found }, server);
  }

  /** What of a plan that was made earlier is done already. @throws PLAN_STALE */
  async settle(plan: Plan, signal: AbortSignal): Promise<ReadonlyMap<Change, SettledChange>> {
    const hasDataActions = plan.changes.some(({ kind }) => kind === 'data-action');
    const [connectors, dataActions] = await Promise.all([
      this.#listConnectors(signal),
      hasDataActions ? this.#listDataActions(signal) : null,
    ]);
    return matchPlan(plan, { connectors, dataActions }, await this.#options.readJournal());
  }

  #listConnectors(signal: AbortSignal | undefined): Promise<readonly ConnectorResource[]> {
    return gather(this.#options.connectors.list(signal === undefined ? {} : { signal }));
  }

  #listDataActions(signal: AbortSignal | undefined): Promise<readonly DataActionResource[]> {
    return gather(this.#options.dataActions.list(signal === undefined ? {} : { signal }));
  }

  /**
   * Files without data actions are planned by clients, and on servers, that have nothing to do with them. Only what the
   * project left behind is of interest then, and it may stay unknown.
   */
  async #listDataActionsFor(
    { dataActions, projects }: DesiredState,
    signal: AbortSignal | undefined,
  ): Promise<readonly DataActionResource[] | null> {
    if (dataActions.length > 0) return await this.#listDataActions(signal);
    if (projects.length === 0) return null;
    try {
      return await this.#listDataActions(signal);
    } catch (error) {
      const isOutOfReach = isDipswitchError(error) && (error.status === 403 || error.status === 404);
      if (!isOutOfReach) throw error;
      return null;
    }
  }
}

async function gather<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const gathered: Item[] = [];
  for await (const item of items) gathered.push(item);
  return gathered;
}

/** Those whose last change did not succeed, or may have. */
function failedKeys(journal: JournalEntries): ReadonlySet<string> {
  const failed = [...journal.values()].filter(({ failure, inDoubt }) => failure !== null || inDoubt !== null);
  return new Set(failed.map(resourceKey));
}

function assertUnpublished(dataActions: readonly DataActionResource[]): void {
  const published = dataActions.filter(({ publishedVersion }) => publishedVersion !== null);
  if (published.length === 0) return;
  const named = published.map(({ actionId, publishedVersion }) => `${actionId} (version ${publishedVersion})`);
  throw new DipswitchError('STILL_PUBLISHED', `published, so callers may use it: ${named.join(', ')}`, {
    hint: 'Nothing was deleted. With force (`dip delete actions ID --force`) it is deleted all the same.',
  });
}
