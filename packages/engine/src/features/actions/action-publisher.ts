import { type Change, changed, unchanged } from '../../audit/audited-changes.ts';
import type { AuditedTransaction } from '../../audit/audited-transaction.ts';
import type { StateTransaction } from '../../state/state-database.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import type { Preconditions } from '../../util/preconditions.ts';
import { type ActionVersion, type DataAction, withPublication } from './action.ts';
import { actionPublishedEvents } from './action-events.ts';
import type { ActionListing, ActionStore } from './action-store.ts';
import type { DefinitionCheck } from './definition-check.ts';
import { findAction, findVersion } from './find-action.ts';
import { assertWasPublished, chooseRollback } from './publication-request.ts';

export interface ActionPublisherOptions {
  readonly store: ActionStore;
  readonly definitions: Pick<DefinitionCheck, 'assertValid' | 'assertConnector'>;
  readonly clock: Clock;
}

/** Makes a version the one that runs. */
export class ActionPublisher {
  readonly #options: ActionPublisherOptions;

  constructor(options: ActionPublisherOptions) {
    this.#options = options;
  }

  /**
   * Checks the version that is wanted, undefined for the newest, as a PUT checks its body.
   * @returns its number: what is published is what was checked, whatever is stored meanwhile
   */
  async check(caller: Caller, id: string, wanted: number | undefined, preconditions: Preconditions): Promise<number> {
    const { store, definitions } = this.#options;
    const stored = await findAction(store, caller, id, preconditions);
    const number = wanted ?? stored.latestVersion;
    const checked = await findVersion(store, id, number);
    if (stored.published?.version !== number) await definitions.assertValid(caller, id, checked.body);
    return number;
  }

  async publish(
    transaction: AuditedTransaction,
    caller: Caller,
    id: string,
    number: number,
    preconditions: Preconditions,
  ): Promise<Change<ActionListing>> {
    const { store } = this.#options;
    const action = await findAction(store, caller, id, preconditions, transaction.state);
    const version = await findVersion(store, id, number, transaction.state);
    if (action.published?.version === number) {
      return listingUnchanged(await this.#listing(action, version, transaction.state));
    }
    const publishedAfter = action.published?.version ?? null;
    return this.#makeRun(transaction, action, { ...version, publishedAfter });
  }

  /** @param wanted a version that ran, undefined for the one before the present one */
  async rollback(
    transaction: AuditedTransaction,
    caller: Caller,
    id: string,
    wanted: number | undefined,
    preconditions: Preconditions,
  ): Promise<Change<ActionListing>> {
    const { store } = this.#options;
    const { state } = transaction;
    const action = await findAction(store, caller, id, preconditions, state);
    const { published } = action;
    const present = published === null ? undefined : await findVersion(store, id, published.version, state);
    const version = await findVersion(store, id, chooseRollback(wanted, present), state);
    assertWasPublished(version);
    if (version.version === published?.version) return listingUnchanged(await this.#listing(action, version, state));
    return this.#makeRun(transaction, action, version);
  }

  async #makeRun(
    transaction: AuditedTransaction,
    action: DataAction,
    version: ActionVersion,
  ): Promise<Change<ActionListing>> {
    const { store, definitions, clock } = this.#options;
    const connector = await definitions.assertConnector(action.tenant, version.body, transaction.state);
    const now = clock.now();
    const running = withPublication(action, version, now);
    await store.update(running, transaction.state);
    await store.updateVersion({ ...version, publishedAt: now }, transaction.state);
    for (const event of actionPublishedEvents(action.tenant, version, connector, now)) await transaction.emit(event);
    return changed(await this.#listing(running, version, transaction.state), {
      revision: running.revision,
      version: version.version,
      previousVersion: action.published?.version ?? null,
    });
  }

  /** The action with the body of its newest version, which may be the one at hand. */
  async #listing(action: DataAction, known: ActionVersion, within: StateTransaction): Promise<ActionListing> {
    const { id, latestVersion } = action;
    if (known.version === latestVersion) return { action, body: known.body };
    return { action, body: (await findVersion(this.#options.store, id, latestVersion, within)).body };
  }
}

/** The action is as wanted already. */
export function listingUnchanged(listing: ActionListing): Change<ActionListing> {
  const { revision, latestVersion, published } = listing.action;
  return unchanged(listing, { revision, latestVersion, publishedVersion: published?.version ?? null });
}
