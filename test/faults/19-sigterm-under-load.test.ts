import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { MixedLoad } from '../support/mixed-load.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed, readFaultIterations } from '../support/random.ts';
import { type SilentServer, startSilentServer } from '../support/silent-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const ITERATIONS = Math.min(readFaultIterations(process.env, 3), 20);
/** Long enough to be under way when the signal comes, short enough for the grace time. */
const SLOW_SECONDS = 2;

describe('SIGTERM under load', () => {
  const random = createRandom(openFaultSeed(process.env, 'row 19'));
  let product: Product;
  let receiver: WebhookReceiver;
  let silent: SilentServer;
  let load: MixedLoad;

  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    silent = await startSilentServer();
    product = await Product.start({ args: ['--rate-limit', '10000/s'] });
    await product.engine.setSecret('LOAD_USER', 'load');
    await product.engine.setSecret('LOAD_PASSWORD', 'load');
    load = new MixedLoad({
      random,
      workers: 6,
      connectorsPerWorker: 5,
      webhookUrl: `${receiver.url}/load`,
      databasePort: silent.port,
    });
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await receiver?.close();
    await silent?.close();
  });

  it.each(Array.from({ length: ITERATIONS }, (_, index) => index + 1))(
    'turns unready at once, lets what is under way finish, loses nothing and exits 0 (round %i)',
    async () => {
      const target = { url: product.engine.url, token: await product.token() };
      const stop = new AbortController();
      const running = load.run(target, stop.signal);
      const slow = testSilentDatabase();
      await delay(random.between(200, 800));

      const signalled = performance.now();
      const ended = product.engine.stop('SIGTERM');
      const unready = waitFor('the engine to be unready', async () => (await readReadiness(target.url)) !== 200, {
        timeoutMs: 1_000,
      });
      const [unreadiness, answer, end] = await Promise.allSettled([unready, slow, ended]);
      stop.abort();
      const counts = await running;
      // Before anything is said of this round: the next one needs an engine whatever this one shows.
      await product.restart();
      const brokenPromises = await load.findBrokenPromises(target);

      expect(unreadiness).toMatchObject({ status: 'fulfilled' });
      expect(answer).toMatchObject({
        status: 'fulfilled',
        value: { status: 200, json: { ok: false, errorClass: 'UNREACHABLE' } },
      });
      expect(end).toEqual({ status: 'fulfilled', value: { exitCode: 0, signal: null } });
      expect(performance.now() - signalled).toBeLessThan(30_000);
      expect(counts.acknowledged).toBeGreaterThan(0);
      expect(brokenPromises).toEqual([]);
    },
  );

  /** Takes the whole connection timeout, because the database says nothing. */
  function testSilentDatabase() {
    const body = createConnectorBody(
      { kind: 'postgresql', host: '127.0.0.1', port: silent.port, database: 'none' },
      { id: 'slow', username: 'LOAD_USER', password: 'LOAD_PASSWORD', connectionTimeoutSeconds: SLOW_SECONDS },
    );
    return product.api('/api/v1/integrations/connectors/slow/test', { method: 'POST', body });
  }
});

/** Status of /readyz over a new connection; 0 when nobody takes it. */
async function readReadiness(url: string): Promise<number> {
  try {
    const response = await fetch(`${url}/readyz`, { headers: { connection: 'close' } });
    await response.body?.cancel();
    return response.status;
  } catch {
    return 0;
  }
}
