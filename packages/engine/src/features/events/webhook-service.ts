import { Secret } from '@dipswitch/contract';
import type { AuditedTransaction } from '../../audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import { EngineError } from '../../util/engine-error.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { EndpointKey } from './delivery-store.ts';
import type { WebhookEndpointStore } from './webhook-endpoint-store.ts';

export interface WebhookEndpoint extends EndpointKey {
  readonly createdAt: string;
  /** When the receiver said 410; nothing is sent to it since. */
  readonly disabledAt: string | null;
  readonly pendingDeliveries: number;
  readonly deadDeliveries: number;
}

/** Who asks, for the audit trail. */
export interface WebhookActor {
  readonly actor: string;
  readonly requestId: string;
}

/** A secret is shown once; after that it can only be replaced. */
export class WebhookSecretShownError extends EngineError {
  override readonly name = 'WebhookSecretShownError';
  readonly code = 'WEBHOOK_SECRET_ALREADY_SHOWN';
}

export interface WebhookServiceOptions {
  readonly state: StateDatabase;
  readonly transactions: Pick<AuditedTransactions, 'run'>;
  readonly endpoints: WebhookEndpointStore;
  readonly clock: Clock;
}

const OVERLAP_DEFAULT_MS = 24 * 3_600_000;

/** What an operator does with webhooks: list them, fetch or rotate a signing secret, send dead deliveries again. */
export class WebhookService {
  readonly #options: WebhookServiceOptions;

  constructor(options: WebhookServiceOptions) {
    this.#options = options;
  }

  /** Every endpoint of a tenant, by address. */
  async list(tenant: string): Promise<readonly WebhookEndpoint[]> {
    const { queries } = this.#options.state;
    const endpoints = await queries
      .selectFrom('webhook_endpoints')
      .select(['webhook_url', 'created_at', 'disabled_at'])
      .where('tenant_id', '=', tenant)
      .orderBy('webhook_url')
      .execute();
    const counts = await queries
      .selectFrom('deliveries')
      .select(({ fn }) => ['webhook_url', 'state', fn.countAll<number>().as('count')])
      .where('tenant_id', '=', tenant)
      .where('state', 'in', ['pending', 'dead'])
      .groupBy(['webhook_url', 'state'])
      .execute();
    const countOf = (url: string, state: string): number =>
      Number(counts.find((row) => row.webhook_url === url && row.state === state)?.count ?? 0);
    return endpoints.map((row) => ({
      tenant,
      webhookUrl: row.webhook_url,
      createdAt: new Date(row.created_at).toISOString(),
      disabledAt: row.disabled_at === null ? null : new Date(row.disabled_at).toISOString(),
      pendingDeliveries: countOf(row.webhook_url, 'pending'),
      deadDeliveries: countOf(row.webhook_url, 'dead'),
    }));
  }

  /**
   * Gives the signing secret of an endpoint, once, making the endpoint when no event has yet.
   * @throws WebhookSecretShownError when it was given before: `rotateSecret` makes another
   */
  showSecret(key: EndpointKey, actor: WebhookActor): Promise<Secret> {
    return this.#change('WEBHOOK_SECRET_SHOWN', key, actor, {}, async (transaction) => {
      const { endpoints, clock } = this.#options;
      await endpoints.ensure(transaction, key);
      const [newest, ...older] = (await endpoints.readSecrets(transaction, key)) ?? [];
      if (newest === undefined || newest.shownAt !== null) {
        throw new WebhookSecretShownError('the secret of this webhook was already shown; rotate it to get another');
      }
      await endpoints.writeSecrets(transaction, key, [{ ...newest, shownAt: clock.now() }, ...older]);
      return new Secret(newest.secret);
    });
  }

  /**
   * Makes a new signing secret and gives it. For `overlapMs` (default a day) deliveries carry a signature of each, so
   * that the receiver can change over without losing any.
   * @throws ProblemError `NOT_FOUND` when there is no such endpoint
   */
  rotateSecret(key: EndpointKey, actor: WebhookActor, overlapMs: number = OVERLAP_DEFAULT_MS): Promise<Secret> {
    return this.#change('WEBHOOK_SECRET_ROTATED', key, actor, { overlapMs }, async (transaction) => {
      const { endpoints, clock } = this.#options;
      const present = await endpoints.readSecrets(transaction, key);
      if (present === null) throw notFound();
      const now = clock.now();
      const fresh = { ...endpoints.createSecret(), shownAt: now };
      const ending = present.map((secret) => ({
        ...secret,
        expiresAt: Math.min(secret.expiresAt ?? Number.POSITIVE_INFINITY, now + overlapMs),
      }));
      await endpoints.writeSecrets(transaction, key, [fresh, ...ending]);
      return new Secret(fresh.secret);
    });
  }

  /** Sends to an endpoint again that had answered 410. @throws ProblemError `NOT_FOUND` */
  enable(key: EndpointKey, actor: WebhookActor): Promise<void> {
    return this.#change('WEBHOOK_ENABLED', key, actor, {}, async (transaction) => {
      const result = await transaction
        .updateTable('webhook_endpoints')
        .set({ disabled_at: null })
        .where('tenant_id', '=', key.tenant)
        .where('webhook_url', '=', key.webhookUrl)
        .executeTakeFirst();
      if (result.numUpdatedRows === 0n) throw notFound();
    });
  }

  /**
   * Puts dead deliveries of an endpoint back at the start of the schedule, all or those of one event. They keep their
   * `webhook-id`. Returns how many.
   */
  async replay(key: EndpointKey, actor: WebhookActor, eventId?: string): Promise<number> {
    return this.#change('WEBHOOK_REPLAYED', key, actor, { eventId }, async (transaction) => {
      let query = transaction
        .updateTable('deliveries')
        .set({ state: 'pending', attempts: 0, next_attempt_at: 0, updated_at: this.#options.clock.now() })
        .where('tenant_id', '=', key.tenant)
        .where('webhook_url', '=', key.webhookUrl)
        .where('state', '=', 'dead');
      if (eventId !== undefined) query = query.where('event_id', '=', eventId);
      const result = await query.executeTakeFirst();
      return Number(result.numUpdatedRows);
    });
  }

  #change<Result>(
    eventType: string,
    key: EndpointKey,
    { actor, requestId }: WebhookActor,
    details: Readonly<Record<string, unknown>>,
    work: (transaction: StateTransaction) => Promise<Result>,
  ): Promise<Result> {
    const { transactions, clock } = this.#options;
    const startedAt = clock.monotonicMs();
    return transactions.run(async (transaction: AuditedTransaction) => {
      const result = await work(transaction.state);
      await transaction.audit({
        eventType,
        status: 'SUCCESS',
        latencyMs: clock.monotonicMs() - startedAt,
        details: { webhookUrl: key.webhookUrl, ...details },
        actor,
        tenant: key.tenant,
        requestId,
      });
      return result;
    });
  }
}

function notFound(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such webhook.');
}
