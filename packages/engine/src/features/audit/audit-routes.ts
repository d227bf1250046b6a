import type { FastifyInstance } from 'fastify';
import type { AuditTrail } from '../../audit/audit-trail.ts';
import type {} from '../../util/caller.ts';
import { ProblemError } from '../../util/problem-error.ts';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 500;

/** `GET /api/v1/audit`: the caller's tenant's records of this engine, newest first. */
export function registerAuditRoutes(app: FastifyInstance, options: { readonly trail: AuditTrail }): void {
  app.get<{ Querystring: { limit?: string; cursor?: string } }>(
    '/api/v1/audit',
    { config: { scope: 'audit:read' } },
    async (request) => {
      const { limit, cursor } = request.query;
      return options.trail.page({
        tenant: request.caller.tenant,
        limit: toLimit(limit),
        ...(cursor === undefined ? {} : { cursor }),
      });
    },
  );
}

function toLimit(text: string | undefined): number {
  if (text === undefined) return LIMIT_DEFAULT;
  const limit = /^[0-9]{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= LIMIT_MAX) return limit;
  throw new ProblemError('INVALID_REQUEST', `limit must be a whole number from 1 to ${LIMIT_MAX}.`);
}
