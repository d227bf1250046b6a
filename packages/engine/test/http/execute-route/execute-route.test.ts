import { Agent, request as sendRequest } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FOUND } from '../../support/fake-execution-service.ts';
import { ExecuteRouteFixture, PATH } from './execute-route-fixture.ts';

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
