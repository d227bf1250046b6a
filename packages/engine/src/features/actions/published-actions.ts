import type { DatabaseKind } from '@dipswitch/contract';
import { StateUnavailableError } from '../../state/state-errors.ts';
import { BoundedMap } from '../../util/bounded-map.ts';
import type { Clock } from '../../util/clock.ts';
import type { Logger } from '../../util/logger.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { withDeadline } from '../../util/with-deadline.ts';
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
/** What an entry takes beside its definition. */
const ENTRY_BYTES = 1_000;
/** From this part of its time on, what is in use is read again beside the callers, so that none of them waits for it. */
const READ_AHEAD = 2 / 3;
/** How long a caller waits for a state database that does not answer, when something older is known. */
const PATIENCE_MS = 200;
/** How long a state database that did not answer is left alone. */
const RETRY_MS = 1_000;

interface Entry {
  readonly tenant: string;
  readonly connectorId: string;
  /** Names the version and the kind of its connector for ever. */
  readonly stamp: string;
  /** Null: the version does not follow the rules on a connector of this kind. */
  readonly action: RunnableAction | null;
  readonly sizeBytes: number;
}

interface Known extends Entry {
  /** Monotonic time at which the reading that found it began. */
  readAt: number;
  /** Monotonic time of the last reading that failed. */
  failedAt: number;
}

type Found = Entry | { readonly tenant: string | null; readonly miss: ActionMiss };

interface Reading {
  readonly startedAt: number;
  readonly found: Promise<Found>;
}

/**
 * The published versions that were called lately, kept in memory. States of an entry: `fresh` (younger than `freshMs`:
 * answered at once; near its end it is read again beside that) -> `due` (the next call reads first) -> `fresh`; while
 * the state database is away a due one is answered as it is, up to `staleLimitMs`. `forget` drops it at once. What is
 * not found is not remembered, so that a new action works at once.
 */
export class PublishedActions implements ActionCatalogue {
  readonly #options: PublishedActionsOptions;
  readonly #freshMs: number;
  /** In the order of reading. */
  readonly #entries: BoundedMap<Known>;
  /** One reading at a time for each action, for all who wait. */
  readonly #readings = new Map<string, Reading>();

  constructor(options: PublishedActionsOptions) {
    this.#options = options;
    this.#freshMs = options.freshMs ?? DEFAULT_FRESH_MS;
    const { maxEntries = DEFAULT_MAX_ENTRIES, maxBytes = DEFAULT_MAX_BYTES } = options;
    this.#entries = new BoundedMap({ maxEntries, maxBytes });
  }

  /**
   * @throws StateUnavailableError when the state database is away and nothing young enough is known
   * @throws ProblemError `NOT_PUBLISHED` when the published version does not suit its connector any more
   */
  published(tenant: string, actionId: string): RunnableAction | ActionMiss | Promise<RunnableAction | ActionMiss> {
    const known = this.#entries.get(actionId);
    if (known === undefined) return this.#read(actionId).found.then((found) => answer(found, tenant));
    const ageMs = this.#options.clock.monotonicMs() - known.readAt;
    if (ageMs >= this.#freshMs) return this.#answerDue(tenant, actionId, known);
    if (ageMs >= this.#freshMs * READ_AHEAD) this.#readAhead(actionId, known);
    return answer(known, tenant);
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

  /** Another version of the action runs from now on, or none: nothing known of it is answered any more. */
  forget(actionId: string): void {
    this.#entries.delete(actionId);
    // A reading that began before may have seen what was; those who come now begin another.
    this.#readings.delete(actionId);
  }

  /** A due one is read first, unless the state database is away. */
  #answerDue(
    tenant: string,
    actionId: string,
    known: Known,
  ): RunnableAction | ActionMiss | Promise<RunnableAction | ActionMiss> {
    const { clock, staleLimitMs = DEFAULT_STALE_LIMIT_MS } = this.#options;
    const now = clock.monotonicMs();
    const mayBeStale = now - known.readAt < staleLimitMs;
    const reading = this.#readings.get(actionId);
    const isAway = now - known.failedAt < RETRY_MS || (reading !== undefined && now - reading.startedAt >= PATIENCE_MS);
    if (mayBeStale && isAway) return answer(known, tenant);
    const { found } = this.#read(actionId);
    return (mayBeStale ? this.#patiently(found, known) : found).then((result) => answer(result, tenant));
  }

  /** What is found, or what is known when the state database does not say in time. */
  async #patiently(found: Promise<Found>, known: Known): Promise<Found> {
    const { clock } = this.#options;
    try {
      return await withDeadline(found, { clock, endsAtMs: clock.monotonicMs() + PATIENCE_MS }, () => known);
    } catch (error) {
      if (error instanceof StateUnavailableError) return known;
      throw error;
    }
  }

  #readAhead(actionId: string, known: Known): void {
    if (this.#readings.has(actionId) || this.#options.clock.monotonicMs() - known.failedAt < RETRY_MS) return;
    this.#read(actionId).found.catch((err: unknown) => {
      // Whoever calls when it is due meets the same failure and tells it; one that is away is told at /readyz.
      if (!(err instanceof StateUnavailableError)) {
        this.#options.logger.warn({ actionId, err }, 'a published data action could not be read again');
      }
    });
  }

  #read(actionId: string): Reading {
    const running = this.#readings.get(actionId);
    if (running !== undefined) return running;
    const startedAt = this.#options.clock.monotonicMs();
    const known = this.#entries.get(actionId);
    const reading: Reading = { startedAt, found: this.#load(actionId, known) };
    this.#readings.set(actionId, reading);
    const isCurrent = (): boolean => this.#readings.get(actionId) === reading;
    const kept = reading.found.then(
      (found) => {
        if (isCurrent()) this.#keep(actionId, found, startedAt);
      },
      () => {
        if (known !== undefined) known.failedAt = this.#options.clock.monotonicMs();
      },
    );
    void kept.finally(() => {
      if (isCurrent()) this.#readings.delete(actionId);
    });
    return reading;
  }

  #keep(actionId: string, found: Found, readAt: number): void {
    if ('miss' in found) this.#entries.delete(actionId);
    else this.#entries.set(actionId, { ...found, readAt, failedAt: Number.NEGATIVE_INFINITY }, found.sizeBytes);
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
