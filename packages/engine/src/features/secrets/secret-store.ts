import type { Selectable } from 'kysely';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';

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
export class SecretStore {
  readonly #state: StateDatabase;

  constructor(state: StateDatabase) {
    this.#state = state;
  }

  async find(tenant: string, name: string, within?: StateTransaction): Promise<StoredSecret | undefined> {
    const row = await (within ?? this.#state.queries)
      .selectFrom('secrets')
      .selectAll()
      .where('tenant_id', '=', tenant)
      .where('name', '=', name)
      .executeTakeFirst();
    return row === undefined ? undefined : toStoredSecret(row);
  }

  /** Ordered by name. */
  async list(
    tenant: string,
    query?: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<readonly StoredSecret[]> {
    let select = this.#state.queries.selectFrom('secrets').selectAll().where('tenant_id', '=', tenant).orderBy('name');
    if (query !== undefined) select = select.limit(query.limit);
    if (query?.after !== undefined) select = select.where('name', '>', query.after);
    return (await select.execute()).map(toStoredSecret);
  }

  async put(secret: StoredSecret, within: StateTransaction): Promise<void> {
    const changing = {
      version: secret.version,
      value_sealed: secret.sealedValue,
      created_at: secret.createdAt,
      updated_at: secret.updatedAt,
    };
    await within
      .insertInto('secrets')
      .values({ tenant_id: secret.tenant, name: secret.name, ...changing })
      .onConflict((conflict) => conflict.columns(['tenant_id', 'name']).doUpdateSet(changing))
      .execute();
  }

  async delete(tenant: string, name: string, within: StateTransaction): Promise<boolean> {
    const result = await within
      .deleteFrom('secrets')
      .where('tenant_id', '=', tenant)
      .where('name', '=', name)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  /** All secrets of the tenant without their values, in no order. */
  async listVersions(tenant: string): Promise<ReadonlyArray<Pick<StoredSecret, 'name' | 'version' | 'createdAt'>>> {
    const rows = await this.#state.queries
      .selectFrom('secrets')
      .select(['name', 'version', 'created_at'])
      .where('tenant_id', '=', tenant)
      .execute();
    return rows.map((row) => ({ name: row.name, version: row.version, createdAt: row.created_at }));
  }

  /** All label mappings of the tenant, in no order. */
  listLabels(tenant: string): Promise<ReadonlyArray<{ readonly label: string; readonly reference: string }>> {
    return this.#state.queries
      .selectFrom('secret_labels')
      .select(['label', 'reference'])
      .where('tenant_id', '=', tenant)
      .execute();
  }

  /** What a bare label of the tenant stands for; undefined when it is not mapped. */
  async findLabel(tenant: string, label: string): Promise<string | undefined> {
    const row = await this.#state.queries
      .selectFrom('secret_labels')
      .select('reference')
      .where('tenant_id', '=', tenant)
      .where('label', '=', label)
      .executeTakeFirst();
    return row?.reference;
  }
}

function toStoredSecret(row: Selectable<Tables['secrets']>): StoredSecret {
  return {
    tenant: row.tenant_id,
    name: row.name,
    version: row.version,
    sealedValue: row.value_sealed,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
