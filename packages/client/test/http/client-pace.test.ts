import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { answer, problem } from '../support/scripted-server.ts';

const QUOTA = { 'ratelimit-policy': '"write";q=40;w=1', ratelimit: '"write";r=39;t=1' };

describe("the client's pace", () => {
  it('is unknown until the server has said or shown a limit', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await client.connectors.put(connectorBody('c1'));
    expect(client.stats().pace).toEqual({ limitPerSecond: null, source: 'none', waiting: 0 });
  });

  it("is the quota of the server's headers on writes, and not that of its reads", async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    engine.fault = (request, response, self) => {
      if (request.path === '/oauth/token') return false;
      const { status, body } = self.carryOut(request);
      answer(response, status, body, request.method === 'PUT' ? QUOTA : { ratelimit: '"read";r=0;t=1' });
      return true;
    };
    await client.connectors.put(connectorBody('c1'));
    await client.connectors.get('c1');
    expect(client.stats().pace).toEqual({ limitPerSecond: 40, source: 'header', waiting: 0 });
  });

  it.each([
    ['retry-after', { 'retry-after': '1' }],
    ['learned', {}],
  ] as const)('is what refusals taught (%s)', async (source, headers) => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { clock: createFastClock(10), random: () => 0.5 });
    let puts = 0;
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      puts += 1;
      if (puts % 10 !== 0) return false;
      problem(response, 429, 'RATE_LIMITED', headers);
      return true;
    };
    for (let count = 0; count < 25; count += 1) await client.connectors.put(connectorBody(`c${count}`));
    const { pace, rateLimited, retryRatio } = client.stats();
    expect(pace.source).toBe(source);
    expect(pace.limitPerSecond).toBeGreaterThan(0);
    expect({ rateLimited, retryRatio }).toEqual({ rateLimited: 2, retryRatio: 0 });
  });

  it('counts what had to be repeated after failures', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { clock: createFastClock() });
    let failures = 2;
    engine.fault = (request, response) => {
      if (request.method !== 'PUT' || failures === 0) return false;
      failures -= 1;
      problem(response, 503, 'STATE_UNAVAILABLE');
      return true;
    };
    await client.connectors.put(connectorBody('c1'));
    // The token request is a request too.
    expect(client.stats()).toMatchObject({ requests: 2, retries: 2, failureRetries: 2, retryRatio: 1 });
  });
});
