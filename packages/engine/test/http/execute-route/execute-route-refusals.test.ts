import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import { ProblemError } from '../../../src/util/problem-error.ts';
import { CANARY, ExecuteRouteFixture, PATH } from './execute-route-fixture.ts';

describe('the route of executions', () => {
  let fixture: ExecuteRouteFixture;
  beforeEach(async () => {
    fixture = await ExecuteRouteFixture.open();
  });
  afterEach(() => fixture.close());

  describe('refuses', () => {
    const refused: ReadonlyArray<readonly [string, Parameters<ExecuteRouteFixture['call']>[0], number, string]> = [
      ['a list', { body: `["${CANARY}"]` }, 400, 'VALIDATION_FAILED'],
      ['a text', { body: `"${CANARY}"` }, 400, 'VALIDATION_FAILED'],
      ['a number', { body: '42' }, 400, 'VALIDATION_FAILED'],
      ['null', { body: 'null' }, 400, 'VALIDATION_FAILED'],
      ['half a document', { body: `{"ani":"${CANARY}` }, 400, 'INVALID_JSON'],
      ['what is neither JSON nor a form', { body: CANARY }, 400, 'INVALID_JSON'],
      [
        'a form that is labelled as JSON',
        { body: `ani=${CANARY}`, headers: { 'content-type': 'application/json' } },
        400,
        'INVALID_JSON',
      ],
      ['what is not UTF-8', { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) }, 400, 'INVALID_JSON'],
      ['__proto__', { body: `{"__proto__":"${CANARY}"}` }, 400, 'INVALID_JSON'],
      ['__proto__ in disguise', { body: '{"a":{"\\u005f_proto__":1}}' }, 400, 'INVALID_JSON'],
      ['__proto__ in a form', { body: '__proto__=1' }, 400, 'INVALID_REQUEST'],
      ['a form that is not percent-encoding', { body: `ani=%zz${CANARY}` }, 400, 'INVALID_REQUEST'],
      ['a form that is not UTF-8', { body: 'ani=%ff' }, 400, 'INVALID_REQUEST'],
      ['a query that is not percent-encoding', { method: 'GET', path: `${PATH}?a=%` }, 400, 'INVALID_REQUEST'],
      ['more than 64 KiB', { body: `{"ani":"${CANARY.repeat(6_000)}"}` }, 400, 'BODY_TOO_LARGE'],
      ['a compressed body', { headers: { 'content-encoding': 'gzip' } }, 415, 'UNSUPPORTED_MEDIA_TYPE'],
      ['another profile', { path: `${PATH}?profile=${CANARY}` }, 400, 'INVALID_REQUEST'],
      ['two profiles', { path: `${PATH}?profile=rest&profile=rest` }, 400, 'INVALID_REQUEST'],
      ['an id that can be none', { path: `/api/v1/dataactions/-${CANARY}/execute` }, 404, 'NOT_FOUND'],
      ['an id with a NUL', { path: '/api/v1/dataactions/a%00/execute' }, 400, 'INVALID_REQUEST'],
      ['an id that is not percent-encoding', { path: '/api/v1/dataactions/%ff/execute' }, 400, 'INVALID_REQUEST'],
      ...['0', '-1', '1.5', '1e3', '', CANARY, '1'.repeat(16)].map(
        (value) =>
          [`X-Deadline-Ms: ${value}`, { headers: { 'x-deadline-ms': value } }, 400, 'INVALID_REQUEST'] as const,
      ),
      ...['a b', 'x'.repeat(129), 'é'].map(
        (value) => [`X-Contact-Id: ${value}`, { headers: { 'x-contact-id': value } }, 400, 'INVALID_REQUEST'] as const,
      ),
      ...['a b', '"a', '""', '"\\x"', '"a";b=1', 'x'.repeat(256), `"${'x'.repeat(256)}"`].map(
        (value) =>
          [`Idempotency-Key: ${value}`, { headers: { 'idempotency-key': value } }, 400, 'INVALID_REQUEST'] as const,
      ),
      ['no token', { headers: { authorization: undefined } }, 401, 'UNAUTHENTICATED'],
      ['a wrong token', { headers: { authorization: `Bearer ${CANARY}` } }, 401, 'UNAUTHENTICATED'],
      ['a key for a token', { headers: { authorization: 'Bearer studio' } }, 401, 'UNAUTHENTICATED'],
      ['a wrong key', { headers: { authorization: undefined, 'x-api-key': CANARY } }, 401, 'UNAUTHENTICATED'],
      ['a token without the scope', { headers: { authorization: 'Bearer reader' } }, 403, 'INSUFFICIENT_SCOPE'],
      ['PUT', { method: 'PUT', body: '{}' }, 405, 'METHOD_NOT_ALLOWED'],
      ['DELETE', { method: 'DELETE' }, 405, 'METHOD_NOT_ALLOWED'],
      ['OPTIONS', { method: 'OPTIONS' }, 405, 'METHOD_NOT_ALLOWED'],
    ];

    it.each(refused)('%s, in one line of problem+json that repeats nothing', async (_name, call, status, code) => {
      const answer = await fixture.call({ ...call, headers: { 'x-request-id': 'r-1', ...call?.headers } });
      expect(answer).toMatchObject({ status, json: { code, status, requestId: 'r-1' } });
      expect(answer.headers).toMatchObject({
        'content-type': 'application/problem+json; charset=utf-8',
        'x-request-id': 'r-1',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      });
      expect(answer.text).not.toContain('\n');
      expect(fixture.service.requests).toEqual([]);
      const kept = JSON.stringify([fixture.trail.offered, fixture.logger.entries]);
      for (const text of [answer.text, kept, await fixture.scrape()]) expect(text).not.toContain(CANARY);
      expect(fixture.meters.refusals.get(code)).toBe(1);
    });

    it('a HEAD without a body, and names the methods there are', async () => {
      const answer = await fixture.call({ method: 'HEAD' });
      expect(answer).toMatchObject({ status: 405, text: '', headers: { allow: 'GET, POST' } });
      expect((await fixture.call({ method: 'PATCH' })).headers.allow).toBe('GET, POST');
    });

    it('credentials with the challenges of every other route', async () => {
      const challenge = async (authorization: string | undefined) =>
        (await fixture.call({ headers: { authorization } })).headers['www-authenticate'];
      expect(await challenge(undefined)).toBe('Bearer realm="dipswitch"');
      expect(await challenge('Basic abc')).toContain('error="invalid_request"');
      expect(await challenge('Bearer wrong')).toContain('error="invalid_token"');
      expect(await challenge('Bearer reader')).toContain('error="insufficient_scope", scope="dataactions:execute"');
    });

    it('a body over the limit before it has come, and closes the connection', async () => {
      const headers = { 'content-length': '70000', connection: 'keep-alive' };
      const answer = await new Promise<string>((resolve) => {
        const socket = connect(fixture.port, '127.0.0.1');
        let text = '';
        socket.setEncoding('utf8').on('data', (piece: string) => {
          text += piece;
        });
        socket.on('close', () => resolve(text));
        const lines = Object.entries({ host: 'x', authorization: 'Bearer good', ...headers });
        socket.write(`POST ${PATH} HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n{`);
      });
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer.toLowerCase()).toContain('connection: close');
    });

    it('with the code, headers and issues that the service gives', async () => {
      fixture.service.next = new ProblemError('VALIDATION_FAILED', 'The input does not fit.', {
        findings: [
          { code: 'TOO_LONG', severity: 'error', path: '/ani', message: 'at most 20' },
          { code: 'UNKNOWN_FIELD', severity: 'error', path: `/${CANARY}`, message: 'not an input' },
        ],
      });
      const answer = await fixture.call({ path: `${PATH}?profile=rest` });
      expect(answer).toMatchObject({ status: 400, json: { issues: [{ path: '/ani' }, { path: `/${CANARY}` }] } });
      expect(fixture.trail.offered).toMatchObject([
        {
          eventType: 'ACTION_EXECUTED',
          actionId: 'customer-by-ani',
          status: 'FAILED',
          actor: 'client-1',
          tenant: 'acme',
          details: {
            code: 'VALIDATION_FAILED',
            issues: [
              { code: 'TOO_LONG', path: '/ani' },
              { code: 'UNKNOWN_FIELD', path: '/*' },
            ],
          },
        },
      ]);
      fixture.service.next = new ProblemError('EXECUTION_IN_PROGRESS', 'Running.', { retryAfterSeconds: 2 });
      expect(await fixture.call()).toMatchObject({ status: 409, headers: { 'retry-after': '2' } });
    });

    it.each([
      [new StateUnavailableError(`host ${CANARY}`), 503, 'STATE_UNAVAILABLE', 'warn'],
      [new Error(CANARY, { cause: new Error(CANARY) }), 500, 'INTERNAL', 'error'],
    ])('unexpected failures without what they say: %s', async (error, status, code, level) => {
      fixture.service.next = error;
      const answer = await fixture.call();
      expect(answer).toMatchObject({ status, json: { code } });
      expect(fixture.logger.entries).toContainEqual(expect.objectContaining({ level, code }));
      expect(answer.text + JSON.stringify([fixture.logger.entries, fixture.trail.offered])).not.toContain(CANARY);
      expect(fixture.meters.inFlight).toBe(0);
    });
  });
});
