import { describe, expect, it } from 'vitest';
import { connectorBody, createTestClient, desiredState } from '../../packages/client/test/support/bodies.ts';
import { FakeEngine } from '../../packages/client/test/support/fake-engine.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const ITEMS = 60;
const DEADLINE_MS = 2_000;

describe('a server that accepts and never answers', () => {
  it('costs the calls that it swallows their deadline, and the other workers nothing', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 7'));
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { deadlineMs: DEADLINE_MS });
    const swallowed = new Set(Array.from({ length: 3 }, () => `c${random.between(0, ITEMS - 1)}`));
    engine.fault = ({ method, path }) => method === 'PUT' && swallowed.has(path.split('/').at(-1) ?? '');
    const bodies = Array.from({ length: ITEMS }, (_, index) => connectorBody(`c${index}`));
    const finishedAtMs = new Map<string, number>();
    const plan = await client.plan(desiredState(bodies));
    const startedAtMs = performance.now();
    const result = await client.apply(plan, {
      concurrency: 8,
      onProgress: (progress) => {
        if (progress.type !== 'change-finished') return;
        finishedAtMs.set(progress.result.change.id, performance.now() - startedAtMs);
      },
    });
    expect(result.summary).toMatchObject({ created: ITEMS - swallowed.size, failed: swallowed.size });
    for (const { change, failure, latencyMs } of result.results) {
      if (!swallowed.has(change.id)) {
        expect(finishedAtMs.get(change.id)).toBeLessThan(DEADLINE_MS);
        continue;
      }
      expect(failure?.code).toBe('DEADLINE_EXCEEDED');
      expect(latencyMs).toBeGreaterThanOrEqual(DEADLINE_MS - 5);
      expect(latencyMs).toBeLessThan(DEADLINE_MS * 2);
    }
  });

  it('is given up attempt by attempt when the deadline allows for more', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url, { attemptTimeoutMs: 300, deadlineMs: 20_000 });
    let silent = 2;
    engine.fault = ({ method }) => {
      if (method !== 'PUT' || silent === 0) return false;
      silent -= 1;
      return true;
    };
    await expect(client.connectors.put(connectorBody('c1'))).resolves.toMatchObject({ revision: 1 });
    expect(client.stats().latency.outcomes.timeout).toBe(2);
  });
});
