import { createDipswitchClient } from '@dipswitch/client';
import type { ConnectorBody } from '@dipswitch/contract';
import { AdaptiveRetryStrategy } from '@smithy/util-retry';
import Bottleneck from 'bottleneck';
import { Pool } from 'undici';

/** What a contestant is told: no more than its users could know. */
export interface Task {
  readonly url: string;
  readonly bodies: readonly ConnectorBody[];
  /** Told to `bottleneck` alone. */
  readonly trueRate: number;
  readonly trueBurst: number;
}

export interface Contestant {
  readonly name: string;
  /** Sends every body once accepted; ends when it has done what it does. */
  run(task: Task): Promise<void>;
}

const WORKERS = 16;
const ATTEMPTS_MOST = 10;

interface Reply {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

type Put = (body: ConnectorBody) => Promise<Reply>;

export const CONTESTANTS: readonly Contestant[] = [
  { name: 'dipswitch', run: runDipswitch },
  { name: 'tutorial, 1 worker', run: (task) => withPool(task, (put) => runTutorial(put, task, 1)) },
  { name: 'tutorial, 16 workers', run: (task) => withPool(task, (put) => runTutorial(put, task, WORKERS)) },
  { name: 'full-jitter backoff', run: (task) => withPool(task, (put) => runFullJitter(put, task)) },
  { name: 'smithy adaptive', run: (task) => withPool(task, (put) => runAdaptive(put, task)) },
  { name: 'bottleneck, told the rate', run: (task) => withPool(task, (put) => runBottleneck(put, task)) },
];

async function runDipswitch({ url, bodies }: Task): Promise<void> {
  await using client = createDipswitchClient({ baseUrl: url, clientId: 'dipswitch', clientSecret: 'bench' });
  await forEach(bodies, WORKERS, async (body) => void (await client.connectors.put(body)));
}

/** One retry after a 429, `Retry-After` as whole seconds (5 where there is none), then the next. */
async function runTutorial(put: Put, { bodies }: Task, workers: number): Promise<void> {
  await forEach(bodies, workers, async (body) => {
    const { status, retryAfter } = await put(body);
    if (status !== 429) return;
    await sleep(Number.parseInt(retryAfter ?? '5', 10) * 1000);
    await put(body);
  });
}

async function runFullJitter(put: Put, { bodies }: Task): Promise<void> {
  await forEach(bodies, WORKERS, async (body) => {
    for (let round = 0; ; round += 1) {
      if ((await put(body)).status !== 429) return;
      await sleep(Math.random() * Math.min(10_000, 100 * 2 ** round));
    }
  });
}

async function runAdaptive(put: Put, { bodies }: Task): Promise<void> {
  const strategy = new AdaptiveRetryStrategy(ATTEMPTS_MOST);
  await forEach(bodies, WORKERS, async (body) => {
    let token = toStandard(await strategy.acquireInitialRetryToken('bench'));
    for (;;) {
      const { status, retryAfter } = await put(body);
      if (status !== 429) return strategy.recordSuccess(token);
      const hint = retryAfter === undefined ? {} : { retryAfterHint: new Date(Date.now() + Number(retryAfter) * 1000) };
      token = toStandard(await strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING', ...hint }));
    }
  });
}

type StandardToken = Parameters<AdaptiveRetryStrategy['recordSuccess']>[0];

/** The library's own tokens are of the kind that its own methods take, though its types do not say so. */
function toStandard(token: Awaited<ReturnType<AdaptiveRetryStrategy['acquireInitialRetryToken']>>): StandardToken {
  if (!isStandard(token)) throw new Error('not a token of the standard strategy');
  return token;
}

function isStandard(token: object): token is StandardToken {
  return 'getRetryCost' in token;
}

async function runBottleneck(put: Put, { bodies, trueRate, trueBurst }: Task): Promise<void> {
  // Its heart beats every 250 ms, whatever it is told.
  const tick = 250;
  const limiter = new Bottleneck({
    maxConcurrent: WORKERS,
    reservoir: trueBurst,
    reservoirIncreaseAmount: (trueRate * tick) / 1000,
    reservoirIncreaseInterval: tick,
    reservoirIncreaseMaximum: trueBurst,
  });
  limiter.on('failed', (_error, { retryCount }) => (retryCount < ATTEMPTS_MOST ? 1000 : undefined));
  await Promise.allSettled(
    bodies.map((body) =>
      limiter.schedule(async () => {
        if ((await put(body)).status === 429) throw new Error('refused');
      }),
    ),
  );
  await limiter.disconnect();
}

async function withPool({ url }: Task, run: (put: Put) => Promise<void>): Promise<void> {
  const pool = new Pool(url, { connections: WORKERS, pipelining: 1 });
  try {
    await run(async (connector) => {
      const { statusCode, headers, body } = await pool.request({
        method: 'PUT',
        path: `/api/v1/integrations/connectors/${connector.connectorId}`,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(connector),
      });
      await body.dump();
      const retryAfter = headers['retry-after'];
      return { status: statusCode, retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined };
    });
  } finally {
    await pool.close();
  }
}

/** A worker that fails an item goes on with the next, as the item counts as lost then. */
async function forEach<Item>(
  items: readonly Item[],
  workers: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await work(item).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}

function sleep(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
