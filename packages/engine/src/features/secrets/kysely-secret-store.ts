import type { Selectable } from 'kysely';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import type { SecretStore, StoredSecret } from './secret-store.ts';

export function createKyselySecretStore(state: StateDatabase): SecretStore {
  return {
    async find(tenant, name, within) {
      const row = await (within ?? state.queries)
        .selectFrom('secrets')
        .selectAll()
        .where('tenant_id', '=', tenant)
        .where('name', '=', name)
        .executeTakeFirst();
      return row === undefined ? undefined : toStoredSecret(row);
    },
    async list(tenant, query) {
      let select = state.queries.selectFrom('secrets').selectAll().where('tenant_id', '=', tenant).orderBy('name');
      if (query !== undefined) select = select.limit(query.limit);
      if (query?.after !== undefined) select = select.where('name', '>', query.after);
      return (await select.execute()).map(toStoredSecret);
    },
    async put(secret, within) {
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
    },
    async delete(tenant, name, within) {
      const result = await within
        .deleteFrom('secrets')
        .where('tenant_id', '=', tenant)
        .where('name', '=', name)
        .executeTakeFirst();
      return result.numDeletedRows > 0n;
    },
    async listVersions(tenant) {
      const rows = await state.queries
        .selectFrom('secrets')
        .select(['name', 'version', 'created_at'])
        .where('tenant_id', '=', tenant)
        .execute();
      return rows.map((row) => ({ name: row.name, version: row.version, createdAt: row.created_at }));
    },
    listLabels: (tenant) =>
      state.queries
        .selectFrom('secret_labels')
        .select(['label', 'reference'])
        .where('tenant_id', '=', tenant)
        .execute(),
    async findLabel(tenant, label) {
      const row = await state.queries
        .selectFrom('secret_labels')
        .select('reference')
        .where('tenant_id', '=', tenant)
        .where('label', '=', label)
        .executeTakeFirst();
      return row?.reference;
    },
  };
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
