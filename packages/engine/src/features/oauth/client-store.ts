import type { StateQueries, StateTransaction } from '../../state/state-database.ts';
import type { ApiKey, Client } from './client.ts';

/** Reads run on `queries` or within a transaction; writes only within one. */
export interface ClientStore {
  findClient(state: StateQueries | StateTransaction, clientId: string): Promise<Client | undefined>;
  /** All of a tenant, or of every tenant, oldest first. */
  listClients(state: StateQueries, tenant: string | undefined): Promise<readonly Client[]>;
  insertClient(state: StateTransaction, client: Client): Promise<void>;
  updateSecretHash(state: StateTransaction, clientId: string, secretHash: string): Promise<void>;
  /** @returns whether there was such a client that was not revoked */
  revokeClient(state: StateTransaction, clientId: string, revokedAt: number): Promise<boolean>;
  findKeyByHash(state: StateQueries, keyHash: string): Promise<ApiKey | undefined>;
  findKey(state: StateQueries, keyId: string): Promise<ApiKey | undefined>;
  listKeys(state: StateQueries, tenant: string | undefined): Promise<readonly ApiKey[]>;
  insertKey(state: StateTransaction, key: ApiKey): Promise<void>;
  revokeKey(state: StateTransaction, keyId: string, revokedAt: number): Promise<boolean>;
  /** Makes the tenant when there is none yet. */
  ensureTenant(state: StateTransaction, tenant: string, createdAt: number): Promise<void>;
}
