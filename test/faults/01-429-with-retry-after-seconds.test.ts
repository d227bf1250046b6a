import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { problem } from '../../packages/client/test/support/scripted-server.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const WORKERS = 16;
const ITEMS = 120;
/** What was on the wire when the refusal left the server is nobody's fault; on a busy machine that takes a while. */
const IN_FLIGHT_MS = 500;

describe('429 with Retry-After in seconds', () => {
  it('closes the gate for every worker until the named time, and loses nothing', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 1'));
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    let servedInWindow = 0;
    let quota = random.between(10, 40);
    let closedAtMs = Number.NEGATIVE_INFINITY;
    let opensAtMs = Number.NEGATIVE_INFINITY;
    let refusals = 0;
    const tooEarly: string[] = [];
    const refusedInWindow = new Set<string>();
    engine.fault = (request, response) => {
      if (request.method !== 'PUT') return false;
      const nowMs = performance.now();
      const call = String(request.headers['x-request-id']);
      if (nowMs < opensAtMs) {
        if (nowMs > closedAtMs + IN_FLIGHT_MS) tooEarly.push(`${opensAtMs - nowMs} ms before the named time`);
        if (refusedInWindow.has(call)) tooEarly.push(`${call} came twice`);
        if (refusedInWindow.size >= WORKERS) tooEarly.push(`${call} was sent after the refusal`);
      } else if (servedInWindow < quota) {
        servedInWindow += 1;
        return false;
      } else {
        // Everybody is refused for one second from here; how many pass before that is chance.
        closedAtMs = nowMs;
        opensAtMs = nowMs + 1_000;
        servedInWindow = 0;
        refusedInWindow.clear();
        quota = random.between(20, 60);
      }
      refusals += 1;
      refusedInWindow.add(call);
      problem(response, 429, 'RATE_LIMITED', { 'retry-after': '1' });
      return true;
    };
    const bodies = Array.from({ length: ITEMS }, (_, index) => connectorBody(`c${index}`));
    const result = await client.apply(await client.plan(desiredState(bodies)), { concurrency: WORKERS });
    expect(refusals).toBeGreaterThan(0);
    expect(tooEarly).toEqual([]);
    expect(result.summary).toMatchObject({ created: ITEMS, failed: 0, skipped: 0 });
    expect(engine.stored.size).toBe(ITEMS);
    expect(engine.changes).toHaveLength(ITEMS);
    expect(client.stats().rateLimited).toBe(refusals);
  });
});
