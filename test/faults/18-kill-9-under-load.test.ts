import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../support/engine-process.ts';
import { MixedLoad } from '../support/mixed-load.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed, type Random, readFaultIterations } from '../support/random.ts';
import { findFreePort } from '../support/server-process.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const ITERATIONS = readFaultIterations(process.env, 15);
const READY_BOUND_MS = 2_000;

describe('kill -9 at random times under mixed load', () => {
  let random: Random;
  let product: Product;
  let receiver: WebhookReceiver;
  let load: MixedLoad;
  const brokenPromises: string[] = [];
  const readyTimes: number[] = [];
  const freshTimes: number[] = [];
  let acknowledged = 0;

  beforeAll(async () => {
    random = createRandom(openFaultSeed(process.env, 'row 18'));
    receiver = await startWebhookReceiver();
    product = await Product.start({ args: ['--rate-limit', '10000/s'] });
    load = new MixedLoad({
      random,
      workers: 6,
      connectorsPerWorker: 5,
      webhookUrl: `${receiver.url}/load`,
      databasePort: await findFreePort(),
    });
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await receiver?.close();
  });

  const target = async () => ({ url: product.engine.url, token: await product.token() });

  it(
    `starts again each of ${ITERATIONS} times, ready within ${READY_BOUND_MS} ms`,
    async () => {
      for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
        const stop = new AbortController();
        const running = load.run(await target(), stop.signal);
        await delay(random.between(20, 400));
        const killed = product.engine.stop('SIGKILL');
        stop.abort();
        const [counts] = await Promise.all([running, killed]);
        acknowledged += counts.acknowledged;
        readyTimes.push((await product.restart('SIGKILL')).readyMs);
        if (iteration % 5 === 0) freshTimes.push(await timeFreshStart());
        brokenPromises.push(...(await load.findBrokenPromises(await target())));
      }
      expect(acknowledged).toBeGreaterThan(ITERATIONS);
      const [after, fresh] = [summarise(readyTimes), summarise(freshTimes)];
      process.stderr.write(
        `row 18: ${ITERATIONS} kills; ready after ${after.median} ms (median), ${after.slowest} ms (slowest); ` +
          `an engine without a past: ${fresh.median} and ${fresh.slowest} ms\n`,
      );
      // On a busy machine every start is slow; what counts there is that the past does not make it slower.
      expect(after.median).toBeLessThanOrEqual(Math.max(READY_BOUND_MS, 1.5 * fresh.median));
      expect(after.slowest).toBeLessThanOrEqual(Math.max(READY_BOUND_MS, 3 * fresh.slowest));
    },
    60_000 + ITERATIONS * 5_000,
  );

  it('has lost no acknowledged change (I1)', () => {
    expect(brokenPromises).toEqual([]);
  });

  it('has one audit record for each change, in an unbroken chain (I2)', async () => {
    const file = join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl');
    const outcome = await product.dip(['audit', 'verify', file]);
    expect(outcome.exitCode, outcome.stdout + outcome.stderr).toBe(0);
    const changes = await readChanges(file);
    for (const id of load.connectorIds) {
      const { status, json } = await product.api(`/api/v1/integrations/connectors/${id}`);
      const last = changes.filter((change) => change.connectorId === id).at(-1);
      if (status === 404) expect(last?.eventType ?? 'CONNECTOR_DELETE').toBe('CONNECTOR_DELETE');
      else expect(last).toMatchObject({ eventType: 'CONNECTOR_PUT', details: { revision: json.revision } });
    }
  });

  it('has sent each event, under one id, once its outbox went on (I3)', async () => {
    const changes = await readChanges(join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl'));
    const expected = changes.length;
    const distinct = () => new Set(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).size;
    await waitFor(`${expected} events at the receiver`, () => distinct() >= expected, { timeoutMs: 30_000 });
    const bodies = new Map<unknown, string>();
    for (const { headers, rawBody } of receiver.deliveries) {
      const id = headers['webhook-id'];
      expect(bodies.get(id) ?? rawBody).toBe(rawBody);
      bodies.set(id, rawBody);
    }
    expect(bodies.size).toBe(expected);
  });
});

function summarise(times: readonly number[]): { median: number; slowest: number } {
  const sorted = times.map(Math.round).toSorted((left, right) => left - right);
  return { median: sorted[sorted.length >> 1] ?? 0, slowest: sorted.at(-1) ?? 0 };
}

async function timeFreshStart(): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-fresh-'));
  try {
    const engine = await startEngine({ dataFolder: folder });
    await engine.stop();
    return engine.readyMs;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

interface ChangeRecord {
  readonly eventType: string;
  readonly connectorId: string;
  readonly details: Record<string, unknown>;
}

/** The records of changes to the load's connectors; unchanged PUTs have none. */
async function readChanges(file: string): Promise<ChangeRecord[]> {
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines
    .map((line) => JSON.parse(line))
    .filter((record) => record.status === 'SUCCESS' && String(record.connectorId).startsWith('load-'))
    .filter((record) => ['CONNECTOR_PUT', 'CONNECTOR_DELETE'].includes(record.eventType));
}
