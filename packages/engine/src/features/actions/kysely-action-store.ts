import { type DataActionBody, dataActionBodySchema } from '@dipswitch/contract';
import type { Selectable } from 'kysely';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Tables } from '../../state/tables.ts';
import type { ActionHead, ActionVersion, DataAction, Publication } from './action.ts';
import type { ActionPageQuery, ActionStore } from './action-store.ts';

/** What the column holds. */
const VERSION_MAX = 2 ** 31 - 1;
/** Only few bodies that do not write hold this all the same: a fallback of that name and value. */
const MAY_WRITE = '%"access":"write"%';

export function createKyselyActionStore(state: StateDatabase): ActionStore {
  // Every action that is called asks for it every few seconds, and building the statement costs more than running it.
  const headOf = state.queries
    .selectFrom('data_actions')
    .select(['tenant_id', 'created_at', 'published_version', 'published_connector_id'])
    .where('action_id', '=', '')
    .compile();
  const page = (tenant: string, { limit, after, connectorId }: ActionPageQuery) => {
    let query = withNewestBody().where('data_actions.tenant_id', '=', tenant).limit(limit);
    if (after !== undefined) query = query.where('data_actions.action_id', '>', after);
    if (connectorId !== undefined) query = query.where('data_actions.connector_id', '=', connectorId);
    return query;
  };
  const withNewestBody = () =>
    state.queries
      .selectFrom('data_actions')
      .innerJoin('data_action_versions as newest', (join) =>
        join
          .onRef('newest.action_id', '=', 'data_actions.action_id')
          .onRef('newest.version', '=', 'data_actions.latest_version'),
      )
      .selectAll('data_actions')
      .select('newest.body')
      .orderBy('data_actions.action_id');
  return {
    async find(id, within) {
      const row = await (within ?? state.queries)
        .selectFrom('data_actions')
        .selectAll()
        .where('action_id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : toAction(row);
    },
    async head(id) {
      const { rows } = await state.queries.executeQuery<HeadRow>({ ...headOf, parameters: [id] });
      return rows[0] === undefined ? undefined : toHead(rows[0]);
    },
    async findVersion(id, version, within) {
      // PostgreSQL refuses to compare its integers with a larger one.
      if (version > VERSION_MAX) return undefined;
      const row = await (within ?? state.queries)
        .selectFrom('data_action_versions')
        .selectAll()
        .where('action_id', '=', id)
        .where('version', '=', version)
        .executeTakeFirst();
      return row === undefined ? undefined : toVersion(row);
    },
    async history(id) {
      // One statement, so that a change in between shows in both or in neither.
      const rows = await state.queries
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
    },
    async list(tenant, query) {
      const rows = await page(tenant, query).execute();
      return rows.map((row) => ({ action: toAction(row), body: parseBody(row.body) }));
    },
    async usesConnector(connectorId, within) {
      const row = await within
        .selectFrom('data_actions')
        .select('action_id')
        .where(({ eb, or }) =>
          or([eb('connector_id', '=', connectorId), eb('published_connector_id', '=', connectorId)]),
        )
        .limit(1)
        .executeTakeFirst();
      return row !== undefined;
    },
    async writesThrough(connectorId) {
      const rows = await state.queries
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
    },
    async insert(action, within) {
      await within
        .insertInto('data_actions')
        .values({
          action_id: action.id,
          tenant_id: action.tenant,
          created_at: action.createdAt,
          ...toChangingColumns(action),
        })
        .execute();
    },
    async update(action, within) {
      await within
        .updateTable('data_actions')
        .set(toChangingColumns(action))
        .where('action_id', '=', action.id)
        .execute();
    },
    async insertVersion(version, within) {
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
    },
    async updateVersion({ actionId, version, publishedAt, publishedAfter }, within) {
      await within
        .updateTable('data_action_versions')
        .set({ published_at: publishedAt, published_after: publishedAfter })
        .where('action_id', '=', actionId)
        .where('version', '=', version)
        .execute();
    },
    async delete(id, within) {
      await within.deleteFrom('data_actions').where('action_id', '=', id).execute();
    },
  };
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
