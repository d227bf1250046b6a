import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { ProblemError } from '../util/problem-error.ts';

/** A route that takes its requests straight off the server, because the router costs more than it may. */
export interface FrontRoute {
  /** As the router writes it. */
  readonly url: string;
  readonly methods: readonly ('GET' | 'POST')[];
  /** Answers the request, whatever its method, and says so; false when its path is another one. */
  take(request: IncomingMessage, response: ServerResponse): boolean;
}

/**
 * Requests that come to another address of the listener (`localhost` has two) or by `inject` reach the router alone,
 * which therefore knows the route, too.
 */
export function putInFront(app: FastifyInstance, route: FrontRoute): void {
  app.server.removeAllListeners('request');
  app.server.on('request', (request, response) => {
    if (!route.take(request, response)) app.routing(request, response);
  });
  app.route({
    method: [...route.methods],
    url: route.url,
    config: { scope: 'public', observesItself: true },
    onRequest: async (request, reply) => {
      // The router also finds what has an empty name in its path.
      if (!route.take(request.raw, reply.raw)) {
        throw new ProblemError('NOT_FOUND', 'There is nothing at this address.');
      }
      reply.hijack();
    },
    handler: async () => {
      throw new TypeError('a hijacked request has come to its handler');
    },
  });
}
