import { sql } from 'kysely';
import type { StateDialect, StateTransaction } from './state-database.ts';
import { StateUnusableError } from './state-errors.ts';

/** One step of the schema. A released step never changes; the next change is the next number. */
export interface Migration {
  readonly version: number;
  readonly name: string;
  up(transaction: StateTransaction): Promise<void>;
}

/**
 * Brings the schema to the newest version that `migrations` knows; steps already applied are left alone. The caller
 * gives a transaction that no other engine can be in at the same time: two engines that start at once would both see a
 * missing table and both create it.
 * @returns the versions applied by this call
 * @throws StateUnusableError `STATE_SCHEMA_TOO_NEW` when a newer engine has been here
 */
export async function migrate(
  transaction: StateTransaction,
  dialect: StateDialect,
  migrations: readonly Migration[],
  appliedAt: number,
): Promise<readonly number[]> {
  if (!(await hasSchemaTable(transaction, dialect))) {
    await transaction.schema
      .createTable('dip_schema')
      .addColumn('version', 'integer', (column) => column.primaryKey())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
  }
  const { rows } = await sql<{ version: number }>`select version from dip_schema`.execute(transaction);
  const applied = new Set(rows.map((row) => row.version));
  const newestKnown = Math.max(...migrations.map((migration) => migration.version));
  const newestApplied = Math.max(0, ...applied);
  if (newestApplied > newestKnown) {
    throw new StateUnusableError(
      'STATE_SCHEMA_TOO_NEW',
      `the state database has schema version ${newestApplied}, this engine knows ${newestKnown}: run a newer engine`,
    );
  }
  const missing = migrations.filter((migration) => !applied.has(migration.version));
  for (const { version, name, up } of missing) {
    await up(transaction);
    await sql`insert into dip_schema (version, name, applied_at) values (${version}, ${name}, ${appliedAt})`.execute(
      transaction,
    );
  }
  return missing.map((migration) => migration.version);
}

/** Asked first, because `create table if not exists` needs the right to create even when there is nothing to do. */
async function hasSchemaTable(transaction: StateTransaction, dialect: StateDialect): Promise<boolean> {
  const query =
    dialect === 'sqlite'
      ? sql`select 1 from sqlite_master where name = 'dip_schema'`
      : sql`select 1 where to_regclass('dip_schema') is not null`;
  return (await query.execute(transaction)).rows.length > 0;
}
