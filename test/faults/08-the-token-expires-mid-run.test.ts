import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { answerToken, problem } from '../../packages/client/test/support/scripted-server.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CALLS = 500;
const random = createRandom(openFaultSeed(process.env, 'row 8'));

/** An engine whose token of the moment is the only good one. */
async function startStrictEngine() {
  const engine = await FakeEngine.start();
  const tokens = { issued: 0, valid: '' };
  engine.fault = (request, response) => {
    if (request.path === '/oauth/token') {
      tokens.issued += 1;
      tokens.valid = `token-${tokens.issued}`;
      return answerToken(request, response, tokens.valid);
    }
    if (request.headers.authorization === `Bearer ${tokens.valid}`) return false;
    problem(response, 401, 'UNAUTHENTICATED');
    return true;
  };
  return { engine, tokens };
}

describe('the token expires in the middle of a run', () => {
  it(`makes one refresh of ${CALLS} 401s at once, and repeats no request twice`, async () => {
    const { engine, tokens } = await startStrictEngine();
    await using _ = engine;
    await using client = createTestClient(engine.url, { maxConnections: 256 });
    engine.stored.set('c1', { body: connectorBody('c1'), revision: 1, status: 'HEALTHY' });
    await client.connectors.get('c1');
    tokens.valid = 'revoked: nobody holds it';
    const before = engine.received.length;
    await Promise.all(Array.from({ length: CALLS }, () => client.connectors.get('c1')));
    expect(tokens.issued).toBe(2);
    expect(client.stats().tokenRequests).toBe(2);
    const byCall = Map.groupBy(engine.received.slice(before), ({ headers }) => headers['x-request-id']);
    expect(Math.max(...[...byCall.values()].map(({ length }) => length))).toBeLessThanOrEqual(2);
    expect(engine.received.slice(before).filter(({ path }) => path !== '/oauth/token').length).toBeLessThanOrEqual(
      2 * CALLS,
    );
  });

  it('loses nothing of an apply under which tokens keep expiring', async () => {
    const { engine, tokens } = await startStrictEngine();
    await using _ = engine;
    await using client = createTestClient(engine.url);
    const strict = engine.fault;
    let untilExpiry = random.between(20, 60);
    let expired = 0;
    engine.fault = (request, response, self) => {
      if (request.method === 'PUT') {
        untilExpiry -= 1;
        if (untilExpiry === 0) {
          tokens.valid = 'expired';
          expired += 1;
          untilExpiry = random.between(100, 200);
        }
      }
      return strict(request, response, self);
    };
    const bodies = Array.from({ length: 400 }, (_item, index) => connectorBody(`c${index}`));
    const result = await client.apply(await client.plan(desiredState(bodies)), { concurrency: 16 });
    expect(result.summary).toMatchObject({ created: 400, failed: 0 });
    expect(engine.changes).toHaveLength(400);
    expect(expired).toBeGreaterThan(0);
    expect(tokens.issued).toBe(1 + expired);
  });
});
