import type { AuditedOperation } from '../../audit/audited-attempts.ts';
import type { AuditedTransaction } from '../../audit/audited-transactions.ts';
import type { StateTransaction } from '../../state/state-database.ts';
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
  /** Runs a change of what runs, in one transaction. */
  readonly transact: <Result>(
    operation: AuditedOperation,
    id: string,
    work: (transaction: AuditedTransaction) => Promise<Result>,
  ) => Promise<Result>;
}

/** Makes a version the one that runs. */
export class ActionPublisher {
  readonly #options: ActionPublisherOptions;

  constructor(options: ActionPublisherOptions) {
    this.#options = options;
  }

  /** @param wanted the version, undefined for the newest */
  async publish(
    operation: AuditedOperation,
    id: string,
    wanted: number | undefined,
    preconditions: Preconditions,
  ): Promise<ActionListing> {
    const { store, definitions, transact } = this.#options;
    const { caller } = operation;
    const stored = await findAction(store, caller, id, preconditions);
    // Kept from here on: what is published is what was checked, whatever is stored meanwhile.
    const number = wanted ?? stored.latestVersion;
    const checked = await findVersion(store, id, number);
    if (stored.published?.version !== number) await definitions.assertValid(caller, id, checked.body);
    return transact(operation, id, async (transaction) => {
      const action = await findAction(store, caller, id, preconditions, transaction.state);
      const version = await findVersion(store, id, number, transaction.state);
      if (action.published?.version === number) return this.#listing(action, version, transaction.state);
      const publishedAfter = action.published?.version ?? null;
      return this.#makeRun(transaction, operation, action, { ...version, publishedAfter });
    });
  }

  /** @param wanted a version that ran, undefined for the one before the present one */
  rollback(
    operation: AuditedOperation,
    id: string,
    wanted: number | undefined,
    preconditions: Preconditions,
  ): Promise<ActionListing> {
    const { store, transact } = this.#options;
    return transact(operation, id, async (transaction) => {
      const action = await findAction(store, operation.caller, id, preconditions, transaction.state);
      const { published } = action;
      const present =
        published === null ? undefined : await findVersion(store, id, published.version, transaction.state);
      const version = await findVersion(store, id, chooseRollback(wanted, present), transaction.state);
      assertWasPublished(version);
      if (version.version === published?.version) return this.#listing(action, version, transaction.state);
      return this.#makeRun(transaction, operation, action, version);
    });
  }

  async #makeRun(
    transaction: AuditedTransaction,
    operation: AuditedOperation,
    action: DataAction,
    version: ActionVersion,
  ): Promise<ActionListing> {
    const { store, definitions, clock } = this.#options;
    const connector = await definitions.assertConnector(action.tenant, version.body, transaction.state);
    const now = clock.now();
    const changed = withPublication(action, version, now);
    await store.update(changed, transaction.state);
    await store.updateVersion({ ...version, publishedAt: now }, transaction.state);
    await operation.audit(transaction, {
      revision: changed.revision,
      version: version.version,
      previousVersion: action.published?.version ?? null,
    });
    for (const event of actionPublishedEvents(action.tenant, version, connector, now)) await transaction.emit(event);
    return this.#listing(changed, version, transaction.state);
  }

  /** The action with the body of its newest version, which may be the one at hand. */
  async #listing(action: DataAction, known: ActionVersion, within: StateTransaction): Promise<ActionListing> {
    const { id, latestVersion } = action;
    if (known.version === latestVersion) return { action, body: known.body };
    return { action, body: (await findVersion(this.#options.store, id, latestVersion, within)).body };
  }
}
