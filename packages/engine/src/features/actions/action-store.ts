import { type DataActionBody, dataActionBodySchema } from '@dipswitch/contract';
import type { CompiledQuery, Selectable } from 'kysely';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import type { ActionHead, ActionVersion, DataAction, Publication } from './action.ts';

export interface ActionPageQuery {
  readonly limit: number;
  /** Only ids after this one. */
  readonly after?: string | undefined;
  /** Only those whose newest version is on this connector. */
  readonly connectorId?: string | undefined;
}

/** An action with the body of its newest version. */
export interface ActionListing {
  readonly action: DataAction;
  readonly body: DataActionBody;
}

/** An action with all its versions, newest first, as they were at one moment. */
export interface ActionHistory {
  readonly action: DataAction;
  readonly versions: readonly ActionVersion[];
}

/** What the column holds. */
const VERSION_MAX = 2 ** 31 - 1;
/** Only few bodies that do not write hold this all the same: a fallback of that name and value. */
const MAY_WRITE = '%"access":"write"%';

/** The stored data actions. Reads without `within` see the last commit. */
export class ActionStore {
  readonly #state: StateDatabase;
  readonly #headOf: CompiledQuery;

  constructor(state: StateDatabase) {
    this.#state = state;
    // Every action that is called asks for it every few seconds, and building the statement costs more than running it.
    this.#headOf = state.queries
      .selectFrom('data_actions')
      .select(['tenant_id', 'created_at', 'published_version', 'published_connector_id'])
      .where('action_id', '=', '')
      .compile();
  }

