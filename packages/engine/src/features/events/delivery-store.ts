import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import type { DeliveryVerdict } from './delivery-verdict.ts';

export interface EndpointKey {
  readonly tenant: string;
  readonly webhookUrl: string;
}

/** A delivery that this engine alone may attempt until its lease ends. */
export interface ClaimedDelivery extends EndpointKey {
  readonly deliveryId: string;
  /** The `webhook-id`: the same at every attempt and from every engine. */
  readonly eventId: string;
  /** Attempts made, with the one that this claim is for. */
  readonly attempts: number;
  readonly body: string;
  /** Fence: what is settled under another owner's lease is refused. */
  readonly leaseOwner: string;
}

export interface ClaimOptions {
  readonly limit: number;
  readonly leaseOwner: string;
  readonly now: number;
  readonly leaseUntil: number;
}

const PURGE_BATCH = 1_000;

/** The deliveries of all engines on one state database, by the same statements on SQLite and PostgreSQL. */
export class DeliveryStore {
  readonly #state: StateDatabase;

  constructor(state: StateDatabase) {
    this.#state = state;
  }

  /** Endpoints that have a delivery due and free to claim, the longest waiting first. */
  async listDueEndpoints(now: number, except: readonly EndpointKey[], limit: number): Promise<readonly EndpointKey[]> {
    let query = this.#state.queries
      .selectFrom((from) =>
        from
          .selectFrom('webhook_endpoints')
          .select(['tenant_id', 'webhook_url'])
          .select((row) =>
            row
              .selectFrom('deliveries')
              .select('deliveries.next_attempt_at')
              .whereRef('deliveries.tenant_id', '=', 'webhook_endpoints.tenant_id')
              .whereRef('deliveries.webhook_url', '=', 'webhook_endpoints.webhook_url')
              .where((expression) => isClaimable(expression, now))
              .orderBy('deliveries.next_attempt_at')
              .limit(1)
              .as('waiting_since'),
          )
          .as('endpoints'),
      )
      .select(['tenant_id', 'webhook_url'])
      .where('waiting_since', 'is not', null)
      .orderBy('waiting_since')
      .limit(limit);
    for (const { tenant, webhookUrl } of except) {
      query = query.where(({ not, and, eb }) =>
        not(and([eb('tenant_id', '=', tenant), eb('webhook_url', '=', webhookUrl)])),
      );
    }
    const rows = await query.execute();
    return rows.map((row) => ({ tenant: row.tenant_id, webhookUrl: row.webhook_url }));
  }

