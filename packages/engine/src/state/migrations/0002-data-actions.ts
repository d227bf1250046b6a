import type { Migration } from '../migration.ts';
import type { StateTransaction } from '../state-database.ts';

/** Data actions with their versions, and the answers of executions that must not happen twice. */
export const dataActions: Migration = {
  version: 2,
  name: 'data actions',
  async up(database) {
    await createActions(database);
    await createVersions(database);
    await createExecutions(database);
  },
};

async function createActions(database: StateTransaction): Promise<void> {
  await database.schema
    .createTable('data_actions')
    .addColumn('action_id', 'text', (column) => column.primaryKey())
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('connector_id', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('latest_version', 'integer', (column) => column.notNull())
    .addColumn('published_version', 'integer')
    .addColumn('published_connector_id', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex('data_actions_by_tenant')
    .on('data_actions')
    .columns(['tenant_id', 'action_id'])
    .execute();
  await database.schema
    .createIndex('data_actions_by_connector')
    .on('data_actions')
    .columns(['connector_id', 'action_id'])
    .execute();
  await database.schema
    .createIndex('data_actions_by_published_connector')
    .on('data_actions')
    .column('published_connector_id')
    .execute();
}

async function createVersions(database: StateTransaction): Promise<void> {
  await database.schema
    .createTable('data_action_versions')
    .addColumn('action_id', 'text', (column) =>
      column.notNull().references('data_actions.action_id').onDelete('cascade'),
    )
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('created_by', 'text', (column) => column.notNull())
    .addColumn('published_at', 'bigint')
    .addColumn('published_after', 'integer')
    .addPrimaryKeyConstraint('data_action_versions_key', ['action_id', 'version'])
    .execute();
}

/** No reference to the action: one that is deleted and made again must not run a repeated write a second time. */
async function createExecutions(database: StateTransaction): Promise<void> {
  await database.schema
    .createTable('idempotent_executions')
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('action_id', 'text', (column) => column.notNull())
    .addColumn('key_hash', 'text', (column) => column.notNull())
    .addColumn('request_hash', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('answer', 'text')
    .addColumn('engine_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_until', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('idempotent_executions_key', ['tenant_id', 'action_id', 'key_hash'])
    .execute();
  await database.schema
    .createIndex('idempotent_executions_by_expiry')
    .on('idempotent_executions')
    .column('expires_at')
    .execute();
}
