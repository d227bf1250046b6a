import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient } from '../../packages/client/test/support/bodies.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { expectFigures } from '../support/expect-figures.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const random = createRandom(openFaultSeed(process.env, 'row 6'));
const JSON_TYPE = { 'content-type': 'application/json' };
const TEN_MEGABYTES = 10 * 1024 * 1024;
const MAX_BODY_BYTES = 1024 * 1024;
/** What was on its way through the client's buffers when the bound was passed. */
const BUFFERED_BYTES = 512 * 1024;

/** Text of the engine's real answer, cut at a place of chance. */
function cutShort(answer: unknown): string {
  const text = JSON.stringify(answer);
  return text.slice(0, random.between(1, text.length - 1));
}

type Break = (response: ServerResponse, answer: unknown) => void;

const resetMidBody: Break = (response, answer) => {
  const text = JSON.stringify(answer);
  response.writeHead(200, { ...JSON_TYPE, 'content-length': String(text.length) });
  response.write(text.slice(0, random.between(1, text.length - 1)), () => response.socket?.resetAndDestroy());
};

const BREAKS: readonly (readonly [string, Break, string])[] = [
  ['a reset in the middle of the body', resetMidBody, 'CONNECTION_FAILED'],
  [
    'JSON that was cut off',
    (response, answer) => void response.writeHead(200, JSON_TYPE).end(cutShort(answer)),
    'RESPONSE_MALFORMED',
  ],
  ['a close before the first byte', (response) => void response.destroy(), 'CONNECTION_FAILED'],
];

describe('answers that are broken', () => {
  it.each(BREAKS)('%s is told by its code when there is no other attempt', async (_name, breakAnswer, code) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { maxFailedAttempts: 1 });
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      breakAnswer(response, engine.carryOut(request).body);
      return true;
    };
    await expect(client.connectors.put(connectorBody('c1'))).rejects.toMatchObject({ code, retryable: true });
    engine.fault = () => false;
    await expect(client.connectors.get('c1')).resolves.toMatchObject({ revision: 1 });
  });

  it.each(BREAKS)('%s: the change is found to be made, once', async (_name, breakAnswer) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    let left = random.between(1, 3);
    engine.fault = (request, response) => {
      if (request.method !== 'PUT' || left === 0) return false;
      left -= 1;
      breakAnswer(response, engine.carryOut(request).body ?? { code: 'PRECONDITION_FAILED' });
      return true;
    };
    const stored = await client.connectors.put(connectorBody('c1'), { onlyIf: 'absent' });
    expect(stored.revision).toBe(1);
    expect(engine.changes).toEqual(['create c1']);
  });

  it.each<[string, number, Record<string, string>, string]>([
    ['a page instead of JSON', 200, { 'content-type': 'text/html' }, 'RESPONSE_MALFORMED'],
    ['no content type', 200, {}, 'RESPONSE_MALFORMED'],
    ['JSON of another shape', 200, JSON_TYPE, 'RESPONSE_MALFORMED'],
    ["a proxy's error page", 404, { 'content-type': 'text/html' }, 'UNEXPECTED_STATUS'],
  ])('%s is told as what it is', async (_name, status, headers, code) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      const text = headers['content-type'] === 'application/json' ? '{"revision":"soon"}' : '<h1>Hello</h1>';
      response.writeHead(status, headers).end(text);
      return true;
    };
    await expect(client.connectors.put(connectorBody('c1'))).rejects.toMatchObject({ code, status, attempts: 1 });
  });

  it.for([200, 400, 500])('a body of ten megabytes with status %i is not read to its end', async (status, { task }) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { maxBodyBytes: MAX_BODY_BYTES, maxFailedAttempts: 1 });
    const sockets: Socket[] = [];
    const onConnected = (message: unknown): void => void sockets.push((message as { socket: Socket }).socket);
    subscribe('undici:client:connected', onConnected);
    let taken = 0;
    const chunk = Buffer.alloc(64 * 1024, 0x20);
    const { promise: closed, resolve: close } = Promise.withResolvers<void>();
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      response.writeHead(status, { ...JSON_TYPE, 'content-length': String(TEN_MEGABYTES) });
      const more = (error?: Error | null) => {
        if (error || response.destroyed || taken >= TEN_MEGABYTES) return;
        taken += chunk.length;
        response.write(chunk, more);
      };
      response.on('close', close);
      more();
      return true;
    };
    const call = client.connectors.put(connectorBody('c1'));
    await expect(call).rejects.toMatchObject({ code: 'RESPONSE_TOO_LARGE', retryable: false });
    await closed;
    unsubscribe('undici:client:connected', onConnected);
    const readBytes = Math.max(...sockets.map(({ bytesRead }) => bytesRead));
    expect(readBytes).toBeGreaterThan(MAX_BODY_BYTES / 2);
    expectFigures(task, [
      {
        what: `bytes read of 10 MiB with status ${status}`,
        measured: readBytes / 1024,
        unit: 'KiB',
        atMost: (MAX_BODY_BYTES + BUFFERED_BYTES) / 1024,
      },
    ]);
    // The bound, and what the sockets of both sides hold.
    expect(taken).toBeLessThan(TEN_MEGABYTES * 0.8);
  });
});
