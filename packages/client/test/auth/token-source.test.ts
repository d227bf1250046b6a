import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createTokenSource } from '../../src/auth/create-token-source.ts';
import { DipswitchError } from '../../src/errors.ts';
import { silentLogger } from '../../src/util/logger.ts';
import type { CallAnswer, Sender, WireRequest } from '../../src/wire.ts';
import { CLIENT_SECRET, createTestClient } from '../support/bodies.ts';
import { createFastClock, FakeClock } from '../support/fake-clock.ts';
import { loadFixture } from '../support/fixtures.ts';
import { answer, startScriptedServer } from '../support/scripted-server.ts';

const NEVER = new AbortController().signal;

/** A token endpoint whose answers are given out by hand. */
class FakeEndpoint implements Sender {
  readonly requests: WireRequest[] = [];
  readonly #waiting: ((outcome: CallAnswer | Error) => void)[] = [];

  send(request: WireRequest): Promise<CallAnswer> {
    this.requests.push(request);
    return new Promise((resolve, reject) => {
      request.signal?.addEventListener('abort', () => reject(request.signal?.reason));
      this.#waiting.push((outcome) => (outcome instanceof Error ? reject(outcome) : resolve(outcome)));
    });
  }

  /** Ends the oldest request that waits. */
  give(outcome: CallAnswer | Error): void {
    this.#waiting.shift()?.(outcome);
  }
}

function tokenAnswer(token: string, changes: object = {}): CallAnswer {
  return {
    status: 200,
    headers: new Map(),
    json: { access_token: token, token_type: 'Bearer', expires_in: 3600, ...changes },
    request: { method: 'POST', path: '/oauth/token' },
    requestId: 'r1',
    attempts: 1,
    maybeCarriedOut: false,
  };
}

function createSource() {
  const clock = new FakeClock();
  const endpoint = new FakeEndpoint();
  const source = createTokenSource({
    credentials: {
      method: 'client_secret_post',
      clientId: 'id',
      clientSecret: new Secret('s'),
      scope: undefined,
      resource: undefined,
      issuer: undefined,
    },
    baseUrl: 'https://dips.example.com',
    allowPlaintext: false,
    engine: endpoint,
    openSender: () => endpoint,
    clock,
    logger: silentLogger,
    counters: { requests: 0, retries: 0, failureRetries: 0, rateLimited: 0, retryAfterCapped: 0, tokenRequests: 0 },
  });
  return { clock, endpoint, source };
}

async function openSource(changes: object = {}) {
  const setup = createSource();
  const first = setup.source.get(NEVER);
  setup.endpoint.give(tokenAnswer('t1', changes));
  expect((await first).expose()).toBe('t1');
  return setup;
}

