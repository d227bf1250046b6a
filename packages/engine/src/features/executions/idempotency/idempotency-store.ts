import type { StateDatabase, StateTransaction } from '../../../state/state-database.ts';

/** Which write: of one action of one tenant, by the keyed digest of what identifies it. */
export interface IdempotencyKey {
  readonly tenant: string;
  readonly actionId: string;
  readonly keyHash: string;
}

export interface IdempotencyClaim extends IdempotencyKey {
  /** Keyed digest of the input: the same key with another input is refused. */
  readonly requestHash: string;
  readonly engineId: string;
  /** Wall clock, milliseconds. */
  readonly now: number;
  /** After this an execution that still counts as running is one whose end is not known. */
  readonly leaseUntil: number;
  readonly expiresAt: number;
}

/** What is known of a write that was begun before; `answer` is sealed. */
export interface KnownExecution {
  readonly state: 'running' | 'done' | 'in-doubt';
  readonly requestHash: string;
  readonly answer: string | null;
  readonly leaseUntil: number;
}

/**
 * Remembers writes for as long as a repetition must not run again, by the same statements on SQLite and PostgreSQL.
 * @throws StateUnavailableError from every method
 */
export class IdempotencyStore {
  readonly #state: StateDatabase;

  constructor(state: StateDatabase) {
    this.#state = state;
  }

  /**
   * Begins a write. When it resolves to `claimed`, that is durable, and only this claim may run it; else it resolves to
   * what is known. What has expired is as if it had never been.
   */
  claim(claim: IdempotencyClaim): Promise<'claimed' | KnownExecution> {
    return this.#state.transaction((transaction) => claimWithin(transaction, claim));
  }

  /** Keeps the answer of a claimed write; `in-doubt`: it is not known whether it took effect. */
  async finish(claim: IdempotencyClaim, state: 'done' | 'in-doubt', answer: string): Promise<void> {
    await this.#state.transaction((transaction) =>
      ownedBy(transaction.updateTable('idempotent_executions').set({ state, answer }), claim).execute(),
    );
  }

  /** Forgets a claimed write that took no effect for certain, so that a repetition runs. */
  async release(claim: IdempotencyClaim): Promise<void> {
    await this.#state.transaction((transaction) =>
      ownedBy(transaction.deleteFrom('idempotent_executions'), claim).execute(),
    );
  }

  /** Deletes expired writes, at most `limit`. @returns how many */
  sweep(now: number, limit: number): Promise<number> {
    return this.#state.transaction((transaction) => sweepWithin(transaction, now, limit));
  }
}

async function claimWithin(
  transaction: StateTransaction,
  claim: IdempotencyClaim,
): Promise<'claimed' | KnownExecution> {
  const known = await find(transaction, claim);
  if (known !== undefined && known.expiresAt > claim.now) return known;
  if (known !== undefined) {
    await transaction
      .deleteFrom('idempotent_executions')
      .where('tenant_id', '=', claim.tenant)
      .where('action_id', '=', claim.actionId)
      .where('key_hash', '=', claim.keyHash)
      .execute();
  }
  // Of two that claim at once the transactions let one through; the other is run again and finds its row.
  await transaction
    .insertInto('idempotent_executions')
    .values({
      tenant_id: claim.tenant,
      action_id: claim.actionId,
      key_hash: claim.keyHash,
      request_hash: claim.requestHash,
      state: 'running',
      answer: null,
      engine_id: claim.engineId,
      created_at: claim.now,
      lease_until: claim.leaseUntil,
      expires_at: claim.expiresAt,
    })
    .execute();
  return 'claimed';
}

async function find(
  transaction: StateTransaction,
  { tenant, actionId, keyHash }: IdempotencyKey,
): Promise<(KnownExecution & { readonly expiresAt: number }) | undefined> {
  const row = await transaction
    .selectFrom('idempotent_executions')
    .select(['state', 'request_hash', 'answer', 'lease_until', 'expires_at'])
    .where('tenant_id', '=', tenant)
    .where('action_id', '=', actionId)
    .where('key_hash', '=', keyHash)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { state, answer } = row;
  return { state, answer, requestHash: row.request_hash, leaseUntil: row.lease_until, expiresAt: row.expires_at };
}

interface Filterable<Query> {
  where(column: Column, operator: '=', value: string | number): Query & Filterable<Query>;
}

type Column = 'tenant_id' | 'action_id' | 'key_hash' | 'engine_id' | 'created_at' | 'state';

/** Only the row of this very claim: one that expired and was claimed again is somebody else's. */
function ownedBy<Query extends Filterable<Query>>(query: Query, claim: IdempotencyClaim): Query {
  return query
    .where('tenant_id', '=', claim.tenant)
    .where('action_id', '=', claim.actionId)
    .where('key_hash', '=', claim.keyHash)
    .where('engine_id', '=', claim.engineId)
    .where('created_at', '=', claim.now)
    .where('state', '=', 'running');
}

async function sweepWithin(transaction: StateTransaction, now: number, limit: number): Promise<number> {
  const expired = await transaction
    .selectFrom('idempotent_executions')
    .select(['tenant_id', 'action_id', 'key_hash'])
    .where('expires_at', '<=', now)
    .orderBy('expires_at')
    .limit(limit)
    .execute();
  for (const row of expired) {
    await transaction
      .deleteFrom('idempotent_executions')
      .where('tenant_id', '=', row.tenant_id)
      .where('action_id', '=', row.action_id)
      .where('key_hash', '=', row.key_hash)
      .where('expires_at', '<=', now)
      .execute();
  }
  return expired.length;
}
