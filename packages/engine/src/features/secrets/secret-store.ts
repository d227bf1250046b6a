import type { StateTransaction } from '../../state/state-database.ts';

export interface StoredSecret {
  readonly tenant: string;
  readonly name: string;
  /** Counts up with each value; starts at 1 again when the secret was deleted in between. */
  readonly version: number;
  readonly sealedValue: string;
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** The sealed secrets and the label mappings of all tenants; each call sees those of one. */
export interface SecretStore {
  find(tenant: string, name: string, within?: StateTransaction): Promise<StoredSecret | undefined>;
  /** Ordered by name. */
  list(
    tenant: string,
    query?: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<readonly StoredSecret[]>;
  put(secret: StoredSecret, within: StateTransaction): Promise<void>;
  delete(tenant: string, name: string, within: StateTransaction): Promise<boolean>;
  /** All secrets of the tenant without their values, in no order. */
  listVersions(tenant: string): Promise<ReadonlyArray<Pick<StoredSecret, 'name' | 'version' | 'createdAt'>>>;
  /** All label mappings of the tenant, in no order. */
  listLabels(tenant: string): Promise<ReadonlyArray<{ readonly label: string; readonly reference: string }>>;
  /** What a bare label of the tenant stands for; undefined when it is not mapped. */
  findLabel(tenant: string, label: string): Promise<string | undefined>;
}
