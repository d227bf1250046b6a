import type { Migration } from '../migration.ts';
import type { StateTransaction } from '../state-database.ts';

/** Everything of the first release. Text, integers and doubles only: what both databases keep without translation. */
export const initialSchema: Migration = {
  version: 1,
  name: 'initial schema',
  async up(database) {
    await createAccess(database);
    await createConnectors(database);
    await createSecrets(database);
    await createEvents(database);
    await createAudit(database);
  },
};

type Schema = StateTransaction;

async function createAccess(database: Schema): Promise<void> {
  await database.schema
    .createTable('tenants')
    .addColumn('tenant_id', 'text', (column) => column.primaryKey())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createTable('clients')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.tenant_id'))
    .addColumn('scopes', 'text', (column) => column.notNull())
    .addColumn('secret_hash', 'text', (column) => column.notNull())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute();
  await database.schema.createIndex('clients_by_tenant').on('clients').columns(['tenant_id', 'client_id']).execute();
  await database.schema
    .createTable('api_keys')
    .addColumn('key_id', 'text', (column) => column.primaryKey())
    .addColumn('tenant_id', 'text', (column) => column.notNull().references('tenants.tenant_id'))
    .addColumn('key_hash', 'text', (column) => column.notNull().unique())
    .addColumn('description', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('revoked_at', 'bigint')
    .execute();
  await database.schema.createIndex('api_keys_by_tenant').on('api_keys').columns(['tenant_id', 'key_id']).execute();
  await database.schema
    .createTable('signing_keys')
    .addColumn('kid', 'text', (column) => column.primaryKey())
    .addColumn('algorithm', 'text', (column) => column.notNull())
    .addColumn('public_jwk', 'text', (column) => column.notNull())
    .addColumn('private_jwk_sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('retired_at', 'bigint')
    .execute();
}

async function createConnectors(database: Schema): Promise<void> {
  await database.schema
    .createTable('connectors')
    .addColumn('connector_id', 'text', (column) => column.primaryKey())
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('connector_type', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('revision', 'integer', (column) => column.notNull())
    .addColumn('paused', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex('connectors_by_tenant')
    .on('connectors')
    .columns(['tenant_id', 'connector_id'])
    .execute();
  await database.schema
    .createIndex('connectors_by_tenant_and_type')
    .on('connectors')
    .columns(['tenant_id', 'connector_type', 'connector_id'])
    .execute();
  await database.schema
    .createTable('connector_health')
    .addColumn('connector_id', 'text', (column) =>
      column.primaryKey().references('connectors.connector_id').onDelete('cascade'),
    )
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('last_check_at', 'bigint')
    .addColumn('latency_ms', 'double precision')
    .addColumn('error_class', 'text')
    .addColumn('message', 'text')
    .addColumn('consecutive_failures', 'integer', (column) => column.notNull())
    .addColumn('serving_revision', 'integer')
    .addColumn('server_version', 'text')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createTable('health_checks')
    .addColumn('check_id', 'text', (column) => column.primaryKey())
    .addColumn('connector_id', 'text', (column) =>
      column.notNull().references('connectors.connector_id').onDelete('cascade'),
    )
    .addColumn('checked_at', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('latency_ms', 'double precision')
    .addColumn('error_class', 'text')
    .addColumn('message', 'text')
    .execute();
  await database.schema
    .createIndex('health_checks_by_connector')
    .on('health_checks')
    .columns(['connector_id', 'checked_at'])
    .execute();
}

async function createSecrets(database: Schema): Promise<void> {
  await database.schema
    .createTable('secrets')
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('value_sealed', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('secrets_key', ['tenant_id', 'name'])
    .execute();
  await database.schema
    .createTable('secret_labels')
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('label', 'text', (column) => column.notNull())
    .addColumn('reference', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('secret_labels_key', ['tenant_id', 'label'])
    .execute();
}

async function createEvents(database: Schema): Promise<void> {
  await database.schema
    .createTable('events')
    .addColumn('event_id', 'text', (column) => column.primaryKey())
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('event_type', 'text', (column) => column.notNull())
    .addColumn('connector_id', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema.createIndex('events_by_age').on('events').column('created_at').execute();
  await database.schema
    .createIndex('events_by_connector')
    .on('events')
    .columns(['connector_id', 'created_at'])
    .execute();
  await database.schema
    .createTable('deliveries')
    .addColumn('delivery_id', 'text', (column) => column.primaryKey())
    .addColumn('event_id', 'text', (column) => column.notNull().references('events.event_id').onDelete('cascade'))
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('webhook_url', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_attempt_at', 'bigint', (column) => column.notNull())
    .addColumn('lease_owner', 'text')
    .addColumn('lease_until', 'bigint')
    .addColumn('last_status', 'integer')
    .addColumn('last_error', 'text')
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema.createIndex('deliveries_due').on('deliveries').columns(['state', 'next_attempt_at']).execute();
  await database.schema.createIndex('deliveries_by_event').on('deliveries').column('event_id').execute();
  await database.schema
    .createIndex('deliveries_by_tenant')
    .on('deliveries')
    .columns(['tenant_id', 'webhook_url', 'state', 'next_attempt_at'])
    .execute();
  await database.schema
    .createTable('webhook_endpoints')
    .addColumn('tenant_id', 'text', (column) => column.notNull())
    .addColumn('webhook_url', 'text', (column) => column.notNull())
    .addColumn('secrets_sealed', 'text', (column) => column.notNull())
    .addColumn('disabled_at', 'bigint')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('webhook_endpoints_key', ['tenant_id', 'webhook_url'])
    .execute();
}

async function createAudit(database: Schema): Promise<void> {
  await database.schema
    .createTable('audit_outbox')
    .addColumn('audit_id', 'text', (column) => column.primaryKey())
    .addColumn('engine_id', 'text', (column) => column.notNull())
    .addColumn('event', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex('audit_outbox_by_engine')
    .on('audit_outbox')
    .columns(['engine_id', 'created_at'])
    .execute();
}
