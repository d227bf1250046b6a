import {
  CONNECTOR_TYPES,
  type Collection,
  type ConnectorHealth,
  type ConnectorResource,
  type ConnectorType,
  type HealthSummary,
} from '@dipswitch/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { formatCursor } from '../../util/id-cursor.ts';
import { parsePageQuery, toSingle } from '../../util/page-query.ts';
import { parsePreconditions, toEntityTag } from '../../util/preconditions.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { HealthState } from '../health/health-status.ts';
import type { ConnectorHealthView, ConnectorListQuery, ConnectorService, ConnectorView } from './connector-service.ts';

export interface ConnectorRoutesOptions {
  readonly service: ConnectorService;
  /** Wall clock, milliseconds. */
  readonly now: () => number;
}

const BASE = '/api/v1/integrations/connectors';

type OneRequest = FastifyRequest<{ Params: { connectorId: string } }>;
type ListRequest = FastifyRequest<{ Querystring: Record<string, unknown> }>;

const READ = { config: { scope: 'integrations:read' } } as const;
const WRITE = { config: { scope: 'integrations:write', limitedWrite: true } } as const;

/** Section 2 of the contract. Ids arrive percent-decoded, once, by the router. */
export function registerConnectorRoutes(app: FastifyInstance, { service, now }: ConnectorRoutesOptions): void {
  app.put(`${BASE}/:connectorId`, WRITE, async (request: OneRequest, reply) => {
    const { connectorId } = request.params;
    const preconditions = parsePreconditions(request.headers);
    return answer(reply, await service.put(request.caller, connectorId, request.body, preconditions));
  });
  app.get(`${BASE}/:connectorId`, READ, async (request: OneRequest, reply) =>
    answer(reply, await service.get(request.caller, request.params.connectorId)),
  );
  app.get(BASE, READ, async (request: ListRequest): Promise<Collection<ConnectorResource>> => {
    const { items, nextAfter } = await service.list(request.caller, parseListQuery(request.query));
    return { items: items.map(toResource), nextCursor: nextAfter === null ? null : formatCursor(nextAfter) };
  });
  app.delete(`${BASE}/:connectorId`, WRITE, async (request: OneRequest, reply) => {
    await service.delete(request.caller, request.params.connectorId, parsePreconditions(request.headers));
    return reply.code(204).send();
  });
  // Stores nothing and dials nothing, so that anyone who may read may check a body.
  app.post(`${BASE}/:connectorId/validate`, READ, async (request: OneRequest) =>
    service.validate(request.params.connectorId, request.body),
  );
  // Sends the tenant's secrets to the host that the body names, which is a write in all but storing.
  app.post(`${BASE}/:connectorId/test`, WRITE, async (request: OneRequest) =>
    service.test(request.caller, request.params.connectorId, request.body),
  );
  app.get(`${BASE}/:connectorId/health`, READ, async (request: OneRequest) =>
    toHealth(await service.health(request.caller, request.params.connectorId), now()),
  );
  app.post(`${BASE}/:connectorId/health-checks`, WRITE, async (request: OneRequest) =>
    toHealth(await service.checkHealth(request.caller, request.params.connectorId), now()),
  );
  app.post(`${BASE}/:connectorId/pause`, WRITE, async (request: OneRequest, reply) =>
    answer(reply, await service.pause(request.caller, request.params.connectorId)),
  );
  app.post(`${BASE}/:connectorId/resume`, WRITE, async (request: OneRequest, reply) =>
    answer(reply, await service.resume(request.caller, request.params.connectorId)),
  );
}

function answer(reply: FastifyReply, view: ConnectorView): ConnectorResource {
  reply.header('etag', toEntityTag(view.connector.revision));
  return toResource(view);
}

function toResource({ connector, health }: ConnectorView): ConnectorResource {
  return {
    ...connector.body,
    revision: connector.revision,
    createdAt: toTimestamp(connector.createdAt),
    updatedAt: toTimestamp(connector.updatedAt),
    health: toSummary(health),
  };
}

function toHealth({ connector, health, runtime, history }: ConnectorHealthView, now: number): ConnectorHealth {
  return {
    ...toSummary(health),
    connectorId: connector.id,
    revision: connector.revision,
    servingRevision: runtime.servingRevision,
    consecutiveFailures: health.consecutiveFailures,
    nextCheckAt: runtime.nextCheckInMs === null ? null : toTimestamp(now + Math.round(runtime.nextCheckInMs)),
    driver: runtime.driver,
    serverVersion: health.serverVersion,
    pool: runtime.pool === null ? null : { ...runtime.pool },
    history: history.map((entry) => ({
      ...entry,
      checkedAt: toTimestamp(entry.checkedAt),
      latencyMs: round(entry.latencyMs),
    })),
  };
}

function toSummary({ status, lastCheckAt, latencyMs, errorClass, message }: HealthState): HealthSummary {
  const checkedAt = lastCheckAt === null ? null : toTimestamp(lastCheckAt);
  return { status, lastCheckAt: checkedAt, latencyMs: round(latencyMs), errorClass, message };
}

function round(milliseconds: number | null): number | null {
  return milliseconds === null ? null : Math.round(milliseconds * 100) / 100;
}

function toTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

function parseListQuery(query: Record<string, unknown>): ConnectorListQuery {
  const { type } = query;
  return { ...parsePageQuery(query), type: type === undefined ? undefined : parseType(toSingle('type', type)) };
}

function parseType(text: string): ConnectorType {
  const type = CONNECTOR_TYPES.find((known) => known === text);
  if (type !== undefined) return type;
  throw new ProblemError('INVALID_REQUEST', `\`type\` must be one of ${CONNECTOR_TYPES.join(', ')}.`);
}