  async find(id: string, within?: StateTransaction): Promise<DataAction | undefined> {
    const row = await (within ?? this.#state.queries)
      .selectFrom('data_actions')
      .selectAll()
      .where('action_id', '=', id)
      .executeTakeFirst();
    return row === undefined ? undefined : toAction(row);
  }

  /** Which version runs, without its body. */
  async head(id: string): Promise<ActionHead | undefined> {
    const { rows } = await this.#state.queries.executeQuery<HeadRow>({ ...this.#headOf, parameters: [id] });
    return rows[0] === undefined ? undefined : toHead(rows[0]);
  }

  async findVersion(id: string, version: number, within?: StateTransaction): Promise<ActionVersion | undefined> {
    // PostgreSQL refuses to compare its integers with a larger one.
    if (version > VERSION_MAX) return undefined;
    const row = await (within ?? this.#state.queries)
      .selectFrom('data_action_versions')
      .selectAll()
      .where('action_id', '=', id)
      .where('version', '=', version)
      .executeTakeFirst();
    return row === undefined ? undefined : toVersion(row);
  }

  async history(id: string): Promise<ActionHistory | undefined> {
    // One statement, so that a change in between shows in both or in neither.
    const rows = await this.#state.queries
      .selectFrom('data_action_versions as each')
      .innerJoin('data_actions', 'data_actions.action_id', 'each.action_id')
      .selectAll('data_actions')
      .select(['each.version', 'each.body', 'each.created_by', 'each.published_at', 'each.published_after'])
      .select('each.created_at as version_created_at')
      .where('each.action_id', '=', id)
      .orderBy('each.version', 'desc')
      .execute();
    const [newest] = rows;
    if (newest === undefined) return undefined;
    const versions = rows.map((row) => toVersion({ ...row, created_at: row.version_created_at }));
    return { action: toAction(newest), versions };
  }

  /** Ordered by id. */
  async list(tenant: string, query: ActionPageQuery): Promise<readonly ActionListing[]> {
    const rows = await this.#page(tenant, query).execute();
    return rows.map((row) => ({ action: toAction(row), body: parseBody(row.body) }));
  }

  /** Whether the newest or the published version of any action is on the connector. */
  async usesConnector(connectorId: string, within: StateTransaction): Promise<boolean> {
    const row = await within
      .selectFrom('data_actions')
      .select('action_id')
      .where(({ eb, or }) => or([eb('connector_id', '=', connectorId), eb('published_connector_id', '=', connectorId)]))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Whether the published version of any action writes through the connector. */
  async writesThrough(connectorId: string): Promise<boolean> {
    const rows = await this.#state.queries
      .selectFrom('data_actions')
      .innerJoin('data_action_versions as running', (join) =>
        join
          .onRef('running.action_id', '=', 'data_actions.action_id')
          .onRef('running.version', '=', 'data_actions.published_version'),
      )
      .select('running.body')
      .where('data_actions.published_connector_id', '=', connectorId)
      .where('running.body', 'like', MAY_WRITE)
      .execute();
    return rows.some((row) => parseBody(row.body).access === 'write');
  }

  async insert(action: DataAction, within: StateTransaction): Promise<void> {
    await within
      .insertInto('data_actions')
      .values({
        action_id: action.id,
        tenant_id: action.tenant,
        created_at: action.createdAt,
        ...toChangingColumns(action),
      })
      .execute();
  }

  /** Replaces all but id, tenant and time of creation. */
  async update(action: DataAction, within: StateTransaction): Promise<void> {
    await within
      .updateTable('data_actions')
      .set(toChangingColumns(action))
      .where('action_id', '=', action.id)
      .execute();
  }

  async insertVersion(version: ActionVersion, within: StateTransaction): Promise<void> {
    await within
      .insertInto('data_action_versions')
      .values({
        action_id: version.actionId,
        version: version.version,
        body: JSON.stringify(version.body),
        created_at: version.createdAt,
        created_by: version.createdBy,
        published_at: version.publishedAt,
        published_after: version.publishedAfter,
      })
      .execute();
  }

  /** Replaces `publishedAt` and `publishedAfter`. */
  async updateVersion(
    { actionId, version, publishedAt, publishedAfter }: ActionVersion,
    within: StateTransaction,
  ): Promise<void> {
    await within
      .updateTable('data_action_versions')
      .set({ published_at: publishedAt, published_after: publishedAfter })
      .where('action_id', '=', actionId)
      .where('version', '=', version)
      .execute();
  }

  /** Takes its versions along. */
  async delete(id: string, within: StateTransaction): Promise<void> {
    await within.deleteFrom('data_actions').where('action_id', '=', id).execute();
  }

  #page(tenant: string, { limit, after, connectorId }: ActionPageQuery) {
    let query = this.#withNewestBody().where('data_actions.tenant_id', '=', tenant).limit(limit);
    if (after !== undefined) query = query.where('data_actions.action_id', '>', after);
    if (connectorId !== undefined) query = query.where('data_actions.connector_id', '=', connectorId);
    return query;
  }

  #withNewestBody() {
    return this.#state.queries
      .selectFrom('data_actions')
      .innerJoin('data_action_versions as newest', (join) =>
        join
          .onRef('newest.action_id', '=', 'data_actions.action_id')
          .onRef('newest.version', '=', 'data_actions.latest_version'),
      )
      .selectAll('data_actions')
      .select('newest.body')
      .orderBy('data_actions.action_id');
  }
}

function toChangingColumns(action: DataAction): Omit<Tables['data_actions'], 'action_id' | 'tenant_id' | 'created_at'> {
  return {
    connector_id: action.connectorId,
    revision: action.revision,
    latest_version: action.latestVersion,
    published_version: action.published?.version ?? null,
    published_connector_id: action.published?.connectorId ?? null,
    updated_at: action.updatedAt,
  };
}

type ActionRow = Selectable<Tables['data_actions']>;
type PublicationRow = Pick<ActionRow, 'published_version' | 'published_connector_id'>;
type HeadRow = PublicationRow & Pick<ActionRow, 'tenant_id' | 'created_at'>;

function toPublication({ published_version, published_connector_id }: PublicationRow): Publication | null {
  if (published_version === null || published_connector_id === null) return null;
  return { version: published_version, connectorId: published_connector_id };
}

function toHead(row: HeadRow): ActionHead {
  return { tenant: row.tenant_id, createdAt: row.created_at, published: toPublication(row) };
}

function toAction(row: ActionRow): DataAction {
  return {
    id: row.action_id,
    tenant: row.tenant_id,
    connectorId: row.connector_id,
    revision: row.revision,
    latestVersion: row.latest_version,
    published: toPublication(row),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}

function toVersion(row: Selectable<Tables['data_action_versions']>): ActionVersion {
  return {
    actionId: row.action_id,
    version: row.version,
    body: parseBody(row.body),
    createdAt: row.created_at,
    createdBy: row.created_by,
    publishedAt: row.published_at,
    publishedAfter: row.published_after,
  };
}

function parseBody(text: string): DataActionBody {
  return dataActionBodySchema.parse(JSON.parse(text));
}
