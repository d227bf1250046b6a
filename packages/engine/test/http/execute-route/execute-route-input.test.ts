import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ExecuteRouteFixture, PATH } from './execute-route-fixture.ts';

const FORM = 'application/x-www-form-urlencoded';

describe('the route of executions', () => {
  let fixture: ExecuteRouteFixture;
  beforeEach(async () => {
    fixture = await ExecuteRouteFixture.open();
  });
  afterEach(() => fixture.close());

  const lastInput = () => fixture.service.requests.at(-1)?.input;

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
});
