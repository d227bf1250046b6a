import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ActionProduct } from '../support/action-product.ts';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { expectFigures } from '../support/expect-figures.ts';
import { MixedLoad } from '../support/mixed-load.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed, readFaultIterations } from '../support/random.ts';
import { type SilentServer, startSilentServer } from '../support/silent-server.ts';
import { waitFor } from '../support/wait-for.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../support/webhook-receiver.ts';

const ITERATIONS = Math.min(readFaultIterations(process.env, 3), 20);
/** Long enough to be under way when the signal comes, short enough for the grace time. */
const SLOW_SECONDS = 2;
/** A probe sees it no sooner than it asks. */
const UNREADY_MS = 1_000;
const GRACE_MS = 30_000;

describe('SIGTERM under load', () => {
  const random = createRandom(openFaultSeed(process.env, 'row 19'));
  let product: Product;
  let receiver: WebhookReceiver;
  let silent: SilentServer;
  let load: MixedLoad;
  const unreadyAfterMs: number[] = [];
  const endedAfterMs: number[] = [];

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
        timeoutMs: UNREADY_MS,
      }).then(() => unreadyAfterMs.push(performance.now() - signalled));
      void ended.then(() => endedAfterMs.push(performance.now() - signalled));
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
      expect(performance.now() - signalled).toBeLessThan(GRACE_MS);
      expect(counts.acknowledged).toBeGreaterThan(0);
      expect(brokenPromises).toEqual([]);
    },
  );

  it('was unready at once and ended within the grace time in every round', ({ task }) => {
    expectFigures(task, [
      { what: 'unready after', measured: Math.max(...unreadyAfterMs), unit: 'ms', atMost: UNREADY_MS },
      { what: 'ended after', measured: Math.max(...endedAfterMs), unit: 'ms', atMost: GRACE_MS },
    ]);
  });

  /** Takes the whole connection timeout, because the database says nothing. */
  function testSilentDatabase() {
    const body = createConnectorBody(
      { kind: 'postgresql', host: '127.0.0.1', port: silent.port, database: 'none' },
      { id: 'slow', username: 'LOAD_USER', password: 'LOAD_PASSWORD', connectionTimeoutSeconds: SLOW_SECONDS },
    );
    return product.api('/api/v1/integrations/connectors/slow/test', { method: 'POST', body });
  }
});

const postgresUrl = inject('postgresUrl');
/** PostgreSQL's `Terminate`: a session that its client closes in order ends with it. */
const TERMINATE = Buffer.from([0x58, 0, 0, 0, 4]);

describe.skipIf(postgresUrl === null)('SIGTERM under data actions', () => {
  const CALLS = 4;

  it('answers what is under way with its row, closes each session in order and exits 0', async () => {
    const relay = await startWatchfulRelay(new URL(postgresUrl ?? ''));
    const actions = await ActionProduct.start({
      postgresUrl: postgresUrl ?? '',
      port: relay.port,
      // A health check that is under way at the signal is cancelled and its session dropped; this is about the callers'.
      healthIntervalSeconds: 60,
    });
    try {
      await actions.publish({
        actionId: 'slow-note',
        statement: 'select :ani::text as note from pg_sleep(1) limit 1',
        input: { type: 'object', required: ['ani'], properties: { ani: { type: 'string', maxLength: 20 } } },
        output: { type: 'object', properties: { note: { type: 'string', maxLength: 20 } } },
        limits: { deadlineMs: 8_000, maxConcurrency: CALLS },
        cache: { coalesce: false },
      });
      const calls = Array.from({ length: CALLS }, (_, index) => actions.execute('slow-note', { ani: `+1555${index}` }));
      await waitFor('all statements to run', async () => {
        const { rows } = await actions.admin.query(
          "select count(*)::int as n from pg_stat_activity where usename = $1 and wait_event = 'PgSleep'",
          [actions.schema],
        );
        return rows[0].n === CALLS;
      });
      const end = await actions.product.engine.stop('SIGTERM');
      expect((await Promise.all(calls)).map(({ json }) => json.outcome)).toEqual(Array(CALLS).fill('FOUND'));
      expect(end).toEqual({ exitCode: 0, signal: null });
      await waitFor('the sessions to be gone', async () => (await actions.account.countSessions()) === 0);
      expect(relay.lastWords.length).toBeGreaterThanOrEqual(CALLS);
      expect(relay.lastWords.filter((bytes) => !bytes.equals(TERMINATE))).toEqual([]);
    } finally {
      await actions[Symbol.asyncDispose]();
      await relay.close();
    }
  });
});

/** A relay that keeps what each client said last. */
async function startWatchfulRelay({ hostname, port }: URL) {
  const lastWords: Buffer[] = [];
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    let last = Buffer.alloc(0);
    client.on('data', (bytes) => {
      last = Buffer.concat([last, bytes]).subarray(-TERMINATE.length);
      upstream.write(bytes);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream]) socket.on('error', () => upstream.destroy());
    client.on('close', () => {
      lastWords.push(last);
      upstream.destroy();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return { port: address.port, lastWords, close: () => new Promise((resolve) => server.close(resolve)) };
}

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
