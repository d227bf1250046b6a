import { randomBytes } from 'node:crypto';
import { ID_PATTERN, SCOPES, type Scope, Secret } from '@dipswitch/contract';
import { ENGINE_TENANT } from '../../audit/audit-trail.ts';
import type { AuditedTransaction } from '../../audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Sealer } from '../../seal/sealer.ts';
import type { Clock } from '../../util/clock.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ApiKey, Client } from './client.ts';
import type { ClientStore } from './client-store.ts';
import { generateCredential } from './credential.ts';
import type { SigningKeys } from './signing-keys.ts';
import { SECRET_DIGEST } from './token-service.ts';
import { KEY_DIGEST } from './token-verifier.ts';

export interface ClientServiceOptions {
  readonly store: ClientStore;
  readonly keys: SigningKeys;
  readonly changes: Pick<AuditedTransactions, 'run'>;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Who makes the changes, for the audit trail: the operator at the command line, or the engine at its start. */
  readonly actor: string;
}

export interface NewClient {
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly description: string;
}

export type BootstrapOutcome = 'created' | 'unchanged' | 'secret-replaced' | 'revoked';

/** Clients, static keys and signing keys, as the operator manages them; every change is audited. */
export class ClientService {
  readonly #options: ClientServiceOptions;

  constructor(options: ClientServiceOptions) {
    this.#options = options;
  }

  /** Makes a client and its tenant. The secret is returned here and is nowhere else. */
  async createClient(client: NewClient): Promise<{ clientId: string; clientSecret: Secret }> {
    assertTenant(client.tenant);
    const clientId = `dipc-${randomBytes(9).toString('hex')}`;
    const clientSecret = generateCredential('dips_');
    await this.#change('CLIENT_CREATED', client.tenant, async ({ state }) => {
      await this.#insertClient(state, clientId, clientSecret, client);
      return { clientId, scopes: client.scopes.join(' ') };
    });
    return { clientId, clientSecret: new Secret(clientSecret) };
  }

  listClients(tenant: string | undefined): Promise<readonly Client[]> {
    return this.#options.store.listClients(tenant);
  }

  /** @throws ProblemError `NOT_FOUND` when there is no such client, or it is revoked already */
  async revokeClient(clientId: string): Promise<void> {
    const { store, clock } = this.#options;
    const client = await store.findClient(clientId);
    if (client === undefined) throw notFound('client');
    await this.#change('CLIENT_REVOKED', client.tenant, async ({ state }) => {
      if (!(await store.revokeClient(clientId, clock.now(), state))) throw notFound('client');
      return { clientId };
    });
  }

  /** Makes a static key and its tenant. The key is returned here and is nowhere else. */
  async createKey(tenant: string, description: string): Promise<{ keyId: string; apiKey: Secret }> {
    assertTenant(tenant);
    const { store, sealer, clock } = this.#options;
    const keyId = `dipk-${randomBytes(9).toString('hex')}`;
    const apiKey = generateCredential('dipk_');
    await this.#change('KEY_CREATED', tenant, async ({ state }) => {
      await store.ensureTenant(tenant, clock.now(), state);
      const keyHash = sealer.keyedDigest(KEY_DIGEST, apiKey);
      await store.insertKey({ keyId, tenant, keyHash, description, createdAt: clock.now(), revokedAt: null }, state);
      return { keyId };
    });
    return { keyId, apiKey: new Secret(apiKey) };
  }

  listKeys(tenant: string | undefined): Promise<readonly ApiKey[]> {
    return this.#options.store.listKeys(tenant);
  }

  /** @throws ProblemError `NOT_FOUND` when there is no such key, or it is revoked already */
  async revokeKey(keyId: string): Promise<void> {
    const { store, clock } = this.#options;
    const key = await store.findKey(keyId);
    if (key === undefined) throw notFound('key');
    await this.#change('KEY_REVOKED', key.tenant, async ({ state }) => {
      if (!(await store.revokeKey(keyId, clock.now(), state))) throw notFound('key');
      return { keyId };
    });
  }

  /** @returns the id of the new signing key */
  async rotateSigningKey(): Promise<string> {
    let kid = '';
    await this.#change('SIGNING_KEY_ROTATED', ENGINE_TENANT, async ({ state }) => {
      kid = await this.#options.keys.rotate(state);
      return { kid };
    });
    return kid;
  }

  /**
   * Makes the client that the operator named at start, with every scope, in tenant `default`. The environment is the
   * truth about its secret: another one than stored replaces it. A revoked client stays revoked.
   */
  async bootstrapClient(clientId: string, clientSecret: Secret): Promise<BootstrapOutcome> {
    const { store, sealer } = this.#options;
    const secretHash = sealer.keyedDigest(SECRET_DIGEST, clientSecret.expose());
    const judge = (known: Client | undefined): BootstrapOutcome => {
      if (known === undefined) return 'created';
      if (known.revokedAt !== null) return 'revoked';
      return known.secretHash === secretHash ? 'unchanged' : 'secret-replaced';
    };
    const outcome = judge(await store.findClient(clientId));
    if (outcome === 'unchanged' || outcome === 'revoked') return outcome;
    await this.#change('CLIENT_BOOTSTRAPPED', 'default', async (transaction) => {
      // Read again: another engine may have started at the same moment.
      const now = judge(await store.findClient(clientId, transaction.state));
      if (now === 'created') {
        const client = { tenant: 'default', scopes: SCOPES, description: 'bootstrap client' };
        await this.#insertClient(transaction.state, clientId, clientSecret.expose(), client);
      } else if (now === 'secret-replaced') {
        await store.updateSecretHash(clientId, secretHash, transaction.state);
      }
      return { clientId, outcome: now };
    });
    return outcome;
  }

  async #insertClient(
    state: AuditedTransaction['state'],
    clientId: string,
    clientSecret: string,
    client: NewClient,
  ): Promise<void> {
    const { store, sealer, clock } = this.#options;
    const createdAt = clock.now();
    await store.ensureTenant(client.tenant, createdAt, state);
    const secretHash = sealer.keyedDigest(SECRET_DIGEST, clientSecret);
    await store.insertClient({ ...client, clientId, secretHash, createdAt, revokedAt: null }, state);
  }

  async #change(
    eventType: string,
    tenant: string,
    work: (transaction: AuditedTransaction) => Promise<Readonly<Record<string, unknown>>>,
  ): Promise<void> {
    const { changes, clock, actor } = this.#options;
    const startedAt = clock.monotonicMs();
    await changes.run(async (transaction) => {
      const details = await work(transaction);
      const latencyMs = clock.monotonicMs() - startedAt;
      await transaction.audit({ eventType, status: 'SUCCESS', latencyMs, details, actor, tenant, requestId: '-' });
    });
  }
}

function notFound(what: 'client' | 'key'): ProblemError {
  return new ProblemError('NOT_FOUND', `There is no such ${what} that is not revoked.`);
}

function assertTenant(tenant: string): void {
  if (!ID_PATTERN.test(tenant)) {
    throw new ProblemError('INVALID_REQUEST', 'A tenant is 1 to 128 letters, digits, dots, dashes or underscores.');
  }
}
