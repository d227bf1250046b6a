import fastify, { type FastifyInstance } from 'fastify';
import { afterEach, describe, expect, it } from 'vitest';
import { registerAuditRoutes } from '../../../src/features/audit/audit-routes.ts';
import { ProblemError } from '../../../src/util/problem-error.ts';
import { createEvent, useTrails } from '../../audit/trail-fixture.ts';

const trails = useTrails();
const apps: FastifyInstance[] = [];
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

/** The route as the HTTP layer calls it, for a caller of the tenant `default`, over five records of two tenants. */
async function createApp() {
  const fixture = await trails.create();
  const trail = await fixture.open();
  for (let index = 0; index < 5; index += 1) {
    await trail.append(createEvent(index, { tenant: index === 2 ? 'other' : 'default' }));
  }
  const app = fastify();
  apps.push(app);
  const scopes: unknown[] = [];
  app.addHook('onRoute', (route) => void scopes.push(route.config?.scope));
  app.addHook('onRequest', async (request) => {
    request.caller = { tenant: 'default', actor: 'client-1', scopes: new Set(['audit:read']), requestId: 'r' };
  });
  app.setErrorHandler((error, _request, reply) =>
    reply.status(error instanceof ProblemError ? 400 : 500).send({ code: error instanceof ProblemError && error.code }),
  );
  registerAuditRoutes(app, { trail });
  return { app, scopes };
}

describe('GET /api/v1/audit', () => {
  it("gives the records of the caller's tenant, newest first, page by page", async () => {
    const { app } = await createApp();
    const first = (await app.inject('/api/v1/audit?limit=3')).json();
    expect(first.items.map((record: { sequence: number }) => record.sequence)).toEqual([5, 4, 2]);
    const second = (await app.inject(`/api/v1/audit?limit=3&cursor=${first.nextCursor}`)).json();
    expect(second.items.map((record: { sequence: number }) => record.sequence)).toEqual([1]);
    expect(second.nextCursor).toBeNull();
  });

  it('needs the scope audit:read', async () => {
    const { scopes } = await createApp();
    expect(new Set(scopes)).toEqual(new Set(['audit:read']));
  });

  it.each(['limit=0', 'limit=501', 'limit=-1', 'limit=ten', 'limit=1e2', 'cursor=nonsense', 'limit=5&limit=6'])(
    'refuses ?%s',
    async (query) => {
      const { app } = await createApp();
      const answer = await app.inject(`/api/v1/audit?${query}`);
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toEqual({ code: 'INVALID_REQUEST' });
    },
  );
});
