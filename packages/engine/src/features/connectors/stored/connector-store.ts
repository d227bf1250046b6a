import {
  CONNECTOR_TYPES,
  type ConnectorBody,
  type ConnectorType,
  connectorBodySchema,
  type DatabaseKind,
  toDatabaseKind,
} from '@dipswitch/contract';
import type { CompiledQuery, Selectable } from 'kysely';
import type { StateDatabase, StateTransaction } from '../../../state/state-database.ts';
import type { Tables } from '../../../state/tables.ts';
import { type Connector, type ConnectorHead, stampOf } from './connector.ts';

export interface ConnectorPageQuery {
  readonly limit: number;
  /** Only ids after this one. */
  readonly after?: string | undefined;
  readonly type?: ConnectorType | undefined;
}

/** The stored connectors. Reads without `within` see the last commit. */
export class ConnectorStore {
  readonly #state: StateDatabase;
  readonly #headOf: CompiledQuery;
  readonly #kindOf: CompiledQuery;

  constructor(state: StateDatabase) {
    this.#state = state;
    // Each health check begins with it, and building the statement costs more than running it.
    this.#headOf = state.queries
      .selectFrom('connectors')
      .select(['revision', 'paused', 'created_at'])
      .where('connector_id', '=', '')
      .compile();
    // Every data action that is called asks for it every few seconds.
    this.#kindOf = state.queries
      .selectFrom('connectors')
      .select(['tenant_id', 'connector_type'])
      .where('connector_id', '=', '')
      .compile();
  }

  async find(id: string, within?: StateTransaction): Promise<Connector | undefined> {
    const row = await (within ?? this.#state.queries)
      .selectFrom('connectors')
      .selectAll()
      .where('connector_id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toConnector(row);
  }

  async head(id: string): Promise<ConnectorHead | undefined> {
    const { rows } = await this.#state.queries.executeQuery<HeadRow>({ ...this.#headOf, parameters: [id] });
    return rows[0] === undefined ? undefined : toHead(rows[0]);
  }

  async kindOf(id: string): Promise<{ readonly tenant: string; readonly kind: DatabaseKind } | undefined> {
    const { rows } = await this.#state.queries.executeQuery<KindRow>({ ...this.#kindOf, parameters: [id] });
    return rows[0] === undefined ? undefined : { tenant: rows[0].tenant_id, kind: toKind(rows[0].connector_type) };
  }

  /** Ordered by id. */
  async list(tenant: string, query: ConnectorPageQuery): Promise<readonly Connector[]> {
    const rows = await this.#page(query).where('tenant_id', '=', tenant).execute();
    return rows.map(toConnector);
  }

  /** Those of the ids that exist, of every tenant, in no order. */
  async findMany(ids: readonly string[]): Promise<readonly Connector[]> {
    if (ids.length === 0) return [];
    const rows = await this.#state.queries
      .selectFrom('connectors')
      .selectAll()
      .where('connector_id', 'in', ids)
      .execute();
    return rows.map(toConnector);
  }

  /** Of every tenant, ordered by id. */
  async listHeads({
    limit,
    after,
  }: Omit<ConnectorPageQuery, 'type'>): Promise<ReadonlyArray<ConnectorHead & { readonly id: string }>> {
    let query = this.#state.queries
      .selectFrom('connectors')
      .select(['connector_id', 'revision', 'paused', 'created_at'])
      .orderBy('connector_id')
      .limit(limit);
    if (after !== undefined) query = query.where('connector_id', '>', after);
    return (await query.execute()).map((row) => ({ id: row.connector_id, ...toHead(row) }));
  }

  async insert(connector: Connector, within: StateTransaction): Promise<void> {
    await within
      .insertInto('connectors')
      .values({ connector_id: connector.id, tenant_id: connector.tenant, ...toColumns(connector) })
      .execute();
  }

  /** Replaces body, revision, paused and time of update. */
  async update(connector: Connector, within: StateTransaction): Promise<void> {
    await within.updateTable('connectors').set(toColumns(connector)).where('connector_id', '=', connector.id).execute();
  }

  /** Takes what hangs on the connector along. */
  async delete(id: string, within: StateTransaction): Promise<void> {
    await within.deleteFrom('connectors').where('connector_id', '=', id).execute();
  }

  #page({ limit, after, type }: ConnectorPageQuery) {
    let query = this.#state.queries.selectFrom('connectors').selectAll().orderBy('connector_id').limit(limit);
    if (after !== undefined) query = query.where('connector_id', '>', after);
    if (type !== undefined) query = query.where('connector_type', '=', type);
    return query;
  }
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
