import { connect } from 'node:net';
import type { Scope } from '@dipswitch/contract';
import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import type { Authenticator } from '../../src/features/oauth/authenticator.ts';
import { createHttpServer, type HttpServer } from '../../src/http/create-http-server.ts';
import { createMetrics } from '../../src/http/metrics.ts';
import { registerOperationsRoutes } from '../../src/http/operations-routes.ts';
import type { ReadinessPart } from '../../src/http/readiness.ts';
import { StateUnavailableError } from '../../src/state/state-errors.ts';
import { ProblemError } from '../../src/util/problem-error.ts';
import { RecordingLogger } from '../support/recording-logger.ts';

const identityOf = (scopes: Scope[]) => ({ tenant: 'acme', actor: 'client-1', scopes: new Set(scopes) });
const authenticator: Authenticator = {
  authenticateToken: async (token) =>
    token === 'writer' ? identityOf(['integrations:write']) : token === 'reader' ? identityOf(['audit:read']) : null,
  authenticateKey: async (key) => (key === 'studio' ? identityOf(['dataactions:execute']) : null),
};
const asWriter = { authorization: 'Bearer writer' };
const asJson = { ...asWriter, 'content-type': 'application/json' };

describe('createHttpServer', () => {
  const opened: Array<() => Promise<void>> = [];
  afterEach(async () => {
    for (const close of opened.splice(0)) await close();
  });

  function create(parts: readonly ReadinessPart[] = []): HttpServer & { logger: RecordingLogger } {
    const logger = new RecordingLogger();
    const metrics = createMetrics('0.0.0-test');
    const server = createHttpServer({ authenticator, metrics, logger, clock: new FakeClock(), writesPerSecond: 2 });
    const { app } = server;
    const write = { scope: 'integrations:write' } as const;
    app.put('/things/:id', { config: { ...write, limitedWrite: true } }, async (request) => ({
      got: request.body ?? null,
    }));
    app.post('/echo', { config: write }, async (request) => ({ got: request.body ?? null }));
    app.get('/caller', { config: write }, async ({ caller }) => ({ ...caller, scopes: [...caller.scopes] }));
    app.get('/execute', { config: { scope: 'dataactions:execute' } }, async ({ caller }) => ({ actor: caller.actor }));
    app.get('/bug', { config: { scope: 'public' } }, async () => {
      throw new Error('canary-in-message', { cause: new Error('canary-in-cause') });
    });
    app.get('/state', { config: { scope: 'public' } }, async () => {
      throw new StateUnavailableError('host db-7 is gone');
    });
    app.get('/taken', { config: { scope: 'public' } }, async () => {
      throw new ProblemError('ID_TAKEN', 'The id is taken.');
    });
    registerOperationsRoutes(app, {
      metrics,
      readinessParts: parts,
      isDraining: server.isDraining,
      openApiDocument: { openapi: '3.1.0' },
    });
    opened.push(async () => {
      await server.drain(0);
      metrics.close();
    });
    return { ...server, logger };
  }

  it('echoes a well-formed request id and sends security headers with each answer', async () => {
    const answer = await create().app.inject({ url: '/livez', headers: { 'x-request-id': 'abc-1' } });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'x-request-id': 'abc-1',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  it('sends the request id with a path that is not percent-encoding, too', async () => {
    const headers = { 'x-request-id': 'abc-2' };
    const answer = await create().app.inject({ url: '/things/%ff', headers });
    expect([answer.statusCode, answer.json().requestId]).toEqual([400, 'abc-2']);
    expect(answer.headers).toMatchObject({ 'x-request-id': 'abc-2', 'x-content-type-options': 'nosniff' });
  });

  it('refuses to register a route that declares no scope', () => {
    const { app } = create();
    expect(() => app.get('/open', async () => 'oops')).toThrow(/declares no scope/);
  });

  it('answers an unknown path with 404 as problem+json', async () => {
    const answer = await create().app.inject({ url: '/nothing?q=1', headers: { 'x-request-id': 'r1' } });
    expect(answer.statusCode).toBe(404);
    expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(answer.json()).toEqual({
      type: 'urn:dipswitch:problem:NOT_FOUND',
      title: 'There is no such thing',
      status: 404,
      detail: 'There is nothing at this address.',
      code: 'NOT_FOUND',
      requestId: 'r1',
    });
  });

  it('answers a known path with another method with 405 and Allow', async () => {
    const answer = await create().app.inject({ method: 'DELETE', url: '/things/a%2Fb?x=1' });
    expect(answer.statusCode).toBe(405);
    expect(answer.headers.allow).toBe('PUT');
    expect(answer.json().code).toBe('METHOD_NOT_ALLOWED');
  });

  it('asks for a token with 401 and a challenge', async () => {
    const answer = await create().app.inject({ url: '/caller' });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="dipswitch"');
    expect(answer.json().code).toBe('UNAUTHENTICATED');
  });

  it.each([
    ['Bearer wrong', 'invalid_token'],
    ['Basic d3JpdGVy', 'invalid_request'],
    ['Bearer', 'invalid_request'],
    ['Bearer two words', 'invalid_request'],
  ])('refuses Authorization %j with %s and does not repeat it', async (authorization, error) => {
    const answer = await create().app.inject({ url: '/caller', headers: { authorization } });
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['www-authenticate']).toContain(`error="${error}"`);
    expect(answer.body + answer.headers['www-authenticate']).not.toMatch(/wrong|d3JpdGVy|two words/);
  });

  it('hands the caller of a valid token to the route', async () => {
    const answer = await create().app.inject({ url: '/caller', headers: { ...asWriter, 'x-request-id': 'r2' } });
    expect(answer.json()).toEqual({
      tenant: 'acme',
      actor: 'client-1',
      scopes: ['integrations:write'],
      requestId: 'r2',
    });
  });

  it('names the missing scope with 403', async () => {
    const answer = await create().app.inject({ url: '/caller', headers: { authorization: 'Bearer reader' } });
    expect(answer.statusCode).toBe(403);
    expect(answer.headers['www-authenticate']).toContain('error="insufficient_scope", scope="integrations:write"');
    expect(answer.json()).toMatchObject({
      code: 'INSUFFICIENT_SCOPE',
      detail: 'The scope integrations:write is needed.',
    });
  });

  it('takes a static key for what its scope allows and nothing else', async () => {
    const { app } = create();
    const withKey = (url: string, key: string) => app.inject({ url, headers: { 'x-api-key': key } });
    expect((await withKey('/execute', 'studio')).json()).toEqual({ actor: 'client-1' });
    expect((await withKey('/execute', 'wrong')).statusCode).toBe(401);
    expect((await withKey('/caller', 'studio')).statusCode).toBe(403);
  });

  it.each(['{"a":', 'nonsense canary', '{"__proto__":{"admin":true}}', '\u00ff', '{}{}'])(
    'refuses the body %j as INVALID_JSON without repeating it',
    async (payload) => {
      const bytes = Buffer.from(payload, payload === '\u00ff' ? 'latin1' : 'utf8');
      const answer = await create().app.inject({ method: 'POST', url: '/echo', headers: asJson, payload: bytes });
      expect(answer.statusCode).toBe(400);
      expect(answer.json()).toMatchObject({ code: 'INVALID_JSON', issues: [{ path: '', code: 'INVALID_JSON' }] });
      expect(answer.body).not.toMatch(/canary|admin/);
    },
  );

  it.each(['application/json', 'application/json; charset=utf-8', 'application/merge-patch+json', 'APPLICATION/JSON'])(
    'reads a body labelled %s',
    async (type) => {
      const headers = { ...asWriter, 'content-type': type };
      const answer = await create().app.inject({ method: 'POST', url: '/echo', headers, payload: '{"a":1}' });
      expect(answer.json()).toEqual({ got: { a: 1 } });
    },
  );

  it('hands an empty body to the route as none', async () => {
    const { app } = create();
    const labelled = await app.inject({ method: 'POST', url: '/echo', headers: asJson, payload: '' });
    const bare = await app.inject({ method: 'POST', url: '/echo', headers: asWriter });
    expect([labelled.json(), bare.json()]).toEqual([{ got: null }, { got: null }]);
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded'])(
    'refuses %s with 415',
    async (type) => {
      const headers = { ...asWriter, 'content-type': type };
      const answer = await create().app.inject({ method: 'POST', url: '/echo', headers, payload: 'a' });
      expect([answer.statusCode, answer.json().code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    },
  );

  it('refuses a compressed body with 415', async () => {
    const headers = { ...asJson, 'content-encoding': 'gzip' };
    const answer = await create().app.inject({ method: 'POST', url: '/echo', headers, payload: '{}' });
    expect(answer.statusCode).toBe(415);
  });

  it('takes a body of 256 KiB and refuses one byte more', async () => {
    const { app } = create();
    const send = (size: number) =>
      app.inject({ method: 'POST', url: '/echo', headers: asJson, payload: `"${'a'.repeat(size - 2)}"` });
    expect((await send(256 * 1024)).statusCode).toBe(200);
    const answer = await send(256 * 1024 + 1);
    expect([answer.statusCode, answer.json().code]).toEqual([400, 'BODY_TOO_LARGE']);
    expect(answer.json().issues).toMatchObject([{ path: '', code: 'BODY_TOO_LARGE' }]);
  });

  it('answers a bug with 500, an id and nothing of it; the log has names and places, no messages', async () => {
    const { app, logger } = create();
    const answer = await app.inject({ url: '/bug', headers: { 'x-request-id': 'r3' } });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toMatchObject({ code: 'INTERNAL', requestId: 'r3' });
    const logged = JSON.stringify(logger.entries);
    expect(answer.body + logged).not.toContain('canary');
    expect(logged).toContain('create-http-server.test.ts');
    expect(logger.entries).toContainEqual(expect.objectContaining({ level: 'error', requestId: 'r3' }));
  });

  it('answers 503 with Retry-After while the state database is away, without naming it', async () => {
    const answer = await create().app.inject({ url: '/state' });
    expect([answer.statusCode, answer.json().code, answer.headers['retry-after']]).toEqual([
      503,
      'STATE_UNAVAILABLE',
      '1',
    ]);
    expect(answer.body).not.toContain('db-7');
  });

  it('answers a refusal of a feature by its code', async () => {
    const answer = await create().app.inject({ url: '/taken' });
    expect(answer.json()).toMatchObject({ status: 403, code: 'ID_TAKEN', detail: 'The id is taken.' });
  });

  it('limits writes by client, with headers on each answer, and counts the refusals', async () => {
    const { app } = create();
    const put = () => app.inject({ method: 'PUT', url: '/things/1', headers: asJson, payload: '{}' });
    const answers = [await put(), await put(), await put()];
    expect(answers.map((answer) => answer.statusCode)).toEqual([200, 200, 429]);
    expect(answers.map((answer) => answer.headers.ratelimit)).toEqual([
      '"write";r=1;t=1',
      '"write";r=0;t=1',
      '"write";r=0;t=1',
    ]);
    expect(answers[2]?.headers).toMatchObject({ 'retry-after': '1', 'ratelimit-policy': '"write";q=2;w=1' });
    expect(answers[2]?.json().code).toBe('RATE_LIMITED');
    const metrics = await app.inject({ url: '/metrics' });
    expect(metrics.body).toContain('dip_http_rate_limited_total 1');
    expect(metrics.body).toMatch(/http_server_request_duration_seconds_count\{.*http_route="\/things\/:id".*\} \d/);
  });

  it('logs a request by its route, never by its address or query', async () => {
    const { app, logger } = create();
    await app.inject({ method: 'PUT', url: '/things/secret-name?token=canary', headers: asJson, payload: '{}' });
    expect(logger.entries).toContainEqual(
      expect.objectContaining({ message: 'request served', route: '/things/:id', status: 200, actor: 'client-1' }),
    );
    expect(JSON.stringify(logger.entries)).not.toMatch(/canary|secret-name/);
  });

  it('is ready when every part is, and names the part that is not with a reason that says nothing of its message', async () => {
    const works: ReadinessPart = { name: 'audit', check: async () => undefined };
    const broken: ReadinessPart = {
      name: 'state',
      check: async () => {
        throw new StateUnavailableError('host db-7 is gone');
      },
    };
    expect((await create([works]).app.inject({ url: '/readyz' })).json()).toEqual({
      status: 'ready',
      parts: [{ name: 'audit', ok: true }],
    });
    const answer = await create([works, broken]).app.inject({ url: '/readyz' });
    expect(answer.statusCode).toBe(503);
    expect(answer.json().parts).toEqual([
      { name: 'audit', ok: true },
      { name: 'state', ok: false, reason: 'STATE_UNAVAILABLE' },
    ]);
  });

  it('serves the OpenAPI document', async () => {
    expect((await create().app.inject({ url: '/openapi.json' })).json()).toEqual({ openapi: '3.1.0' });
  });

  it('answers bytes that are not HTTP with a problem and hangs up', async () => {
    const { app } = create();
    await app.listen({ port: 0, host: '127.0.0.1' });
    const answer = await exchange(portOf(app.server.address()), 'NOT HTTP\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(answer).toContain('"code":"INVALID_REQUEST"');
  });

  it('finishes what is in flight when it drains, says so by Connection: close, and listens no more', async () => {
    const server = create();
    const { promise: release, resolve } = Promise.withResolvers<void>();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    server.app.get('/slow', { config: { scope: 'public' } }, async () => {
      enter();
      await release;
      return 'done';
    });
    const origin = await server.app.listen({ port: 0, host: '127.0.0.1' });
    const slow = fetch(`${origin}/slow`);
    await entered;
    const drained = server.drain(5_000);
    expect(server.isDraining()).toBe(true);
    resolve();
    const answer = await slow;
    expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    await drained;
    await expect(fetch(`${origin}/livez`)).rejects.toThrow();
  });

  it('breaks what does not finish within the grace', async () => {
    const server = create();
    const { promise: entered, resolve: enter } = Promise.withResolvers<void>();
    server.app.get('/stuck', { config: { scope: 'public' } }, () => {
      enter();
      return new Promise(() => {});
    });
    const origin = await server.app.listen({ port: 0, host: '127.0.0.1' });
    const stuck = fetch(`${origin}/stuck`);
    await entered;
    await Promise.all([expect(stuck).rejects.toThrow(), server.drain(10)]);
  });
});

function portOf(address: ReturnType<import('node:net').Server['address']>): number {
  if (address === null || typeof address === 'string') throw new TypeError('not listening on a port');
  return address.port;
}

function exchange(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('end', () => resolve(received));
    socket.on('error', reject);
  });
}
