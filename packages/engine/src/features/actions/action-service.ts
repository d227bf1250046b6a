import type { DataActionBody, ValidationResult } from '@dipswitch/contract';
import { type AuditedChanges, type Change, changed } from '../../audit/audited-changes.ts';
import type { AuditedTransaction } from '../../audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import type { PageQuery } from '../../util/page-query.ts';
import { assertPreconditions, type Preconditions } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { createAction, createVersion, isSameDefinition, withNextVersion } from './action.ts';
import { createActionAudit } from './action-audit.ts';
import { ActionPublisher, listingUnchanged } from './action-publisher.ts';
import type { ActionHistory, ActionListing, ActionStore } from './action-store.ts';
import type { DefinitionCheck } from './definition-check.ts';
import { actionNotFound, findAction, findVersion } from './find-action.ts';
import { parsePublishBody, parseRollbackBody } from './publication-request.ts';
import type { PublishedActions } from './published-actions.ts';

export interface ActionServiceOptions {
  readonly store: ActionStore;
  readonly transactions: Pick<AuditedTransactions, 'run' | 'record'>;
  readonly definitions: Pick<DefinitionCheck, 'check' | 'assertValid' | 'assertConnector'>;
  /** Told as soon as another version runs, or none. */
  readonly published: Pick<PublishedActions, 'forget'>;
  readonly clock: Clock;
}

export interface ActionListQuery extends PageQuery {
  /** Only those whose newest version is on this connector. */
  readonly connectorId?: string | undefined;
}

export interface ActionList {
  readonly items: readonly ActionListing[];
  /** Id after which the next page begins; null on the last page. */
  readonly nextAfter: string | null;
}

/**
 * What callers may do with the data actions of their tenant. An action of another tenant does not exist for them, save
 * that its id is taken. Every change is one transaction with its audit record and events; every refused change is
 * recorded too. All reject with `ProblemError`.
 *
 * Warnings about a body are told by `validate`; what stores something answers the action.
 */
export class ActionService {
  readonly #options: ActionServiceOptions;
  readonly #audited: AuditedChanges;
  readonly #publisher: ActionPublisher;

  constructor(options: ActionServiceOptions) {
    this.#options = options;
    this.#audited = createActionAudit(options.transactions, options.clock);
    this.#publisher = new ActionPublisher(options);
  }

  /** Stores a new version as draft; a body that says the same as the newest version changes nothing. */
  put(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing> {
    // A draft is nothing that runs, so nobody has to look again.
    return this.#audited.change('ACTION_PUT', caller, id, {
      before: () => this.#options.definitions.assertValid(caller, id, body),
      within: (transaction, valid) => this.#store(transaction, caller, id, valid.body, preconditions),
    });
  }

  async get(caller: Caller, id: string): Promise<ActionHistory> {
    const history = await this.#options.store.history(id);
    if (history?.action.tenant === caller.tenant) return history;
    throw actionNotFound();
  }

  async list(caller: Caller, { limit, after, connectorId }: ActionListQuery): Promise<ActionList> {
    const found = await this.#options.store.list(caller.tenant, { limit: limit + 1, after, connectorId });
    const items = found.slice(0, limit);
    return { items, nextAfter: found.length > limit ? (items.at(-1)?.action.id ?? null) : null };
  }

  /** @param force also while a version is published */
  delete(caller: Caller, id: string, preconditions: Preconditions, force: boolean): Promise<void> {
    const { store, published } = this.#options;
    return this.#audited.change('ACTION_DELETE', caller, id, {
      within: async ({ state }) => {
        const action = await findAction(store, caller, id, preconditions, state);
        if (action.published !== null && !force) {
          throw new ProblemError('STILL_PUBLISHED', 'A version of the data action is published.');
        }
        await store.delete(id, state);
        const publishedVersion = action.published?.version ?? null;
        return changed(undefined, { revision: action.revision, publishedVersion });
      },
      after: () => published.forget(id),
    });
  }

  /** All findings about a body, errors and warnings; stores nothing. */
  async validate(caller: Caller, id: string, body: unknown): Promise<ValidationResult> {
    const { action, findings } = await this.#options.definitions.check(caller, id, body);
    return { valid: action !== null, findings: [...findings] };
  }

  /** Makes a version the one that runs: that of the body, else the newest. Checks it like a PUT. */
  publish(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing> {
    return this.#audited.change('ACTION_PUBLISH', caller, id, {
      before: () => this.#publisher.check(caller, id, parsePublishBody(body), preconditions),
      within: (transaction, version) => this.#publisher.publish(transaction, caller, id, version, preconditions),
      after: () => this.#options.published.forget(id),
    });
  }

  /** Makes a version run again that ran before: that of the body, else the one before the present one. */
  rollback(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing> {
    return this.#audited.change('ACTION_ROLLBACK', caller, id, {
      before: () => parseRollbackBody(body),
      within: (transaction, wanted) => this.#publisher.rollback(transaction, caller, id, wanted, preconditions),
      after: () => this.#options.published.forget(id),
    });
  }

  /** Creates the action or a version of it inside a transaction, which may be run again when it lost against another. */
  async #store(
    { state }: AuditedTransaction,
    { tenant, actor }: Caller,
    id: string,
    body: DataActionBody,
    preconditions: Preconditions,
  ): Promise<Change<ActionListing>> {
    const { store, definitions, clock } = this.#options;
    const stored = await store.find(id, state);
    if (stored !== undefined && stored.tenant !== tenant) {
      throw new ProblemError('ID_TAKEN', 'The id belongs to another tenant.');
    }
    assertPreconditions(preconditions, stored?.revision, 'data action');
    if (stored !== undefined) {
      const newest = await findVersion(store, id, stored.latestVersion, state);
      if (isSameDefinition(newest.body, body)) return listingUnchanged({ action: stored, body: newest.body });
    }
    await definitions.assertConnector(tenant, body, state);
    const now = clock.now();
    const action = stored === undefined ? createAction(id, tenant, body, now) : withNextVersion(stored, body, now);
    const { revision, latestVersion: version } = action;
    if (stored === undefined) await store.insert(action, state);
    else await store.update(action, state);
    await store.insertVersion(createVersion(action, body, actor), state);
    const change = stored === undefined ? 'created' : 'updated';
    return changed({ action, body }, { change, revision, version, connectorId: body.connectorId });
  }
}
