import { randomBytes } from 'node:crypto';
import { generateWebhookSecret } from '@dipswitch/contract';
import type { Sealer } from '../../seal/sealer.ts';
import type { StateQueries, StateTransaction } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import type { EndpointKey } from './delivery-store.ts';

/** One signing secret of an endpoint. Secrets sign side by side until they end. */
export interface EndpointSecret {
  readonly secret: string;
  readonly createdAt: number;
  /** Null for the newest; the others end when the overlap of a rotation is over. */
  readonly expiresAt: number | null;
  /** Shown to an operator, which happens once. */
  readonly shownAt: number | null;
}

export interface WebhookEndpointStoreOptions {
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Cryptographically random. Default: the one of node:crypto. */
  readonly randomBytes?: (sizeBytes: number) => Uint8Array;
}

/** The webhook addresses of tenants, each with its own sealed secrets. */
export class WebhookEndpointStore {
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #randomBytes: (sizeBytes: number) => Uint8Array;

  constructor(options: WebhookEndpointStoreOptions) {
    this.#sealer = options.sealer;
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes ?? randomBytes;
  }

  /** Makes the endpoint with a fresh secret when it is not there yet. */
  async ensure(transaction: StateTransaction, key: EndpointKey): Promise<{ readonly isDisabled: boolean }> {
    const found = await this.#select(transaction, key).select('disabled_at').executeTakeFirst();
    if (found !== undefined) return { isDisabled: found.disabled_at !== null };
    await transaction
      .insertInto('webhook_endpoints')
      .values({
        tenant_id: key.tenant,
        webhook_url: key.webhookUrl,
        secrets_sealed: this.#seal(key, [this.createSecret()]),
        disabled_at: null,
        created_at: this.#clock.now(),
      })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'webhook_url']).doNothing())
      .execute();
    return { isDisabled: false };
  }

  createSecret(): EndpointSecret {
    const secret = generateWebhookSecret(this.#randomBytes);
    return { secret, createdAt: this.#clock.now(), expiresAt: null, shownAt: null };
  }

  /** Newest first, without those that have ended; null when there is no such endpoint. @throws SealBrokenError */
  async readSecrets(queries: StateQueries, key: EndpointKey): Promise<readonly EndpointSecret[] | null> {
    const row = await this.#select(queries, key).select('secrets_sealed').executeTakeFirst();
    if (row === undefined) return null;
    const secrets: EndpointSecret[] = JSON.parse(this.#sealer.open(row.secrets_sealed, toContext(key)));
    const now = this.#clock.now();
    return secrets.filter((secret) => secret.expiresAt === null || secret.expiresAt > now);
  }

  async writeSecrets(
    transaction: StateTransaction,
    key: EndpointKey,
    secrets: readonly EndpointSecret[],
  ): Promise<void> {
    await transaction
      .updateTable('webhook_endpoints')
      .set({ secrets_sealed: this.#seal(key, secrets) })
      .where('tenant_id', '=', key.tenant)
      .where('webhook_url', '=', key.webhookUrl)
      .execute();
  }

  #select(queries: StateQueries, key: EndpointKey) {
    return queries
      .selectFrom('webhook_endpoints')
      .where('tenant_id', '=', key.tenant)
      .where('webhook_url', '=', key.webhookUrl);
  }

  #seal(key: EndpointKey, secrets: readonly EndpointSecret[]): string {
    return this.#sealer.seal(JSON.stringify(secrets), toContext(key));
  }
}

function toContext(key: EndpointKey): string {
  return `webhook-endpoint ${key.tenant} ${key.webhookUrl}`;
}
