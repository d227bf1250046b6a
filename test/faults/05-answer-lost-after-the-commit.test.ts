import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createDipswitchClient, type DipswitchClient, hasChanges } from '@dipswitch/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectorBody, desiredState } from '../../packages/client/test/support/bodies.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed, type Random } from '../support/random.ts';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.ts';
import { waitFor } from '../support/wait-for.ts';

const CONNECTORS = 20;

/** Real engine, real client, and a proxy between them that lets requests through and then cuts the line. */
describe('an answer lost after the commit', () => {
  let random: Random;
  let product: Product;
  let proxy: TcpProxy;
  let client: DipswitchClient;

  beforeAll(async () => {
    const seed = openFaultSeed(process.env, 'row 5');
    random = createRandom(seed);
    product = await Product.start({ args: ['--rate-limit', '10000/s'] });
    const { hostname, port } = new URL(product.engine.url);
    proxy = await startTcpProxy({ upstream: { host: hostname, port: Number(port) }, seed });
    client = createDipswitchClient({ baseUrl: `http://${proxy.host}:${proxy.port}`, ...product.client });
    await client.authenticate();
  });
  afterAll(async () => {
    await client?.close();
    await proxy?.close();
    await product?.[Symbol.asyncDispose]();
  });

  const desired = (poolMax: number) =>
    desiredState(
      Array.from({ length: CONNECTORS }, (_, index) => connectorBody(`lost-${index}`, { pool: { max: poolMax } })),
    );

  /** Applies one change after another, and cuts the line under some of them, as chance has it. */
  async function applyUnderCuts(poolMax: number) {
    const cutAt = new Set(Array.from({ length: 6 }, () => random.between(0, CONNECTORS - 1)));
    let restart: Promise<void> = Promise.resolve();
    const result = await client.apply(await client.plan(desired(poolMax)), {
      concurrency: 1,
      onProgress: (progress) => {
        if (progress.type !== 'change-started' || !cutAt.has(Number(progress.change.id.slice('lost-'.length)))) return;
        const { accepted } = proxy;
        restart = proxy
          .setToxics({ type: 'cut-after-request' })
          // A new connection is the client's next attempt: the first one has been cut.
          .then(() => waitFor('the line to be cut', () => proxy.accepted > accepted, { everyMs: 1 }))
          .then(() => proxy.setToxics());
      },
    });
    await restart;
    return { result, cuts: cutAt.size };
  }

  it('of a create is found again: every connector is there, at revision 1', async () => {
    const { result, cuts } = await applyUnderCuts(10);
    expect(client.stats().retries).toBeGreaterThanOrEqual(cuts);
    expect(result.summary).toMatchObject({ created: CONNECTORS, failed: 0, conflicts: 0 });
    expect(new Set(result.results.map(({ revision }) => revision))).toEqual(new Set([1]));
  });

  it('of an update is found again: each made one revision', async () => {
    const { result } = await applyUnderCuts(9);
    expect(result.summary).toMatchObject({ updated: CONNECTORS, failed: 0, conflicts: 0 });
    expect(new Set(result.results.map(({ revision }) => revision))).toEqual(new Set([2]));
  });

  it('leaves a plan without changes', async () => {
    expect(hasChanges(await client.plan(desired(9)))).toBe(false);
  });

  it('leaves one audit record for each change (I2, I3)', async () => {
    const text = await readFile(join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl'), 'utf8');
    const changes = text
      .trimEnd()
      .split('\n')
      .map((line): { status: string; connectorId?: string; details: { revision?: number; changed?: boolean } } =>
        JSON.parse(line),
      )
      .filter(({ status, connectorId, details }) => {
        return status === 'SUCCESS' && connectorId?.startsWith('lost-') && details.revision !== undefined;
      });
    const made = changes.map(({ connectorId, details }) => `${connectorId} ${details.revision}`);
    expect(new Set(made).size).toBe(2 * CONNECTORS);
    expect(made).toHaveLength(2 * CONNECTORS);
  });
});
