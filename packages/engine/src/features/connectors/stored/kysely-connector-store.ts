import {
  CONNECTOR_TYPES,
  type ConnectorBody,
  connectorBodySchema,
  type DatabaseKind,
  toDatabaseKind,
} from '@dipswitch/contract';
import type { Selectable } from 'kysely';
import type { StateDatabase } from '../../../state/state-database.ts';
import type { Tables } from '../../../state/tables.ts';
import { type Connector, type ConnectorHead, stampOf } from './connector.ts';
import type { ConnectorPageQuery, ConnectorStore } from './connector-store.ts';

export function createKyselyConnectorStore(state: StateDatabase): ConnectorStore {
  const page = ({ limit, after, type }: ConnectorPageQuery) => {
    let query = state.queries.selectFrom('connectors').selectAll().orderBy('connector_id').limit(limit);
    if (after !== undefined) query = query.where('connector_id', '>', after);
    if (type !== undefined) query = query.where('connector_type', '=', type);
    return query;
  };
  // Each health check begins with it, and building the statement costs more than running it.
  const headOf = state.queries
    .selectFrom('connectors')
    .select(['revision', 'paused', 'created_at'])
    .where('connector_id', '=', '')
    .compile();
  // Every data action that is called asks for it every few seconds.
  const kindOf = state.queries
    .selectFrom('connectors')
    .select(['tenant_id', 'connector_type'])
    .where('connector_id', '=', '')
    .compile();
  return {
    async find(id, within) {
      const row = await (within ?? state.queries)
        .selectFrom('connectors')
        .selectAll()
        .where('connector_id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : toConnector(row);
    },
    async head(id) {
      const { rows } = await state.queries.executeQuery<HeadRow>({ ...headOf, parameters: [id] });
      return rows[0] === undefined ? undefined : toHead(rows[0]);
    },
    async kindOf(id) {
      const { rows } = await state.queries.executeQuery<KindRow>({ ...kindOf, parameters: [id] });
      return rows[0] === undefined ? undefined : { tenant: rows[0].tenant_id, kind: toKind(rows[0].connector_type) };
    },
    async list(tenant, query) {
      const rows = await page(query).where('tenant_id', '=', tenant).execute();
      return rows.map(toConnector);
    },
    async findMany(ids) {
      if (ids.length === 0) return [];
      const rows = await state.queries.selectFrom('connectors').selectAll().where('connector_id', 'in', ids).execute();
      return rows.map(toConnector);
    },
    async listHeads({ limit, after }) {
      let query = state.queries
        .selectFrom('connectors')
        .select(['connector_id', 'revision', 'paused', 'created_at'])
        .orderBy('connector_id')
        .limit(limit);
      if (after !== undefined) query = query.where('connector_id', '>', after);
      return (await query.execute()).map((row) => ({ id: row.connector_id, ...toHead(row) }));
    },
    async insert(connector, within) {
      await within
        .insertInto('connectors')
        .values({ connector_id: connector.id, tenant_id: connector.tenant, ...toColumns(connector) })
        .execute();
    },
    async update(connector, within) {
      await within
        .updateTable('connectors')
        .set(toColumns(connector))
        .where('connector_id', '=', connector.id)
        .execute();
    },
    async delete(id, within) {
      await within.deleteFrom('connectors').where('connector_id', '=', id).execute();
    },
  };
}

function toColumns(connector: Connector): Omit<Tables['connectors'], 'connector_id' | 'tenant_id'> {
  return {
    connector_type: connector.body.connectorType,
    body: JSON.stringify(connector.body),
    revision: connector.revision,
    paused: connector.paused ? 1 : 0,
    created_at: connector.createdAt,
    updated_at: connector.updatedAt,
  };
}

type HeadRow = Pick<Selectable<Tables['connectors']>, 'revision' | 'created_at' | 'paused'>;

type KindRow = Pick<Selectable<Tables['connectors']>, 'tenant_id' | 'connector_type'>;

function toKind(text: string): DatabaseKind {
  const type = CONNECTOR_TYPES.find((known) => known === text);
  if (type === undefined) throw new RangeError('a stored connector has an unknown type');
  return toDatabaseKind(type);
}

function toHead(row: HeadRow): ConnectorHead {
  return { stamp: stampOf({ revision: row.revision, createdAt: row.created_at }), paused: row.paused === 1 };
}

function toConnector(row: Selectable<Tables['connectors']>): Connector {
  return {
    id: row.connector_id,
    tenant: row.tenant_id,
    body: parseBody(row.body),
    revision: row.revision,
    paused: row.paused === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function parseBody(text: string): ConnectorBody {
  return connectorBodySchema.parse(JSON.parse(text));
}
