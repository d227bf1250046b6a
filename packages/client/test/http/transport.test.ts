import { describe, expect, it } from 'vitest';
import type { ClientSettings } from '../../src/options/client-options.ts';
import { CLIENT_SECRET, createTestClient } from '../support/bodies.ts';
import { createFastClock, FAST_FACTOR } from '../support/fake-clock.ts';
import { loadFixture } from '../support/fixtures.ts';
import {
  answer,
  answerToken,
  problem,
  type ReceivedRequest,
  type Script,
  startScriptedServer,
  TOKEN,
} from '../support/scripted-server.ts';

const STORED = loadFixture('connector-read').response.body;

/** A server whose first API answers are written, and whose later ones are good. */
async function withAnswers(scripts: readonly Script[], options: Partial<ClientSettings> = {}) {
  let next = 0;
  const server = await startScriptedServer((request, response, index) => {
    if (answerToken(request, response)) return;
    const script = scripts[next];
    next += 1;
    if (script === undefined) answer(response, 200, STORED);
    else void script(request, response, index);
  });
  const client = createTestClient(server.url, { clock: createFastClock(), ...options });
  return {
    client,
    server,
    api: (): readonly ReceivedRequest[] => server.received.filter(({ path }) => path !== '/oauth/token'),
    async [Symbol.asyncDispose]() {
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('the retry loop', () => {
  it('comes through 503, a reset, a broken answer and 502', async () => {
    await using setup = await withAnswers([
      (_, response) => problem(response, 503, 'STATE_UNAVAILABLE'),
      (_, response) => response.destroy(),
      (_, response) => void response.writeHead(200, { 'content-type': 'application/json' }).end('{"connectorId": "db'),
      (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
    ]);
    await expect(setup.client.connectors.get('c1')).resolves.toMatchObject({ connectorId: 'db-prod-analytics-01' });
    expect(setup.api()).toHaveLength(5);
    const { retries, latency } = setup.client.stats();
    expect(retries).toBe(4);
    expect(latency.outcomes).toMatchObject({ success: 2, 'server-error': 2, connection: 2 });
  });

  it('sends one request id on every attempt and names the client', async () => {
    const fail: Script = (_, response) => problem(response, 503, 'STATE_UNAVAILABLE');
    await using setup = await withAnswers([fail, fail], { userAgent: 'crm-sync/2' });
    await setup.client.connectors.get('c1');
    expect(new Set(setup.api().map(({ headers }) => headers['x-request-id'])).size).toBe(1);
    expect(setup.api()[0]?.headers['user-agent']).toMatch(/^crm-sync\/2 dipswitch\/\d+\.\d+\.\d+ node\//);
  });

  it('gives up after the failed attempts that are allowed, with the last word of the server', async () => {
    const fail: Script = (_, response) => problem(response, 503, 'STATE_UNAVAILABLE');
    await using setup = await withAnswers(
      Array.from({ length: 9 }, () => fail),
      { maxFailedAttempts: 3 },
    );
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({
      code: 'STATE_UNAVAILABLE',
      attempts: 3,
      retryable: true,
    });
    expect(setup.api()).toHaveLength(3);
  });

  it('caps an absurd Retry-After and reports it', async () => {
    const warned: object[] = [];
    const logger = { debug() {}, info() {}, error() {}, warn: (fields: object) => void warned.push(fields) };
    const script: Script = (_, response) => problem(response, 429, 'RATE_LIMITED', { 'retry-after': '1000000000' });
    await using setup = await withAnswers([script], { logger, maxRetryAfterMs: 3_000 });
    await setup.client.connectors.get('c1');
    expect(setup.client.stats()).toMatchObject({ retryAfterCapped: 1, rateLimited: 1 });
    expect(warned).toEqual([expect.objectContaining({ delayMs: 3_000 })]);
  });

  it('returns the 429 when the wait would end after the deadline', async () => {
    const script: Script = (_, response) => problem(response, 429, 'RATE_LIMITED', { 'retry-after': '29' });
    await using setup = await withAnswers([script], { deadlineMs: 25_000 });
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({ code: 'RATE_LIMITED', attempts: 1 });
  });

  it('holds back when the quota is spent, before anybody is refused', async () => {
    const spent: Script = (_, response) => answer(response, 200, STORED, { ratelimit: '"write";r=0;t=5' });
    await using setup = await withAnswers([spent]);
    await setup.client.connectors.get('c1');
    await setup.client.connectors.get('c1');
    const [first, second] = setup.api();
    expect(((second?.atMs ?? 0) - (first?.atMs ?? 0)) * FAST_FACTOR).toBeGreaterThanOrEqual(4_900);
  });
});

describe('answers that are none', () => {
  it.each<[string, Script, string]>([
    ['a login page', (_, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'), 'RESPONSE_MALFORMED'],
    ['a redirect', (_, r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(), 'REDIRECT_REFUSED'],
    ['an empty 200', (_, r) => r.writeHead(200, { 'content-type': 'application/json' }).end(), 'RESPONSE_MALFORMED'],
    ['an unknown 4xx', (_, r) => r.writeHead(418, { 'content-type': 'text/plain' }).end('tea'), 'UNEXPECTED_STATUS'],
    ['a huge answer', (_, r) => answer(r, 200, 'x'.repeat(5_000)), 'RESPONSE_TOO_LARGE'],
    ['a huge error', (_, r) => answer(r, 400, 'x'.repeat(5_000)), 'RESPONSE_TOO_LARGE'],
    [
      'an error that is broken JSON',
      (_, r) => r.writeHead(400, { 'content-type': 'application/json' }).end('{'),
      'UNEXPECTED_STATUS',
    ],
    ['no HTTP at all', (_, r) => void r.socket?.end('SSH-2.0-OpenSSH_9.2\r\n\r\n'), 'RESPONSE_MALFORMED'],
  ])('%s', async (_name, script, code) => {
    await using setup = await withAnswers([script], { maxBodyBytes: 4_096 });
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({ code, retryable: false });
    expect(setup.api()).toHaveLength(1);
  });

  it('follows no redirect', async () => {
    await using other = await startScriptedServer((_, response) => answer(response, 200, STORED));
    await using setup = await withAnswers([(_, r) => void r.writeHead(307, { location: `${other.url}/steal` }).end()]);
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(other.received).toEqual([]);
  });

  it("cuts the token and the client secret out of a server's error text, and control characters too", async () => {
    const detail = `you sent ${TOKEN} and ${CLIENT_SECRET}\u001b[2J`;
    const body = { type: 'about:blank', title: 'x', status: 400, code: 'INVALID_REQUEST', detail };
    await using setup = await withAnswers([(_, r) => answer(r, 400, body)]);
    const call = setup.client.connectors.get('c1');
    await expect(call).rejects.toThrow('you sent [redacted] and [redacted] [2J');
  });

  it('says which certificate problem it is, without trying again', async () => {
    await using setup = await withAnswers([]);
    const url = setup.server.url.replace('http:', 'https:');
    await using client = createTestClient(url, { clock: createFastClock(), maxFailedAttempts: 2 });
    await expect(client.connectors.get('c1')).rejects.toMatchObject({ code: 'AUTH_UNAVAILABLE' });
  });
});

describe('time', () => {
  it('names the attempt that was not answered', async () => {
    const silent: Script = () => undefined;
    await using setup = await withAnswers([silent, silent], { attemptTimeoutMs: 6_000, maxFailedAttempts: 2 });
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({
      code: 'ATTEMPT_TIMEOUT',
      attempts: 2,
      maybeCarriedOut: true,
    });
    expect(setup.client.stats().latency.outcomes.timeout).toBe(2);
  });

  it('keeps the total deadline over all attempts', async () => {
    const silent: Script = () => undefined;
    const scripts = Array.from({ length: 50 }, () => silent);
    const clock = createFastClock();
    await using setup = await withAnswers(scripts, {
      clock,
      deadlineMs: 15_000,
      attemptTimeoutMs: 4_500,
      random: () => 0,
    });
    const startedAtMs = clock.monotonicMs();
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(clock.monotonicMs() - startedAtMs).toBeLessThan(30_000);
  });

  it('takes a deadline for one call', async () => {
    await using setup = await withAnswers([() => undefined], { deadlineMs: 60_000 });
    const call = setup.client.connectors.get('c1', { deadlineMs: 500 });
    await expect(call).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it("throws the reason of the caller's signal", async () => {
    const controller = new AbortController();
    await using setup = await withAnswers([() => controller.abort(new Error('changed my mind'))]);
    await expect(setup.client.connectors.get('c1', { signal: controller.signal })).rejects.toThrow('changed my mind');
  });

  it('sends nothing for a signal that has fired', async () => {
    await using setup = await withAnswers([]);
    await expect(setup.client.connectors.get('c1', { signal: AbortSignal.abort() })).rejects.toThrow('aborted');
    expect(setup.server.received).toEqual([]);
  });

  it('says that the client is closed', async () => {
    await using setup = await withAnswers([]);
    await setup.client.close();
    await setup.client.close();
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({ code: 'CLIENT_CLOSED' });
  });
});

describe('401', () => {
  it('renews the token and repeats once', async () => {
    await using setup = await withAnswers([(_, r) => problem(r, 401, 'UNAUTHENTICATED')]);
    await setup.client.connectors.get('c1');
    expect(setup.client.stats().tokenRequests).toBe(2);
    expect(setup.api()).toHaveLength(2);
  });

  it('is the answer when the new token is refused too', async () => {
    const refuse: Script = (_, response) => problem(response, 401, 'UNAUTHENTICATED');
    await using setup = await withAnswers([refuse, refuse, refuse]);
    await expect(setup.client.connectors.get('c1')).rejects.toMatchObject({ code: 'UNAUTHENTICATED', attempts: 2 });
    expect(setup.client.stats().tokenRequests).toBe(2);
  });
});
