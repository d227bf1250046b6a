import type { DataActionBody, ValidationResult } from '@dipswitch/contract';
import type { AuditedAttempts, AuditedOperation } from '../../audit/audited-attempts.ts';
import type { AuditedTransaction, AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import type { PageQuery } from '../../util/page-query.ts';
import { assertPreconditions, type Preconditions } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { createAction, createVersion, isSameDefinition, withNextVersion } from './action.ts';
import { createActionAudit } from './action-audit.ts';
import { ActionPublisher } from './action-publisher.ts';
import type { ActionHistory, ActionListing, ActionStore } from './action-store.ts';
import type { DefinitionCheck } from './definition-check.ts';
import { actionNotFound, findAction, findVersion } from './find-action.ts';
import { parsePublishBody, parseRollbackBody } from './publication-request.ts';
import type { PublishedActions } from './published-actions.ts';

export interface ActionServiceOptions {
  readonly store: ActionStore;
  readonly transactions: AuditedTransactions;
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
export interface ActionService {
  /** Stores a new version as draft; a body that says the same as the newest version changes nothing. */
  put(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing>;
  get(caller: Caller, id: string): Promise<ActionHistory>;
  list(caller: Caller, query: ActionListQuery): Promise<ActionList>;
  /** @param force also while a version is published */
  delete(caller: Caller, id: string, preconditions: Preconditions, force: boolean): Promise<void>;
  /** All findings about a body, errors and warnings; stores nothing. */
  validate(caller: Caller, id: string, body: unknown): Promise<ValidationResult>;
  /** Makes a version the one that runs: that of the body, else the newest. Checks it like a PUT. */
  publish(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing>;
  /** Makes a version run again that ran before: that of the body, else the one before the present one. */
  rollback(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing>;
}

export function createActionService(options: ActionServiceOptions): ActionService {
  return new StoredActionService(options);
}

class StoredActionService implements ActionService {
  readonly #options: ActionServiceOptions;
  readonly #audit: AuditedAttempts;
  readonly #publisher: ActionPublisher;

  constructor(options: ActionServiceOptions) {
    this.#options = options;
    this.#audit = createActionAudit(options.transactions, options.clock);
    this.#publisher = new ActionPublisher({
      ...options,
      transact: (operation, id, work) => this.#changeWhatRuns(operation, id, work),
    });
  }

  put(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing> {
    return this.#audit.attempt('ACTION_PUT', caller, id, async (operation) => {
      const valid = await this.#options.definitions.assertValid(caller, id, body);
      // A draft is nothing that runs, so nobody has to look again.
      const listing = await this.#change(operation, (transaction) =>
        this.#store(transaction, operation, id, valid.body, preconditions),
      );
      return recordIfUnchanged(operation, listing);
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

  delete(caller: Caller, id: string, preconditions: Preconditions, force: boolean): Promise<void> {
    return this.#audit.attempt('ACTION_DELETE', caller, id, (operation) =>
      this.#changeWhatRuns(operation, id, async (transaction) => {
        const { store } = this.#options;
        const { revision, published } = await findAction(store, caller, id, preconditions, transaction.state);
        if (published !== null && !force) {
          throw new ProblemError('STILL_PUBLISHED', 'A version of the data action is published.');
        }
        await store.delete(id, transaction.state);
        await operation.audit(transaction, { revision, publishedVersion: published?.version ?? null });
      }),
    );
  }

  async validate(caller: Caller, id: string, body: unknown): Promise<ValidationResult> {
    const { action, findings } = await this.#options.definitions.check(caller, id, body);
    return { valid: action !== null, findings: [...findings] };
  }

  publish(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing> {
    return this.#audit.attempt('ACTION_PUBLISH', caller, id, async (operation) =>
      recordIfUnchanged(operation, await this.#publisher.publish(operation, id, parsePublishBody(body), preconditions)),
    );
  }

  rollback(caller: Caller, id: string, body: unknown, preconditions: Preconditions): Promise<ActionListing> {
    return this.#audit.attempt('ACTION_ROLLBACK', caller, id, async (operation) =>
      recordIfUnchanged(
        operation,
        await this.#publisher.rollback(operation, id, parseRollbackBody(body), preconditions),
      ),
    );
  }

  /** Runs a change in one transaction; whoever runs actions then looks again. */
  async #changeWhatRuns<Result>(
    operation: AuditedOperation,
    id: string,
    work: (transaction: AuditedTransaction) => Promise<Result>,
  ): Promise<Result> {
    try {
      return await this.#change(operation, work);
    } finally {
      // Also when it rejects: a commit whose audit record could not be chained is a commit all the same.
      if (operation.hasChanged) this.#options.published.forget(id);
    }
  }

  #change<Result>(
    operation: AuditedOperation,
    work: (transaction: AuditedTransaction) => Promise<Result>,
  ): Promise<Result> {
    return this.#options.transactions.run((transaction) => {
      operation.restart();
      return work(transaction);
    });
  }

  /** Creates the action or a version of it inside a transaction, which may be run again when it lost against another. */
  async #store(
    transaction: AuditedTransaction,
    operation: AuditedOperation,
    id: string,
    body: DataActionBody,
    preconditions: Preconditions,
  ): Promise<ActionListing> {
    const { store, definitions, clock } = this.#options;
    const { tenant, actor } = operation.caller;
    const stored = await store.find(id, transaction.state);
    if (stored !== undefined && stored.tenant !== tenant) {
      throw new ProblemError('ID_TAKEN', 'The id belongs to another tenant.');
    }
    assertPreconditions(preconditions, stored?.revision, 'data action');
    if (stored !== undefined) {
      const newest = await findVersion(store, id, stored.latestVersion, transaction.state);
      if (isSameDefinition(newest.body, body)) return { action: stored, body: newest.body };
    }
    await definitions.assertConnector(tenant, body, transaction.state);
    const now = clock.now();
    const action = stored === undefined ? createAction(id, tenant, body, now) : withNextVersion(stored, body, now);
    const { revision, latestVersion: version } = action;
    if (stored === undefined) await store.insert(action, transaction.state);
    else await store.update(action, transaction.state);
    await store.insertVersion(createVersion(action, body, actor), transaction.state);
    const change = stored === undefined ? 'created' : 'updated';
    await operation.audit(transaction, { change, revision, version, connectorId: body.connectorId });
    return { action, body };
  }
}

/** An attempt that was allowed and found things as wanted is recorded too. */
function recordIfUnchanged(operation: AuditedOperation, listing: ActionListing): ActionListing {
  const { revision, latestVersion, published } = listing.action;
  if (!operation.hasChanged) {
    operation.record('SUCCESS', {
      change: 'none',
      revision,
      latestVersion,
      publishedVersion: published?.version ?? null,
    });
  }
  return listing;
}
