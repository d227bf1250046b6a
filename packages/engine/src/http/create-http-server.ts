import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Authenticator } from '../features/oauth/authenticator.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { ProblemError } from '../util/problem-error.ts';
import { ANSWER_HEADERS } from './answer-headers.ts';
import { addAuthentication } from './authentication.ts';
import { addBodyParsers } from './body-parsers.ts';
import { limitConnections } from './connection-limit.ts';
import { type FrontRoute, putInFront } from './front-route.ts';
import { HttpProblemError } from './http-problem-error.ts';
import type { Metrics } from './metrics.ts';
import { PROBLEM_MEDIA_TYPE, reportProblem, toProblemAnswer } from './problem-answer.ts';
import type {} from './request-context.ts';
import { assertUncompressed, toRequestId, toTraceId } from './request-headers.ts';
import { collectRoutes, type RoutesByPath } from './routes-by-path.ts';
import { addWriteLimit } from './write-limit.ts';

const BODY_LIMIT_BYTES = 256 * 1024;
const DEFAULT_CONNECTIONS_PER_ADDRESS = 1_000;

export interface HttpServerOptions {
  readonly authenticator: Authenticator;
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Writes each client may make in a second. */
  readonly writesPerSecond: number;
  /** Open connections that one address may hold. Default 1000. */
  readonly connectionsPerAddress?: number;
}

/**
 * The engine's HTTP server before its routes. States: `serving` (made, listening or not) -> `draining` (`drain` was
 * called: answers close their connection, `/readyz` says no) -> closed.
 */
export interface HttpServer {
  readonly app: FastifyInstance;
  isDraining(): boolean;
  /** Puts a route before the router. Once, and before it listens. */
  putInFront(route: FrontRoute): void;
  /** Stops listening, lets requests in flight finish for `graceMs`, then breaks what is left. Idempotent. */
  drain(graceMs: number): Promise<void>;
}

/** Makes the server; it does not listen. Hooks run in the order in which they are added here. */
export function createHttpServer(options: HttpServerOptions): HttpServer {
  let draining = false;
  const app = Fastify({
    bodyLimit: BODY_LIMIT_BYTES,
    genReqId: (request) => toRequestId(request.headers),
    requestIdHeader: false,
    requestTimeout: 30_000,
    connectionTimeout: 0,
    keepAliveTimeout: 72_000,
    // Node looks for slow requests only every 30 s unless told.
    http: { headersTimeout: 10_000, connectionsCheckingInterval: 2_000, maxHeaderSize: 16 * 1024 },
    routerOptions: { maxParamLength: 512 },
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: true,
    // No hook runs for a path that cannot be decoded.
    frameworkErrors: (error, request, reply) =>
      sendProblem(error, request, reply.headers(toAnswerHeaders(request)), options.logger),
    clientErrorHandler: (error, socket) => {
      if (socket.writable) socket.end(toRawAnswer(error.code));
      else socket.destroy();
    },
  });
  limitConnections({
    server: app.server,
    maxPerAddress: options.connectionsPerAddress ?? DEFAULT_CONNECTIONS_PER_ADDRESS,
    onRefused: () => options.metrics.connectionsRefused.inc(),
  });
  const routes = collectRoutes(app);
  addBodyParsers(app);
  addAnswerHeaders(app, () => draining);
  addObservation(app, options);
  addEncodingCheck(app);
  addPathCheck(app);
  addAuthentication(app, options.authenticator);
  addWriteLimit(app, options);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, options.logger));
  app.setNotFoundHandler((request, reply) => sendProblem(toMiss(request, routes), request, reply, options.logger));

  let drained: Promise<void> | undefined;
  return {
    app,
    isDraining: () => draining,
    putInFront: (route) => putInFront(app, route),
    drain(graceMs) {
      draining = true;
      drained ??= closeWithin(app, graceMs);
      return drained;
    },
  };
}

async function closeWithin(app: FastifyInstance, graceMs: number): Promise<void> {
  const timer = setTimeout(() => app.server.closeAllConnections(), graceMs);
  try {
    await app.close();
  } finally {
    clearTimeout(timer);
  }
}

function addAnswerHeaders(app: FastifyInstance, isDraining: () => boolean): void {
  app.addHook('onRequest', async (request, reply) => void reply.headers(toAnswerHeaders(request)));
  app.addHook('onSend', async (_request, reply, payload) => {
    if (isDraining()) reply.header('connection', 'close');
    return payload;
  });
}

function toAnswerHeaders({ id }: FastifyRequest): Record<string, string> {
  return { 'x-request-id': id, ...ANSWER_HEADERS };
}

function addObservation(app: FastifyInstance, { metrics, logger }: HttpServerOptions): void {
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.config.observesItself === true) return;
    const route = request.routeOptions.url ?? 'unmatched';
    metrics.requestDurations.of(request.method, route, reply.statusCode).observe(reply.elapsedTime / 1000);
    if (route === '/livez' || route === '/readyz' || route === '/metrics') return;
    // The route's pattern and never the URL: paths and queries carry what callers type.
    logger.info(
      {
        requestId: request.id,
        traceId: toTraceId(request.headers) ?? undefined,
        method: request.method,
        route,
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 100) / 100,
        tenant: request.caller?.tenant,
        actor: request.caller?.actor,
      },
      'request served',
    );
  });
}

function addEncodingCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ headers }) => assertUncompressed(headers));
}

/** No id holds a NUL, and PostgreSQL accepts no text with one, not even to look it up. */
function addPathCheck(app: FastifyInstance): void {
  app.addHook('onRequest', async ({ params }) => {
    const values = typeof params === 'object' && params !== null ? Object.values(params) : [];
    if (values.some((value) => typeof value === 'string' && value.includes('\0'))) {
      throw new ProblemError('INVALID_REQUEST', 'The path holds a NUL byte.');
    }
  });
}

function toMiss(request: FastifyRequest, routes: RoutesByPath): ProblemError {
  const methods = routes.methodsOf(request.url.split('?', 1)[0] ?? '');
  if (methods.length === 0) return new ProblemError('NOT_FOUND', 'There is nothing at this address.');
  return new HttpProblemError('METHOD_NOT_ALLOWED', `This address has ${methods.join(', ')}.`, {
    allow: methods.join(', '),
  });
}

function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply, logger: Logger): void {
  const answer = toProblemAnswer(error, request.id);
  reportProblem(answer, error, logger);
  void reply.code(answer.status).headers(answer.headers).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(answer.body));
}

/** The answer to bytes that are not HTTP, or come too slowly: there is no request yet to answer through. */
function toRawAnswer(code: string | undefined): string {
  const status = code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
  const title = STATUS_CODES[status] ?? 'Bad Request';
  const requestId = randomUUID();
  const body = JSON.stringify({
    type: 'urn:dipswitch:problem:INVALID_REQUEST',
    title,
    status,
    detail: 'The request is not well-formed HTTP.',
    code: 'INVALID_REQUEST',
    requestId,
  });
  return (
    `HTTP/1.1 ${status} ${title}\r\nContent-Type: application/problem+json\r\nX-Request-Id: ${requestId}\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
