import { Agent, request as sendRequest } from 'node:http';
import { connect } from 'node:net';
import { Secret } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import { ProblemError } from '../../../src/util/problem-error.ts';
import { FOUND } from '../../support/fake-execution-service.ts';
import { ExecuteRouteFixture, PATH } from './execute-route-fixture.ts';

const FORM = 'application/x-www-form-urlencoded';
const CANARY = 'canary-7d1f';

describe('the route of executions', () => {
  let fixture: ExecuteRouteFixture;
  beforeEach(async () => {
    fixture = await ExecuteRouteFixture.open();
  });
  afterEach(() => fixture.close());

  const lastInput = () => fixture.service.requests.at(-1)?.input;

  describe('answers', () => {
    it('with the one line of JSON of the service, its length and its timings', async () => {
      const answer = await fixture.call({ headers: { 'x-request-id': 'r-1' }, body: '{"ani":"+1555"}' });
      expect(answer).toMatchObject({ status: 200, text: FOUND.body });
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json; charset=utf-8',
        'content-length': String(Buffer.byteLength(FOUND.body)),
        'x-request-id': 'r-1',
        'server-timing': 'queue;dur=0.13, db;dur=1.5, total;dur=2.25, cache;desc="live"',
      });
    });

    it('with the headers of every other route', async () => {
      const [here, elsewhere] = [await fixture.call(), await fixture.call({ method: 'GET', path: '/livez' })];
      const own = ['content-type', 'content-length', 'server-timing', 'x-request-id', 'date'];
      for (const [name, value] of Object.entries(elsewhere.headers)) {
        if (!own.includes(name)) expect(here.headers[name], name).toBe(value);
      }
      expect(here.headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
      expect(here.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
    });

    it.each([
      ['FOUND', 200, undefined],
      ['NO_RECORDS', 200, undefined],
      ['DONE', 200, undefined],
      ['TIMEOUT', 504, undefined],
      ['UNAVAILABLE', 503, '7'],
      ['BUSY', 429, '7'],
      ['ERROR', 502, undefined],
    ] as const)(
      '%s with 200 to Studio and %d to anyone who asks for the rest profile',
      async (outcome, status, wait) => {
        const retryAfterSeconds = wait === undefined ? null : Number(wait);
        fixture.service.next = { outcome, retryAfterSeconds, body: JSON.stringify({ outcome }) };
        for (const path of [PATH, `${PATH}?profile=studio`]) {
          const studio = await fixture.call({ path });
          expect([studio.status, studio.json, studio.headers['retry-after']]).toEqual([200, { outcome }, undefined]);
        }
        const rest = await fixture.call({ path: `${PATH}?profile=rest` });
        expect([rest.status, rest.json, rest.headers['retry-after']]).toEqual([status, { outcome }, wait]);
      },
    );

    it('and keeps the connection, until the engine is draining', async () => {
      const open = await fixture.call({ headers: { connection: 'keep-alive' } });
      expect(open.headers.connection).toBe('keep-alive');
      const gate = Promise.withResolvers<void>();
      fixture.service.gate = gate.promise;
      const last = fixture.call({ headers: { connection: 'keep-alive' } });
      while (fixture.service.requests.length < 2) await new Promise(setImmediate);
      const drained = fixture.server.drain(5_000);
      gate.resolve();
      expect(await last).toMatchObject({ status: 200, headers: { connection: 'close' } });
      await drained;
    });

    it('by way of the router, too, where a request comes to it first', async () => {
      const headers = { authorization: 'Bearer good', 'content-type': 'application/json', 'x-request-id': 'r-2' };
      const answer = await fixture.server.app.inject({ method: 'POST', url: PATH, headers, payload: '{"ani":"1"}' });
      expect([answer.statusCode, answer.body, answer.headers['x-request-id']]).toEqual([200, FOUND.body, 'r-2']);
      expect(lastInput()).toEqual({ ani: '1' });
      expect(await fixture.scrape()).toMatch(/_count\{[^}]*method="POST"[^}]*\/execute"[^}]*\} 1\n/);
    });
  });

  describe('reads the input', () => {
    it.each([
      ['application/json', '{"ani":"+1 555","n":1}', { ani: '+1 555', n: 1 }],
      [FORM, ' \r\n\t{"ani":"a=1&b=2"}', { ani: 'a=1&b=2' }],
      ['text/plain', '{"a":{"b":[1,null]}}', { a: { b: [1, null] } }],
      [undefined, '\ufeff{"ani":"Žofie 😀"}', { ani: 'Žofie 😀' }],
      [`${FORM}; charset=utf-8`, 'ani=%2B1+555&name=%C5%BDofie', { ani: '+1 555', name: 'Žofie' }],
      [undefined, 'ids=1&ids=2&ids=3&empty=&flag', { ids: ['1', '2', '3'], empty: '', flag: '' }],
      [FORM, '', {}],
      ['application/json', ' \n', {}],
      [undefined, undefined, {}],
      [undefined, '{"u":"\\u005fx"}', { u: '_x' }],
    ])('of a body that is labelled %s', async (label, body, input) => {
      const headers = { 'content-type': label };
      const answer = await fixture.call(body === undefined ? { headers } : { headers, body });
      expect(answer.status, answer.text).toBe(200);
      expect(lastInput()).toEqual(input);
    });

    it('of the query of a GET, but for the profile, and marks it as one that only reads', async () => {
      await fixture.call({ method: 'GET', path: `${PATH}?ani=%2B1+555&profile=rest&ids=1&ids=2` });
      expect(fixture.service.requests[0]).toMatchObject({ input: { ani: '+1 555', ids: ['1', '2'] }, readOnly: true });
      await fixture.call({ path: `${PATH}?ani=1`, body: '{"b":2}' });
      expect(fixture.service.requests[1]).toMatchObject({ input: { b: 2 }, readOnly: false });
    });

    it('of a body that comes in pieces', async () => {
      const socket = connect(fixture.port, '127.0.0.1');
      socket.write(
        `POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n`,
      );
      for (const piece of ['{"an', 'i":"', '1"}']) {
        await new Promise(setImmediate);
        socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`);
      }
      socket.end('0\r\n\r\n');
      await new Promise((resolve) => socket.resume().on('close', resolve));
      expect(lastInput()).toEqual({ ani: '1' });
    });

    it('names what a caller sends in its headers', async () => {
      const headers = { 'x-deadline-ms': '800', 'x-contact-id': '123/"4', 'idempotency-key': '"a \\"b\\" \\\\"' };
      await fixture.call({ headers, path: '/api/v1/dataactions/a%2Db.C_1/execute' });
      expect(fixture.service.requests[0]).toMatchObject({
        tenant: 'acme',
        actor: 'client-1',
        actionId: 'a-b.C_1',
        callerDeadlineMs: 800,
        contactId: '123/"4',
        idempotencyKey: 'a "b" \\',
        receivedAtMs: fixture.clock.monotonicMs(),
      });
      await fixture.call({
        headers: { 'x-contact-id': '', 'idempotency-key': '8e03978e-40d5-43e8-bc93-6894a57f9324' },
      });
      expect(fixture.service.requests[1]).toMatchObject({
        callerDeadlineMs: null,
        contactId: null,
        idempotencyKey: '8e03978e-40d5-43e8-bc93-6894a57f9324',
      });
    });
  });

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

  describe('knows its callers', () => {
    it('by the X-Api-Key, and by a token that has to be judged first', async () => {
      fixture.authenticator.isSlow = true;
      const byKey = await fixture.call({ headers: { authorization: undefined, 'x-api-key': 'studio' }, body: '{}' });
      const byToken = await fixture.call({ body: '{"ani":"1"}' });
      expect([byKey.status, byToken.status]).toEqual([200, 200]);
      expect(fixture.service.requests).toMatchObject([{ actor: 'key-1' }, { actor: 'client-1', input: { ani: '1' } }]);
      expect(await fixture.call({ headers: { authorization: 'Bearer wrong' } })).toMatchObject({ status: 401 });
    });

    it('again over the same connection without looking at the credential, until it does not hold', async () => {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const send = (authorization: string) =>
        new Promise<number>((resolve, reject) => {
          const options = { host: '127.0.0.1', port: fixture.port, method: 'POST', path: PATH, agent };
          const request = sendRequest({ ...options, headers: { authorization } }, (response) => {
            response.resume().on('end', () => resolve(response.statusCode ?? 0));
          });
          request.on('error', reject).end('{}');
        });
      expect([await send('Bearer good'), await send('Bearer good'), await send('Bearer good')]).toEqual([
        200, 200, 200,
      ]);
      expect(fixture.authenticator.judged).toBe(1);
      expect(await send('Bearer reader')).toBe(403);
      expect(await send('Bearer good')).toBe(200);
      fixture.authenticator.identities.delete('good');
      expect(await send('Bearer good')).toBe(401);
      agent.destroy();
    });
  });

  describe('keeps of an execution', () => {
    const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

    it('an audit record with the input, the sensitive part of it as a keyed digest', async () => {
      fixture.service.next = {
        auditInput: { ani: new Secret(CANARY), lang: 'de', n: [1, null, 'é"'] },
        coalesced: true,
      };
      await fixture.call({ headers: { 'x-contact-id': 'c-1', 'x-request-id': 'r-1' }, body: `{"ani":"${CANARY}"}` });
      expect(fixture.trail.offered).toEqual([
        expect.objectContaining({
          eventType: 'ACTION_EXECUTED',
          actionId: 'customer-by-ani',
          connectorId: 'db-1',
          status: 'SUCCESS',
          latencyMs: 2.25,
          actor: 'client-1',
          tenant: 'acme',
          requestId: 'r-1',
          timestamp: new Date(fixture.clock.now()).toISOString(),
          details: {
            ageSeconds: 0,
            coalesced: true,
            contactId: 'c-1',
            executionId: 'execution-1',
            input: { ani: `hmac:${fixture.sealer.keyedDigest('audit acme', CANARY)}`, lang: 'de', n: [1, null, 'é"'] },
            outcome: 'FOUND',
            replayed: false,
            rowCount: 1,
            source: 'live',
            truncated: false,
            version: 3,
          },
        }),
      ]);
      const surfaces = JSON.stringify([fixture.trail.offered, fixture.logger.entries]) + (await fixture.scrape());
      expect(surfaces).not.toContain(CANARY);
    });

    it('of a failed one why, and that it failed', async () => {
      fixture.service.next = { outcome: 'TIMEOUT', source: 'none', errorClass: 'query-timeout', vendorCode: '57014' };
      await fixture.call({ headers: { traceparent } });
      expect(fixture.trail.offered).toMatchObject([
        { status: 'FAILED', details: { outcome: 'TIMEOUT', errorClass: 'query-timeout', vendorCode: '57014' } },
      ]);
      expect(fixture.logger.entries).toMatchObject([
        {
          level: 'info',
          message: 'execution failed',
          outcome: 'TIMEOUT',
          actionId: 'customer-by-ani',
          traceId: '0af7651916cd43dd8448eb211c80319c',
          totalMs: 2.25,
          queueMs: 0.125,
          databaseMs: 1.5,
          version: 3,
          actor: 'client-1',
          tenant: 'acme',
        },
      ]);
    });

    it('a line of the log at debug when it worked', async () => {
      await fixture.call();
      expect(fixture.logger.entries).toMatchObject([{ level: 'debug', message: 'execution done', outcome: 'FOUND' }]);
    });

    it('the record of a write on the disk before the answer', async () => {
      const gate = Promise.withResolvers<void>();
      fixture.trail.gate = gate.promise;
      fixture.service.next = { outcome: 'DONE', access: 'write' };
      let answered = false;
      const answer = fixture.call().then((each) => {
        answered = true;
        return each;
      });
      while (fixture.service.requests.length === 0) await new Promise(setImmediate);
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      expect(answered).toBe(false);
      gate.resolve();
      expect((await answer).status).toBe(200);
      expect([fixture.trail.appended.length, fixture.trail.offered.length]).toEqual([1, 0]);
      fixture.service.next = { outcome: 'TIMEOUT', access: 'write' };
      await fixture.call();
      expect(fixture.trail.appended[1]).toMatchObject({ status: 'FAILED', details: { outcome: 'TIMEOUT' } });
    });

    it('no answer that says done of a write whose record cannot be written', async () => {
      fixture.trail.failure = new ProblemError('AUDIT_UNAVAILABLE', 'The audit trail cannot be written.');
      fixture.service.next = { outcome: 'DONE', access: 'write' };
      expect(await fixture.call()).toMatchObject({ status: 503, json: { code: 'AUDIT_UNAVAILABLE' } });
    });

    it('its count by outcome and source, and its durations', async () => {
      await fixture.call();
      fixture.service.next = { outcome: 'UNAVAILABLE', source: 'fallback', totalMs: 100, databaseMs: 0 };
      await fixture.call({ path: `${PATH}?profile=rest` });
      const stats = fixture.meters.find('acme', 'customer-by-ani')?.toStats('customer-by-ani', 'since');
      expect(stats).toMatchObject({
        executions: 2,
        outcomes: { FOUND: 1, UNAVAILABLE: 1, ERROR: 0 },
        sources: { live: 1, fallback: 1 },
        rows: 2,
        bytes: 2 * Buffer.byteLength(FOUND.body),
      });
      const route = 'http_route="/api/v1/dataactions/:actionId/execute"';
      const scraped = await fixture.scrape();
      expect(scraped).toContain(`_count{http_request_method="POST",${route},http_response_status_code="200"} 1`);
      expect(scraped).toContain(`_count{http_request_method="POST",${route},http_response_status_code="503"} 1`);
    });

    it('how many are under way', async () => {
      const gate = Promise.withResolvers<void>();
      fixture.service.gate = gate.promise;
      const answers = [fixture.call(), fixture.call()];
      while (fixture.service.requests.length < 2) await new Promise(setImmediate);
      expect(fixture.meters.inFlight).toBe(2);
      gate.resolve();
      await Promise.all(answers);
      expect(fixture.meters.inFlight).toBe(0);
    });
  });

  describe('leaves to the router', () => {
    it.each(['/api/v1/dataactions/a/b/execute', '/api/v1/dataactions//execute', '/api/v1/dataactions/execute'])(
      '%s, which is no address',
      async (path) => {
        expect(await fixture.call({ path })).toMatchObject({ status: 404, json: { code: 'NOT_FOUND' } });
        expect(fixture.service.requests).toEqual([]);
      },
    );

    it('what is another address', async () => {
      expect(await fixture.call({ method: 'GET', path: '/livez?x=/execute' })).toMatchObject({ status: 200 });
    });
  });

  it('serves a caller that goes away in the middle of its body without a trace', async () => {
    const socket = connect(fixture.port, '127.0.0.1');
    socket.write(`POST ${PATH} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer good\r\ncontent-length: 10\r\n\r\n{"a`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    expect((await fixture.call()).status).toBe(200);
    expect([fixture.service.requests.length, fixture.trail.offered.length, fixture.meters.inFlight]).toEqual([1, 1, 0]);
  });
});
