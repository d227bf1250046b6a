import { type Collection, SECRET_NAME_PATTERN, type SecretCheck, type SecretResource } from '@dipswitch/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type {} from '../../util/caller.ts';
import { parsePreconditions, toEntityTag } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { SecretListing } from './secret-service.ts';
import type { TenantSecrets } from './tenant-secrets.ts';

const BASE = '/api/v1/secrets';
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

type OneRequest = FastifyRequest<{ Params: { name: string } }>;
type ListRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

const READ = { config: { scope: 'integrations:read' } } as const;
const WRITE = { config: { scope: 'integrations:write', limitedWrite: true } } as const;

/** The engine's own store over the API: values go in, names and versions come out. */
export function registerSecretRoutes(app: FastifyInstance, { secrets }: { readonly secrets: TenantSecrets }): void {
  app.put(`${BASE}/:name`, WRITE, async (request: OneRequest, reply) => {
    const preconditions = parsePreconditions(request.headers);
    const stored = await secrets.put(request.caller, request.params.name, request.body, preconditions);
    reply.header('etag', toEntityTag(stored.version));
    return toResource(stored);
  });
  app.get(BASE, READ, async (request: ListRequest): Promise<Collection<SecretResource>> => {
    const { limit, cursor } = request.query;
    const page = await secrets.list(request.caller, {
      limit: limit === undefined ? DEFAULT_LIMIT : parseLimit(limit),
      after: cursor === undefined || cursor === '' ? undefined : parseCursor(cursor),
    });
    return { items: page.items.map(toResource), nextCursor: page.nextAfter === null ? null : toCursor(page.nextAfter) };
  });
  app.delete(`${BASE}/:name`, WRITE, async (request: OneRequest, reply) => {
    await secrets.delete(request.caller, request.params.name);
    return reply.code(204).send();
  });
  // Makes the engine ask the vaults of the tenant for whatever is named, which is not for those who may only read.
  app.post(`${BASE}/check`, WRITE, async (request): Promise<SecretCheck> => {
    const verdicts = await secrets.check(request.caller, request.body);
    return { items: verdicts.map((verdict) => ({ ...verdict })) };
  });
}

function toResource({ name, version, createdAt, updatedAt }: SecretListing): SecretResource {
  return {
    name,
    reference: `local://${name}`,
    version,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}

/** A limit above the largest page is that page: a client that follows `nextCursor` gets everything either way. */
function parseLimit(value: unknown): number {
  const limit = typeof value === 'string' && /^[1-9]\d{0,8}$/.test(value) ? Number(value) : 0;
  if (limit === 0) throw new ProblemError('INVALID_REQUEST', '`limit` must be a whole number from 1.');
  return Math.min(MAX_LIMIT, limit);
}

function toCursor(name: string): string {
  return Buffer.from(name, 'utf8').toString('base64url');
}

function parseCursor(value: unknown): string {
  const name = typeof value === 'string' ? Buffer.from(value, 'base64url').toString('utf8') : '';
  if (SECRET_NAME_PATTERN.test(name)) return name;
  throw new ProblemError('INVALID_REQUEST', '`cursor` must be the `nextCursor` of an earlier page.');
}
