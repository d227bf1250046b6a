import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEngine } from '../support/engine-process.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import { type LoadTarget, MixedLoad } from '../support/mixed-load.ts';
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
  const secrets: KnownSecrets = { writes: 0, acknowledged: 0, inDoubt: 0, version: 0 };

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
    isFullLength(process.env)
      ? `starts again each of ${ITERATIONS} times, ready within ${READY_BOUND_MS} ms`
      : `starts again each of ${ITERATIONS} times, no later than an engine without a past`,
    async ({ task }) => {
      for (let iteration = 0; iteration < ITERATIONS; iteration += 1) {
        const stop = new AbortController();
        const running = load.run(await target(), stop.signal);
        const storing = storeSecrets(await target(), secrets, stop.signal);
        await delay(random.between(20, 400));
        const killed = product.engine.stop('SIGKILL');
        stop.abort();
        const [counts] = await Promise.all([running, storing, killed]);
        acknowledged += counts.acknowledged;
        readyTimes.push((await product.restart('SIGKILL')).readyMs);
        if (iteration % 5 === 0) freshTimes.push(await timeFreshStart());
        brokenPromises.push(...(await load.findBrokenPromises(await target())));
        brokenPromises.push(...(await findBrokenSecrets(await target(), secrets)));
      }
      expect(acknowledged).toBeGreaterThan(ITERATIONS);
      const [after, fresh] = [summarise(readyTimes), summarise(freshTimes)];
      process.stderr.write(
        `row 18: ${ITERATIONS} kills; ready after ${after.median} ms (median), ${after.slowest} ms (slowest); ` +
          `an engine without a past: ${fresh.median} and ${fresh.slowest} ms\n`,
      );
      const atMost = isFullLength(process.env) ? { atMost: READY_BOUND_MS } : {};
      expectFigures(task, [
        { what: 'kills', measured: ITERATIONS, unit: '' },
        { what: 'ready after a kill, median', measured: after.median, unit: 'ms', ...atMost },
        { what: 'slowest', measured: after.slowest, unit: 'ms', ...atMost },
        { what: 'start without a past, median', measured: fresh.median, unit: 'ms' },
      ]);
      // On a busy machine every start is slow; what counts there is that the past does not make it slower.
      expect(after.median).toBeLessThanOrEqual(Math.max(READY_BOUND_MS, 1.5 * fresh.median));
      expect(after.slowest).toBeLessThanOrEqual(Math.max(READY_BOUND_MS, 3 * fresh.slowest));
    },
    60_000 + ITERATIONS * 20_000,
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

/** What the engine promised of one secret that is stored again and again. */
interface KnownSecrets {
  /** Each stores a value of its own: one that is there already makes no version. */
  writes: number;
  acknowledged: number;
  /** Writes without an answer since the last look. */
  inDoubt: number;
  /** The highest version that was answered. */
  version: number;
}

const SECRETS = '/api/v1/secrets';

async function storeSecrets(target: LoadTarget, known: KnownSecrets, signal: AbortSignal): Promise<void> {
  const headers = { authorization: `Bearer ${target.token}`, 'content-type': 'application/json' };
  while (!signal.aborted) {
    known.writes += 1;
    try {
      const body = JSON.stringify({ value: `value ${known.writes}` });
      const response = await fetch(`${target.url}${SECRETS}/KILLED`, { method: 'PUT', headers, body });
      const { version } = (await response.json()) as { version: number };
      if (response.status !== 200 || version <= known.version) throw new Error(`${response.status}, ${version}`);
      known.version = version;
      known.acknowledged += 1;
    } catch {
      known.inDoubt += 1;
      await delay(20);
    }
  }
}

/** Each write makes one version: there are as many as were acknowledged, and as many more as are in doubt at most. */
async function findBrokenSecrets(target: LoadTarget, known: KnownSecrets): Promise<string[]> {
  const response = await fetch(`${target.url}${SECRETS}`, { headers: { authorization: `Bearer ${target.token}` } });
  const { items } = (await response.json()) as { items: { name: string; version: number }[] };
  const version = items.find(({ name }) => name === 'KILLED')?.version ?? 0;
  const { acknowledged, inDoubt } = known;
  known.acknowledged = version;
  known.version = version;
  known.inDoubt = 0;
  if (version >= acknowledged && version <= acknowledged + inDoubt) return [];
  return [`the secret has version ${version}, ${acknowledged} writes were acknowledged and ${inDoubt} are in doubt`];
}

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
