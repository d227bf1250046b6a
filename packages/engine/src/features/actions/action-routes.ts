import type { Collection, DataActionDetail, DataActionResource, DataActionVersion } from '@dipswitch/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatCursor } from '../../util/id-cursor.ts';
import { parsePageQuery, toSingle } from '../../util/page-query.ts';
import { parsePreconditions, toEntityTag } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { type ActionVersion, type DataAction, versionStateOf } from './action.ts';
import type { ActionListQuery, ActionService } from './action-service.ts';
import type { ActionHistory, ActionListing } from './action-store.ts';

const BASE = '/api/v1/dataactions';

type OneRequest = FastifyRequest<{ Params: { actionId: string } }>;
type QueryRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;
type DeleteRequest = FastifyRequest<{ Params: { actionId: string }; Querystring: Record<string, unknown> }>;

const READ = { config: { scope: 'dataactions:read' } } as const;
const WRITE = { config: { scope: 'dataactions:write', limitedWrite: true } } as const;

/** Section 3 of the contract, as far as it defines data actions; running them has routes of its own. */
export function registerActionRoutes(app: FastifyInstance, { service }: { readonly service: ActionService }): void {
  app.put(`${BASE}/:actionId`, WRITE, async ({ caller, params, body, headers }: OneRequest, reply) =>
    answer(reply, await service.put(caller, params.actionId, body, parsePreconditions(headers))),
  );
  app.get(`${BASE}/:actionId`, READ, async ({ caller, params }: OneRequest, reply) => {
    const history = await service.get(caller, params.actionId);
    reply.header('etag', toEntityTag(history.action.revision));
    return toDetail(history);
  });
  app.get(BASE, READ, async ({ caller, query }: QueryRequest): Promise<Collection<DataActionResource>> => {
    const { items, nextAfter } = await service.list(caller, parseListQuery(query));
    return { items: items.map(toResource), nextCursor: nextAfter === null ? null : formatCursor(nextAfter) };
  });
  app.delete(`${BASE}/:actionId`, WRITE, async ({ caller, params, query, headers }: DeleteRequest, reply) => {
    await service.delete(caller, params.actionId, parsePreconditions(headers), parseForce(query.force));
    return reply.code(204).send();
  });
  app.post(`${BASE}/:actionId/publish`, WRITE, async ({ caller, params, body, headers }: OneRequest, reply) =>
    answer(reply, await service.publish(caller, params.actionId, body, parsePreconditions(headers))),
  );
  app.post(`${BASE}/:actionId/rollback`, WRITE, async ({ caller, params, body, headers }: OneRequest, reply) =>
    answer(reply, await service.rollback(caller, params.actionId, body, parsePreconditions(headers))),
  );
  // Stores nothing, so that anyone who may read may check a body.
  app.post(`${BASE}/:actionId/validate`, READ, async ({ caller, params, body }: OneRequest) =>
    service.validate(caller, params.actionId, body),
  );
}

function answer(reply: FastifyReply, listing: ActionListing): DataActionResource {
  reply.header('etag', toEntityTag(listing.action.revision));
  return toResource(listing);
}

function toResource({ action, body }: ActionListing): DataActionResource {
  return {
    ...body,
    version: action.latestVersion,
    publishedVersion: action.published?.version ?? null,
    revision: action.revision,
    createdAt: toTimestamp(action.createdAt),
    updatedAt: toTimestamp(action.updatedAt),
  };
}

function toDetail({ action, versions }: ActionHistory): DataActionDetail {
  const [newest] = versions;
  if (newest === undefined) throw new RangeError('a stored data action has no version');
  return { ...toResource({ action, body: newest.body }), versions: versions.map((each) => toVersion(action, each)) };
}

function toVersion(action: DataAction, stored: ActionVersion): DataActionVersion {
  const { version, createdAt, createdBy, publishedAt, body } = stored;
  return {
    version,
    state: versionStateOf(action, stored),
    createdAt: toTimestamp(createdAt),
    createdBy,
    publishedAt: publishedAt === null ? null : toTimestamp(publishedAt),
    definition: body,
  };
}

function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function parseListQuery(query: Record<string, unknown>): ActionListQuery {
  const { connector } = query;
  const connectorId = connector === undefined ? undefined : parseConnector(toSingle('connector', connector));
  return { ...parsePageQuery(query), connectorId };
}

/** An id that can be none matches nothing; but not every database takes every text, not even to look it up. */
function parseConnector(text: string): string {
  if (!text.includes('\0')) return text;
  throw new ProblemError('INVALID_REQUEST', '`connector` must be the id of a connector.');
}

const FORCE_VALUES: ReadonlyMap<unknown, boolean> = new Map<unknown, boolean>([
  [undefined, false],
  ['', true],
  ['1', true],
  ['true', true],
  ['0', false],
  ['false', false],
]);

/** `?force` alone means yes. */
function parseForce(value: unknown): boolean {
  const force = FORCE_VALUES.get(value);
  if (force !== undefined) return force;
  throw new ProblemError('INVALID_REQUEST', '`force` must be true or false.');
}
