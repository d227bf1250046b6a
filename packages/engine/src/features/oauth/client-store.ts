import type { Selectable } from 'kysely';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import { type ApiKey, type Client, isScope } from './client.ts';

/** The stored clients, keys and tenants. Reads without `within` see the last commit. */
export class ClientStore {
  readonly #state: StateDatabase;

  constructor(state: StateDatabase) {
    this.#state = state;
  }

  async findClient(clientId: string, within?: StateTransaction): Promise<Client | undefined> {
    const row = await (within ?? this.#state.queries)
      .selectFrom('clients')
      .selectAll()
      .where('client_id', '=', clientId)
      .executeTakeFirst();
    return row === undefined ? undefined : toClient(row);
  }

  /** All of a tenant, or of every tenant, oldest first. */
  async listClients(tenant: string | undefined): Promise<readonly Client[]> {
    const all = this.#state.queries.selectFrom('clients').selectAll().orderBy('created_at').orderBy('client_id');
    const rows = await (tenant === undefined ? all : all.where('tenant_id', '=', tenant)).execute();
    return rows.map(toClient);
  }

  async insertClient(client: Client, within: StateTransaction): Promise<void> {
    await within
      .insertInto('clients')
      .values({
        client_id: client.clientId,
        tenant_id: client.tenant,
        scopes: client.scopes.join(' '),
        secret_hash: client.secretHash,
        description: client.description,
        created_at: client.createdAt,
        revoked_at: client.revokedAt,
      })
      .execute();
  }

  async updateSecretHash(clientId: string, secretHash: string, within: StateTransaction): Promise<void> {
    await within.updateTable('clients').set({ secret_hash: secretHash }).where('client_id', '=', clientId).execute();
  }

  /** @returns whether there was such a client that was not revoked */
  async revokeClient(clientId: string, revokedAt: number, within: StateTransaction): Promise<boolean> {
    const { numUpdatedRows } = await within
      .updateTable('clients')
      .set({ revoked_at: revokedAt })
      .where('client_id', '=', clientId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async findKeyByHash(keyHash: string): Promise<ApiKey | undefined> {
    const row = await this.#state.queries
      .selectFrom('api_keys')
      .selectAll()
      .where('key_hash', '=', keyHash)
      .executeTakeFirst();
    return row === undefined ? undefined : toApiKey(row);
  }

  async findKey(keyId: string): Promise<ApiKey | undefined> {
    const row = await this.#state.queries
      .selectFrom('api_keys')
      .selectAll()
      .where('key_id', '=', keyId)
      .executeTakeFirst();
    return row === undefined ? undefined : toApiKey(row);
  }

  async listKeys(tenant: string | undefined): Promise<readonly ApiKey[]> {
    const all = this.#state.queries.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('key_id');
    const rows = await (tenant === undefined ? all : all.where('tenant_id', '=', tenant)).execute();
    return rows.map(toApiKey);
  }

  async insertKey(key: ApiKey, within: StateTransaction): Promise<void> {
    await within
      .insertInto('api_keys')
      .values({
        key_id: key.keyId,
        tenant_id: key.tenant,
        key_hash: key.keyHash,
        description: key.description,
        created_at: key.createdAt,
        revoked_at: key.revokedAt,
      })
      .execute();
  }

  async revokeKey(keyId: string, revokedAt: number, within: StateTransaction): Promise<boolean> {
    const { numUpdatedRows } = await within
      .updateTable('api_keys')
      .set({ revoked_at: revokedAt })
      .where('key_id', '=', keyId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Makes the tenant when there is none yet. */
  async ensureTenant(tenant: string, createdAt: number, within: StateTransaction): Promise<void> {
    await within
      .insertInto('tenants')
      .values({ tenant_id: tenant, created_at: createdAt })
      .onConflict((conflict) => conflict.column('tenant_id').doNothing())
      .execute();
  }
}

function toClient(row: Selectable<Tables['clients']>): Client {
  return {
    clientId: row.client_id,
    tenant: row.tenant_id,
    scopes: row.scopes.split(' ').filter(isScope),
    secretHash: row.secret_hash,
    description: row.description,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}

function toApiKey(row: Selectable<Tables['api_keys']>): ApiKey {
  return {
    keyId: row.key_id,
    tenant: row.tenant_id,
    keyHash: row.key_hash,
    description: row.description,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}