describe('the token cache', () => {
  it('makes one request for 500 callers', async () => {
    const { endpoint, source } = createSource();
    const calls = Array.from({ length: 500 }, () => source.get(NEVER));
    endpoint.give(tokenAnswer('t1'));
    expect(new Set((await Promise.all(calls)).map((token) => token.expose()))).toEqual(new Set(['t1']));
    expect(endpoint.requests).toHaveLength(1);
  });

  it('is asked no more while the token is fresh', async () => {
    const { clock, endpoint, source } = await openSource();
    await clock.advance(3_299_000);
    await source.get(NEVER);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('renews in the background from five minutes before expiry', async () => {
    const { clock, endpoint, source } = await openSource();
    await clock.advance(3_301_000);
    expect((await source.get(NEVER)).expose()).toBe('t1');
    expect((await source.get(NEVER)).expose()).toBe('t1');
    expect(endpoint.requests).toHaveLength(2);
    endpoint.give(tokenAnswer('t2'));
    await clock.advance(0);
    expect((await source.get(NEVER)).expose()).toBe('t2');
  });

  it('goes on with the held token when the early renewal fails, and tries again after a pause', async () => {
    const { clock, endpoint, source } = await openSource();
    await clock.advance(3_301_000);
    await source.get(NEVER);
    endpoint.give(new DipswitchError('CONNECTION_FAILED', 'down'));
    await clock.advance(5_000);
    expect((await source.get(NEVER)).expose()).toBe('t1');
    expect(endpoint.requests).toHaveLength(2);
    await clock.advance(6_000);
    expect((await source.get(NEVER)).expose()).toBe('t1');
    expect(endpoint.requests).toHaveLength(3);
  });

  it('makes everybody wait from 30 s before expiry', async () => {
    const { clock, endpoint, source } = await openSource();
    await clock.advance(3_570_000);
    const call = source.get(NEVER);
    endpoint.give(tokenAnswer('t2'));
    expect((await call).expose()).toBe('t2');
  });

  it('is not moved by a jump of the wall clock', async () => {
    const { clock, endpoint, source } = await openSource();
    clock.jumpWallClock(10 * 60_000);
    await source.get(NEVER);
    clock.jumpWallClock(-100 * 60_000);
    await source.get(NEVER);
    expect(endpoint.requests).toHaveLength(1);
  });

  it('does not renew a short-lived token before every call', async () => {
    const { clock, endpoint, source } = await openSource({ expires_in: 20 });
    await clock.advance(7_000);
    await source.get(NEVER);
    expect(endpoint.requests).toHaveLength(1);
    await clock.advance(4_000);
    const call = source.get(NEVER);
    endpoint.give(tokenAnswer('t2'));
    expect((await call).expose()).toBe('t2');
  });

  it('counts the life of a token from before it was asked for', async () => {
    const { clock, endpoint, source } = createSource();
    const first = source.get(NEVER);
    await clock.advance(40_000);
    endpoint.give(tokenAnswer('t1', { expires_in: 60 }));
    await first;
    const second = source.get(NEVER);
    expect(endpoint.requests).toHaveLength(2);
    endpoint.give(tokenAnswer('t2'));
    await second;
  });
});

describe('aborting', () => {
  it('takes one caller out and leaves the others their token', async () => {
    const { endpoint, source } = createSource();
    const controller = new AbortController();
    const aborted = source.get(controller.signal);
    const other = source.get(NEVER);
    controller.abort(new Error('mine only'));
    await expect(aborted).rejects.toThrow('mine only');
    endpoint.give(tokenAnswer('t1'));
    expect((await other).expose()).toBe('t1');
  });

  it('drops the request when nobody waits any more, and a later caller starts again', async () => {
    const { endpoint, source } = createSource();
    const controller = new AbortController();
    const call = source.get(controller.signal);
    controller.abort(new Error('gone'));
    await expect(call).rejects.toThrow('gone');
    expect(endpoint.requests[0]?.signal?.aborted).toBe(true);
    const later = source.get(NEVER);
    endpoint.give(tokenAnswer('unheard'));
    endpoint.give(tokenAnswer('t2'));
    expect((await later).expose()).toBe('t2');
  });
});

describe('a rejected token', () => {
  it('is renewed once, however many report it and when', async () => {
    const { endpoint, source } = await openSource();
    const old = await source.get(NEVER);
    for (let count = 0; count < 250; count += 1) source.reject(old);
    const calls = Array.from({ length: 250 }, () => source.get(NEVER));
    endpoint.give(tokenAnswer('t2'));
    await Promise.all(calls);
    for (let count = 0; count < 250; count += 1) source.reject(old);
    expect((await source.get(NEVER)).expose()).toBe('t2');
    expect(endpoint.requests).toHaveLength(2);
  });
});

describe('the token request', () => {
  async function authenticate(name: string, options: { basic?: boolean } = {}) {
    const { response } = loadFixture(name);
    await using server = await startScriptedServer((_, reply) =>
      answer(reply, response.status, response.body ?? undefined, response.headers),
    );
    await using client = createTestClient(server.url, {
      scope: 'integrations:read integrations:write',
      ...(options.basic ? { clientAuthentication: 'client_secret_basic', clientId: 'a:b c' } : {}),
    });
    const error = await client.authenticate().then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return { error, received: server.received };
  }

  it('posts the credentials as the contract says', async () => {
    const { error, received } = await authenticate('token-issued');
    expect(error).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(received[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'dipc_test',
      client_secret: CLIENT_SECRET,
      scope: 'integrations:read integrations:write',
    });
    expect(received[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('sends them as HTTP Basic, each part form-encoded', async () => {
    const { received } = await authenticate('token-issued', { basic: true });
    const pair = Buffer.from(received[0]?.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString();
    expect(pair).toBe(`a%3Ab+c:${CLIENT_SECRET}`);
    expect(received[0]?.body).not.toContain('client_secret');
  });

  it.each(['token-invalid-client', 'token-invalid-scope', 'token-invalid-request', 'token-unsupported-grant'])(
    '%s is final, without a second attempt',
    async (name) => {
      const { error, received } = await authenticate(name);
      expect(error).toMatchObject({ code: 'AUTH_REJECTED', retryable: false });
      expect(received).toHaveLength(1);
    },
  );

  it.each<[string, number, unknown, string]>([
    ['no bearer token', 200, { access_token: 'x', token_type: 'mac' }, 'RESPONSE_MALFORMED'],
    ['no token', 200, { token_type: 'Bearer' }, 'RESPONSE_MALFORMED'],
    ['404', 404, { message: 'no' }, 'UNEXPECTED_STATUS'],
    ['401 without a reason', 401, {}, 'AUTH_REJECTED'],
    ['302', 302, undefined, 'REDIRECT_REFUSED'],
    ['503 forever', 503, {}, 'AUTH_UNAVAILABLE'],
    ['429 forever', 429, {}, 'AUTH_UNAVAILABLE'],
  ])('%s', async (_name, status, body, code) => {
    await using server = await startScriptedServer((_, reply) => answer(reply, status, body));
    await using client = createTestClient(server.url, { clock: createFastClock(), deadlineMs: 20_000 });
    await expect(client.authenticate()).rejects.toMatchObject({ code });
  });

  it('comes through a token endpoint that is down for a moment', async () => {
    await using server = await startScriptedServer((_, reply, index) => {
      if (index < 2) reply.destroy();
      else answer(reply, 200, loadFixture('token-issued').response.body);
    });
    await using client = createTestClient(server.url, { clock: createFastClock() });
    await expect(client.authenticate()).resolves.toBeUndefined();
  });

  it('says that nothing listens there', async () => {
    const server = await startScriptedServer(() => undefined);
    await server[Symbol.asyncDispose]();
    await using client = createTestClient(server.url, { clock: createFastClock() });
    const call = client.authenticate();
    await expect(call).rejects.toMatchObject({ code: 'AUTH_UNAVAILABLE', retryable: true });
    await expect(call).rejects.toThrow('ECONNREFUSED');
  });
});
