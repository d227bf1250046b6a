import type { Selectable } from 'kysely';
import type { StateQueries, StateTransaction } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import { type ApiKey, type Client, isScope } from './client.ts';

/** Reads run on `queries` or within a transaction; writes only within one. */
export class ClientStore {
  async findClient(state: StateQueries | StateTransaction, clientId: string): Promise<Client | undefined> {
    const row = await state.selectFrom('clients').selectAll().where('client_id', '=', clientId).executeTakeFirst();
    return row === undefined ? undefined : toClient(row);
  }

  /** All of a tenant, or of every tenant, oldest first. */
  async listClients(state: StateQueries, tenant: string | undefined): Promise<readonly Client[]> {
    const all = state.selectFrom('clients').selectAll().orderBy('created_at').orderBy('client_id');
    const rows = await (tenant === undefined ? all : all.where('tenant_id', '=', tenant)).execute();
    return rows.map(toClient);
  }

  async insertClient(state: StateTransaction, client: Client): Promise<void> {
    await state
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

  async updateSecretHash(state: StateTransaction, clientId: string, secretHash: string): Promise<void> {
    await state.updateTable('clients').set({ secret_hash: secretHash }).where('client_id', '=', clientId).execute();
  }

  /** @returns whether there was such a client that was not revoked */
  async revokeClient(state: StateTransaction, clientId: string, revokedAt: number): Promise<boolean> {
    const { numUpdatedRows } = await state
      .updateTable('clients')
      .set({ revoked_at: revokedAt })
      .where('client_id', '=', clientId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async findKeyByHash(state: StateQueries, keyHash: string): Promise<ApiKey | undefined> {
    const row = await state.selectFrom('api_keys').selectAll().where('key_hash', '=', keyHash).executeTakeFirst();
    return row === undefined ? undefined : toApiKey(row);
  }

  async findKey(state: StateQueries, keyId: string): Promise<ApiKey | undefined> {
    const row = await state.selectFrom('api_keys').selectAll().where('key_id', '=', keyId).executeTakeFirst();
    return row === undefined ? undefined : toApiKey(row);
  }

  async listKeys(state: StateQueries, tenant: string | undefined): Promise<readonly ApiKey[]> {
    const all = state.selectFrom('api_keys').selectAll().orderBy('created_at').orderBy('key_id');
    const rows = await (tenant === undefined ? all : all.where('tenant_id', '=', tenant)).execute();
    return rows.map(toApiKey);
  }

  async insertKey(state: StateTransaction, key: ApiKey): Promise<void> {
    await state
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

  async revokeKey(state: StateTransaction, keyId: string, revokedAt: number): Promise<boolean> {
    const { numUpdatedRows } = await state
      .updateTable('api_keys')
      .set({ revoked_at: revokedAt })
      .where('key_id', '=', keyId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /** Makes the tenant when there is none yet. */
  async ensureTenant(state: StateTransaction, tenant: string, createdAt: number): Promise<void> {
    await state
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
