import type { FastifyInstance } from 'fastify';
import type { Metrics } from './metrics.ts';
import { checkReadiness, type ReadinessPart } from './readiness.ts';

export interface OperationsRoutesOptions {
  readonly metrics: Metrics;
  readonly readinessParts: readonly ReadinessPart[];
  readonly isDraining: () => boolean;
  readonly openApiDocument: object;
}

/** What operators and their machines ask: alive, ready, meters, the contract. None of it needs a token. */
export function registerOperationsRoutes(app: FastifyInstance, options: OperationsRoutesOptions): void {
  const config = { scope: 'public' } as const;
  const openApi = JSON.stringify(options.openApiDocument);

  app.get('/livez', { config }, async () => ({ status: 'alive' }));

  app.get('/readyz', { config }, async (_request, reply) => {
    const report = await checkReadiness(options.readinessParts, options.isDraining());
    return reply.code(report.status === 'ready' ? 200 : 503).send(report);
  });

  app.get('/metrics', { config }, async (_request, reply) => {
    const { registry } = options.metrics;
    return reply.type(registry.contentType).send(await registry.metrics());
  });

  app.get('/openapi.json', { config }, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(openApi),
  );
}