  /** Takes leases, oldest due first; two engines never get the same delivery. */
  async claim(endpoint: EndpointKey, options: ClaimOptions): Promise<readonly ClaimedDelivery[]> {
    const { leaseOwner, leaseUntil, now, limit } = options;
    return this.#state.transaction(async (transaction) => {
      const claimed = await transaction
        .updateTable('deliveries')
        .set(({ eb }) => ({
          lease_owner: leaseOwner,
          lease_until: leaseUntil,
          attempts: eb('attempts', '+', 1),
          updated_at: now,
        }))
        .where(({ eb, selectFrom }) =>
          eb(
            'delivery_id',
            'in',
            selectFrom('deliveries')
              .select('deliveries.delivery_id')
              .where('deliveries.tenant_id', '=', endpoint.tenant)
              .where('deliveries.webhook_url', '=', endpoint.webhookUrl)
              .where((expression) => isClaimable(expression, now))
              .orderBy('deliveries.next_attempt_at')
              .limit(limit),
          ),
        )
        // Asked again of the row itself: another engine may have taken it since the list above was read. Only of the
        // lease: with the indexed columns here SQLite reads every due delivery instead of the few that are listed.
        .where((expression) => isFree(expression, now))
        .returning('delivery_id')
        .execute();
      if (claimed.length === 0) return [];
      const ids = claimed.map((row) => row.delivery_id);
      const rows = await transaction
        .selectFrom('deliveries')
        .innerJoin('events', 'events.event_id', 'deliveries.event_id')
        .select(['deliveries.delivery_id', 'deliveries.event_id', 'deliveries.attempts', 'events.body'])
        .where('deliveries.delivery_id', 'in', ids)
        .orderBy('events.created_at')
        .execute();
      return rows.map((row) => ({
        ...endpoint,
        deliveryId: row.delivery_id,
        eventId: row.event_id,
        attempts: row.attempts,
        body: row.body,
        leaseOwner,
      }));
    });
  }

  /** False when the lease had passed to another engine; nothing is changed then. */
  async settle(delivery: ClaimedDelivery, verdict: DeliveryVerdict, now: number): Promise<boolean> {
    return this.#state.transaction(async (transaction) => {
      const result = await transaction
        .updateTable('deliveries')
        .set({
          state: verdict.state,
          lease_owner: null,
          lease_until: null,
          last_status: verdict.status,
          last_error: verdict.state === 'delivered' ? null : verdict.error,
          updated_at: now,
          ...(verdict.state === 'pending' ? { next_attempt_at: now + verdict.delayMs } : {}),
        })
        .where('delivery_id', '=', delivery.deliveryId)
        .where('lease_owner', '=', delivery.leaseOwner)
        .where('state', '=', 'pending')
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) return false;
      if (verdict.state !== 'dead' || !verdict.isGone) return true;
      await transaction
        .updateTable('webhook_endpoints')
        .set({ disabled_at: now })
        .where('tenant_id', '=', delivery.tenant)
        .where('webhook_url', '=', delivery.webhookUrl)
        .execute();
      await transaction
        .updateTable('deliveries')
        .set({ state: 'dead', lease_owner: null, lease_until: null, last_error: verdict.error, updated_at: now })
        .where('tenant_id', '=', delivery.tenant)
        .where('webhook_url', '=', delivery.webhookUrl)
        .where('state', '=', 'pending')
        .execute();
      return true;
    });
  }

  /** Gives a claim back unattempted. */
  async release(delivery: ClaimedDelivery): Promise<void> {
    await this.#state.transaction(async (transaction) => {
      await transaction
        .updateTable('deliveries')
        .set(({ eb }) => ({ lease_owner: null, lease_until: null, attempts: eb('attempts', '-', 1) }))
        .where('delivery_id', '=', delivery.deliveryId)
        .where('lease_owner', '=', delivery.leaseOwner)
        .execute();
    });
  }

  /** Releases what an earlier process of this engine held; only one process has an engine's identity. */
  async releaseOwnedBy(engineId: string): Promise<void> {
    await this.#state.transaction(async (transaction) => {
      await transaction
        .updateTable('deliveries')
        .set({ lease_owner: null, lease_until: null })
        .where('state', '=', 'pending')
        .where('lease_owner', 'like', `${engineId}/%`)
        .execute();
    });
  }

  /** When the next delivery that is not due yet becomes so; null when there is none. */
  async nextDueAfter(now: number): Promise<number | null> {
    const row = await this.#state.queries
      .selectFrom('deliveries')
      .select(({ fn }) => fn.min('next_attempt_at').as('due_at'))
      .where('state', '=', 'pending')
      .where('next_attempt_at', '>', now)
      .executeTakeFirst();
    return row?.due_at ?? null;
  }

  /** Removes settled deliveries last touched before the given times, and events without any. Returns how many rows. */
  async purge(before: { readonly delivered: number; readonly dead: number }): Promise<number> {
    let removed = 0;
    for (const [state, time] of [
      ['delivered', before.delivered],
      ['dead', before.dead],
    ] as const) {
      removed += await this.#purgeBatches((transaction) =>
        transaction
          .deleteFrom('deliveries')
          .where(({ eb, selectFrom }) =>
            eb(
              'delivery_id',
              'in',
              selectFrom('deliveries')
                .select('delivery_id')
                .where('state', '=', state)
                .where('updated_at', '<', time)
                .limit(PURGE_BATCH),
            ),
          )
          .executeTakeFirst(),
      );
    }
    removed += await this.#purgeBatches((transaction) =>
      transaction
        .deleteFrom('events')
        .where(({ eb, selectFrom }) =>
          eb(
            'event_id',
            'in',
            selectFrom('events')
              .select('events.event_id')
              .where('events.created_at', '<', before.delivered)
              .where(({ not, exists, selectFrom: from }) =>
                not(
                  exists(
                    from('deliveries').select('delivery_id').whereRef('deliveries.event_id', '=', 'events.event_id'),
                  ),
                ),
              )
              .limit(PURGE_BATCH),
          ),
        )
        .executeTakeFirst(),
    );
    return removed;
  }

  /** Small transactions, so that nothing else waits long for the one writer of SQLite. */
  async #purgeBatches(
    removeBatch: (
      transaction: Parameters<Parameters<StateDatabase['transaction']>[0]>[0],
    ) => Promise<{ readonly numDeletedRows: bigint }>,
  ): Promise<number> {
    let removed = 0;
    for (;;) {
      const { numDeletedRows } = await this.#state.transaction(removeBatch);
      removed += Number(numDeletedRows);
      if (numDeletedRows < BigInt(PURGE_BATCH)) return removed;
    }
  }
}

type DeliveryExpression = ExpressionBuilder<Tables, 'deliveries'>;

function isClaimable(expression: DeliveryExpression, now: number): Expression<SqlBool> {
  const { and, eb } = expression;
  return and([
    eb('deliveries.state', '=', 'pending'),
    eb('deliveries.next_attempt_at', '<=', now),
    isFree(expression, now),
  ]);
}

function isFree({ or, eb }: DeliveryExpression, now: number): Expression<SqlBool> {
  return or([eb('deliveries.lease_until', 'is', null), eb('deliveries.lease_until', '<=', now)]);
}
