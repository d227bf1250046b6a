import type { DatabaseKind } from '@dipswitch/contract';
import { KeptRows } from '../../state/kept-rows.ts';
import { StateUnavailableError } from '../../state/state-errors.ts';
import type { Clock } from '../../util/clock.ts';
import type { Logger } from '../../util/logger.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ConnectorDirectory } from '../connectors/connector-directory.ts';
import type { ActionHead, ActionVersion } from './action.ts';
import type { ActionCatalogue, ActionMiss, RunnableAction } from './action-catalogue.ts';
import type { ActionStore } from './action-store.ts';
import { noConnector, toRunnableDefinition } from './definition-check.ts';

export interface PublishedActionsOptions {
  readonly store: Pick<ActionStore, 'find' | 'head' | 'findVersion'>;
  readonly connectors: Pick<ConnectorDirectory, 'kindOf'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What another engine published runs here after this time at the latest. Default 3 s. */
  readonly freshMs?: number;
  /** While the state database does not answer, what was known goes on running for this long. Default 300 s. */
  readonly staleLimitMs?: number;
  /** Default 20 000 actions; beyond it what was read longest ago is dropped. */
  readonly maxEntries?: number;
  /** Of definitions, by estimate. Default 128 MiB. */
  readonly maxBytes?: number;
}

const DEFAULT_FRESH_MS = 3_000;
const DEFAULT_STALE_LIMIT_MS = 300_000;
const DEFAULT_MAX_ENTRIES = 20_000;
const DEFAULT_MAX_BYTES = 128 * 1024 * 1024;
/** What a definition takes of memory for each character of its JSON: as submitted, as bound, as prepared to run. */
const BYTES_PER_CHARACTER = 3;
/** What an entry takes besides its definition. */
const ENTRY_BYTES = 1_000;
/** From this part of its time on, what is in use is read again in the background, so that no caller waits for it. */
const READ_AHEAD = 2 / 3;
/** How long a caller waits for a state database that does not answer, when something older is known. */
const PATIENCE_MS = 200;

interface Entry {
  readonly tenant: string;
  readonly connectorId: string;
  /** Names the version and the kind of its connector forever. */
  readonly stamp: string;
  /** Null: the version does not follow the rules on a connector of this kind. */
  readonly action: RunnableAction | null;
  readonly sizeBytes: number;
}

type Found = Entry | { readonly tenant: string | null; readonly miss: ActionMiss };

/** The published versions that were called lately, kept in memory; what is not found is not remembered. */
export class PublishedActions implements ActionCatalogue {
  readonly #options: PublishedActionsOptions;
  readonly #rows: KeptRows<Found>;

  constructor(options: PublishedActionsOptions) {
    this.#options = options;
    const { clock, freshMs = DEFAULT_FRESH_MS, staleLimitMs = DEFAULT_STALE_LIMIT_MS } = options;
    const { maxEntries = DEFAULT_MAX_ENTRIES, maxBytes = DEFAULT_MAX_BYTES } = options;
    this.#rows = new KeptRows<Found>({
      ...{ clock, freshMs, staleLimitMs, maxEntries, maxBytes },
      readAheadAfterMs: freshMs * READ_AHEAD,
      patienceMs: PATIENCE_MS,
      read: (actionId, known) => this.#load(actionId, known !== undefined && isEntry(known) ? known : undefined),
      isKept: isEntry,
      toSizeBytes: (found) => (isEntry(found) ? found.sizeBytes : 0),
      onReadAheadFailed: (actionId, err) => {
        // A caller that comes when it is due meets the same failure; one that is away is told at /readyz.
        if (err instanceof StateUnavailableError) return;
        options.logger.warn({ actionId, err }, 'a published data action could not be read again');
      },
    });
  }

  /**
   * @throws StateUnavailableError when the state database is away and nothing young enough is known
   * @throws ProblemError `NOT_PUBLISHED` when the published version does not suit its connector any more
   */
  published(tenant: string, actionId: string): RunnableAction | ActionMiss | Promise<RunnableAction | ActionMiss> {
    const found = this.#rows.get(actionId);
    return found instanceof Promise ? found.then((each) => answer(each, tenant)) : answer(found, tenant);
  }

  /** @throws ProblemError `VALIDATION_FAILED` when the version does not suit its connector (any more) */
  async version(tenant: string, actionId: string, version?: number): Promise<RunnableAction | 'unknown'> {
    const { store, connectors } = this.#options;
    const action = await store.find(actionId);
    if (action?.tenant !== tenant) return 'unknown';
    const stored = await store.findVersion(actionId, version ?? action.latestVersion);
    if (stored === undefined) return 'unknown';
    return toRunnable(tenant, stored, await connectors.kindOf(tenant, stored.body.connectorId));
  }

  /** Another version of the action runs from now on, or none. */
  forget(actionId: string): void {
    this.#rows.forget(actionId);
  }

  async #load(actionId: string, known: Entry | undefined): Promise<Found> {
    // Most often nothing has changed, and the two do not wait for each other.
    const [head, kindOfKnown] = await Promise.all([
      this.#options.store.head(actionId),
      known === undefined ? undefined : this.#options.connectors.kindOf(known.tenant, known.connectorId),
    ]);
    if (head === undefined) return { tenant: null, miss: 'unknown' };
    if (head.published === null) return { tenant: head.tenant, miss: 'never-published' };
    const { connectorId, version } = head.published;
    const kind =
      known !== undefined && connectorId === known.connectorId && head.tenant === known.tenant
        ? kindOfKnown
        : await this.#options.connectors.kindOf(head.tenant, connectorId);
    const stamp = toStamp(head, version, kind);
    if (known?.stamp === stamp && known.tenant === head.tenant) return known;
    const stored = await this.#options.store.findVersion(actionId, version);
    if (stored === undefined) return { tenant: null, miss: 'unknown' };
    const action = this.#toRunnableOrNull(head.tenant, stored, kind);
    const sizeBytes = ENTRY_BYTES + BYTES_PER_CHARACTER * JSON.stringify(stored.body).length;
    return { tenant: head.tenant, connectorId, stamp, action, sizeBytes };
  }

  #toRunnableOrNull(tenant: string, stored: ActionVersion, kind: DatabaseKind | undefined): RunnableAction | null {
    try {
      return toRunnable(tenant, stored, kind);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const { actionId, version } = stored;
      this.#options.logger.warn({ actionId, version }, 'a published version does not suit its connector any more');
      return null;
    }
  }
}

function isEntry(found: Found): found is Entry {
  return !('miss' in found);
}

function answer(found: Found, tenant: string): RunnableAction | ActionMiss {
  if (found.tenant !== tenant) return 'unknown';
  if ('miss' in found) return found.miss;
  if (found.action === null) throw unsuitable();
  return found.action;
}

/** An action that was deleted and made again has another time of creation. */
function toStamp({ createdAt }: ActionHead, version: number, kind: DatabaseKind | undefined): string {
  return `${createdAt}.${version}.${kind ?? ''}`;
}

/** @throws ProblemError `VALIDATION_FAILED` when the connector is gone or the rules do not allow the version on it */
function toRunnable(
  tenant: string,
  { actionId, version, body }: ActionVersion,
  kind: DatabaseKind | undefined,
): RunnableAction {
  if (kind === undefined) throw noConnector();
  const definition = toRunnableDefinition(body, kind);
  return { actionId, tenant, version, connectorId: body.connectorId, kind, definition };
}

function unsuitable(): ProblemError {
  return new ProblemError('NOT_PUBLISHED', 'The version does not suit the database kind that its connector has now.');
}
