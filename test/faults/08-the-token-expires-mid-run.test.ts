import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { answerToken, problem } from '../../packages/client/test/support/scripted-server.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CALLS = 500;
const IS_FULL = isFullLength(process.env);
/** The client has one more call in flight for every 16 answers: after so many it may have all of them. */
const WARM_UP_CALLS = IS_FULL ? 16 * CALLS : 1;
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
  it(`makes one refresh of ${CALLS} 401s at once, and repeats no request twice`, async ({ task }) => {
    const { engine, tokens } = await startStrictEngine();
    await using _ = engine;
    await using client = createTestClient(engine.url, { maxConnections: CALLS });
    engine.stored.set('c1', { body: connectorBody('c1'), revision: 1, status: 'HEALTHY' });
    let warmedUp = 0;
    const warmUp = async (): Promise<void> => {
      for (; warmedUp < WARM_UP_CALLS; warmedUp += 1) await client.connectors.get('c1');
    };
    await Promise.all(Array.from({ length: 32 }, warmUp));
    tokens.valid = 'revoked: nobody holds it';
    const before = engine.received.length;
    if (IS_FULL) holdUntilAllArrived(engine);
    await Promise.all(Array.from({ length: CALLS }, () => client.connectors.get('c1')));
    expect(tokens.issued).toBe(2);
    expect(client.stats().tokenRequests).toBe(2);
    const byCall = Map.groupBy(engine.received.slice(before), ({ headers }) => headers['x-request-id']);
    expect(Math.max(...[...byCall.values()].map(({ length }) => length))).toBeLessThanOrEqual(2);
    const requests = engine.received.slice(before).filter(({ path }) => path !== '/oauth/token').length;
    expect(requests).toBeLessThanOrEqual(2 * CALLS);
    expectFigures(task, [
      { what: 'calls refused at once', measured: requests - CALLS, unit: '', atLeast: IS_FULL ? CALLS : 1 },
      { what: 'refreshes', measured: tokens.issued - 1, unit: '', atMost: 1, atLeast: 1 },
    ]);
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

/** No 401 leaves before all calls are there, so that all of them are under way with the old token. */
function holdUntilAllArrived(engine: FakeEngine): void {
  const { promise: allArrived, resolve: open } = Promise.withResolvers<void>();
  const strict = engine.fault;
  let arrived = 0;
  engine.fault = async (request, response, self) => {
    if (request.path !== '/oauth/token') arrived += 1;
    if (arrived === CALLS) open();
    await allArrived;
    return strict(request, response, self);
  };
}
