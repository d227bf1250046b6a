import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../support/embedded-postgres.ts';
import { expectFigures, isFullLength } from '../support/expect-figures.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { findFreePort } from '../support/server-process.ts';
import { type SilentServer, startSilentServer } from '../support/silent-server.ts';
import { waitFor } from '../support/wait-for.ts';

const postgresUrl = inject('postgresUrl');
const IS_FULL = isFullLength(process.env);
const CONNECTORS = IS_FULL ? 1_000 : 60;
const INTERVAL_SECONDS = IS_FULL ? 10 : 3;
const WATCH_MS = 3 * INTERVAL_SECONDS * 1000;
/** What only a hang takes. */
const PATIENCE_MS = IS_FULL ? 180_000 : 40_000;
/** Connectors of either fate that execute a data action while throughput is measured. */
const USED = 20;
const CALLERS = 8;
/** Calls a second that go to dead databases meanwhile. */
const DEAD_CALLS_PER_SECOND = 20;
const MEASURE_MS = 10_000;
const THROUGHPUT_PERCENT = 90;
const P99_RATIO = 2;

type Fate = 'alive' | 'refuses' | 'silent' | 'wrong-password';

interface Health {
  readonly status: string;
  readonly lastCheckAt: string | null;
}

interface Throughput {
  /** Rows that came in time, a second. */
  readonly perSecond: number;
  readonly p99Ms: number;
}

describe.skipIf(postgresUrl === null)(`row 51: three in ten of ${CONNECTORS} databases are dead`, () => {
  const fates = new Map<string, Fate>();
  let product: Product;
  let account: DatabaseAccount;
  let silent: SilentServer;
  /** At full length each alive connector keeps a session, which are more than the shared server takes. */
  let ownPostgres: EmbeddedPostgres | undefined;
  let requests = 0;

  beforeAll(async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 51'));
    if (IS_FULL) ownPostgres = await startEmbeddedPostgres({ settings: { max_connections: String(2 * CONNECTORS) } });
    const url = ownPostgres?.url ?? postgresUrl ?? '';
    account = await createDatabaseAccount('postgresql', url, `row51_${randomBytes(4).toString('hex')}`);
    silent = await startSilentServer();
    product = await Product.start({ args: ['--rate-limit', '10000/s'] });
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    await product.engine.setSecret('DB_WRONG', 'not-the-password');
    for (let index = 0; index < CONNECTORS; index += 1) {
      const isDead = index % 10 < 3;
      fates.set(`db-${index}`, isDead ? random.pick(['refuses', 'silent', 'wrong-password']) : 'alive');
    }
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await silent?.close();
    await account?.drop();
    await ownPostgres?.close();
  });

  const api: Product['api'] = (path, request) => {
    requests += 1;
    return product.api(path, request);
  };
  const put = async (id: string, fate: Fate, deadPort: number) => {
    const ports: Readonly<Record<Fate, number>> = {
      alive: account.port,
      refuses: deadPort,
      silent: silent.port,
      'wrong-password': account.port,
    };
    const body = createConnectorBody(
      { ...account, port: ports[fate] },
      {
        id,
        username: 'DB_USER',
        password: fate === 'wrong-password' ? 'DB_WRONG' : 'DB_PASSWORD',
        healthIntervalSeconds: INTERVAL_SECONDS,
      },
    );
    const { status, text } = await api(`/api/v1/integrations/connectors/${id}`, { method: 'PUT', body });
    expect(status, text).toBe(200);
  };
  const idsOf = (isWanted: (fate: Fate) => boolean) =>
    [...fates].filter(([, fate]) => isWanted(fate)).map(([id]) => id);
  const isAlive = (fate: Fate) => fate === 'alive';
  const isDead = (fate: Fate) => fate !== 'alive';
  const readHealth = async (): Promise<ReadonlyMap<string, Health>> => {
    const all = new Map<string, Health>();
    let cursor: unknown = '';
    while (cursor !== null) {
      const { json } = await api(
        `/api/v1/integrations/connectors?limit=100${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      const { items, nextCursor } = json as { items: { connectorId: string; health: Health }[]; nextCursor: unknown };
      for (const { connectorId, health } of items) all.set(connectorId, health);
      cursor = nextCursor;
    }
    return all;
  };
  const countLines = () => product.engine.stderr.split('\n').length + product.engine.stdout.split('\n').length;

  it(
    'turns the alive ones HEALTHY and the dead ones UNHEALTHY, each in its time',
    async () => {
      const deadPort = await findFreePort();
      await inParallel([...fates], 16, ([id, fate]) => put(id, fate, deadPort));
      const wait = (isWanted: (fate: Fate) => boolean, status: string) =>
        waitFor(
          `${status} ones`,
          async () => {
            const health = await readHealth();
            return idsOf(isWanted).every((id) => health.get(id)?.status === status);
          },
          { timeoutMs: PATIENCE_MS, everyMs: 500 },
        );
      await wait(isAlive, 'HEALTHY');
      await wait(isDead, 'UNHEALTHY');
    },
    2 * PATIENCE_MS,
  );

  it(
    'goes on checking the alive ones at their interval, and logs nothing again and again about the dead ones',
    async () => {
      const alive = idsOf(isAlive);
      const linesBefore = countLines();
      const requestsBefore = requests;
      const seen = new Map(alive.map((id) => [id, new Set<unknown>()]));
      const endsAt = performance.now() + WATCH_MS;
      while (performance.now() < endsAt) {
        const health = await readHealth();
        for (const id of alive) seen.get(id)?.add(health.get(id)?.lastCheckAt);
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
      const expected = Math.floor(WATCH_MS / 1000 / INTERVAL_SECONDS / 1.5);
      for (const [id, checks] of seen) expect(checks.size, id).toBeGreaterThanOrEqual(expected);
      // A line for each of our own requests is the access log's; beyond it the dead ones may say little.
      expect(countLines() - linesBefore - (requests - requestsBefore)).toBeLessThan(fates.size);
    },
    WATCH_MS + PATIENCE_MS,
  );

  const publish = async (connectorId: string) => {
    const path = `/api/v1/dataactions/on-${connectorId}`;
    const body = {
      actionId: `on-${connectorId}`,
      connectorId,
      statement: 'select :ani::text as note limit 1',
      access: 'read',
      input: { type: 'object', required: ['ani'], properties: { ani: { type: 'string', maxLength: 20 } } },
      output: { type: 'object', properties: { note: { type: 'string', maxLength: 20 } } },
      limits: { deadlineMs: 1_000, ratePerSecond: 100_000 },
      cache: { coalesce: false },
    };
    for (const [method, to, sent] of [
      ['PUT', path, body],
      ['POST', `${path}/publish`, {}],
    ] as const) {
      const { status, text } = await api(to, { method, body: sent });
      expect(status, text).toBe(200);
    }
  };
  const execute = async (id: string) =>
    (await api(`/api/v1/dataactions/on-${id}/execute`, { method: 'POST', body: { ani: '+15550000001' } })).json.outcome;
  /** As many callers as fit, each with its next call when it has an answer. */
  const measure = async (ids: readonly string[]): Promise<Throughput> => {
    const latencies: number[] = [];
    let found = 0;
    const startedAt = performance.now();
    const call = async (caller: number) => {
      for (let index = caller; performance.now() - startedAt < MEASURE_MS; index += CALLERS) {
        const sentAt = performance.now();
        const outcome = await execute(ids[index % ids.length] ?? '');
        latencies.push(performance.now() - sentAt);
        if (outcome === 'FOUND') found += 1;
      }
    };
    await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
    const sorted = latencies.toSorted((left, right) => left - right);
    return {
      perSecond: (found * 1000) / (performance.now() - startedAt),
      p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? Number.NaN,
    };
  };
  /** Calls dead connectors by the clock until `signal`; what is said of them is not looked at. */
  const callDead = async (ids: readonly string[], signal: AbortSignal): Promise<void> => {
    const calls: Promise<unknown>[] = [];
    for (let index = 0; !signal.aborted; index += 1) {
      calls.push(execute(ids[index % ids.length] ?? ''));
      await new Promise((resolve) => setTimeout(resolve, 1000 / DEAD_CALLS_PER_SECOND));
    }
    await Promise.all(calls);
  };

  it.runIf(IS_FULL)(
    `leaves the alive ones ${THROUGHPUT_PERCENT} % of their throughput and ${P99_RATIO} times their p99 (I7)`,
    async ({ task }) => {
      const alive = idsOf(isAlive).slice(0, USED);
      const dead = idsOf(isDead).slice(0, USED);
      for (const id of [...alive, ...dead]) await publish(id);
      await measure(alive);
      const stop = new AbortController();
      const calling = callDead(dead, stop.signal);
      const withDead = await measure(alive);
      stop.abort();
      await calling;
      await inParallel(idsOf(isDead), 16, async (id) => {
        // Live ones are only deleted by force, and in use they keep their connector.
        if (dead.includes(id)) await api(`/api/v1/dataactions/on-${id}?force=true`, { method: 'DELETE' });
        const { status, text } = await api(`/api/v1/integrations/connectors/${id}`, { method: 'DELETE' });
        expect(status, text).toBe(204);
      });
      const alone = await measure(alive);
      expectFigures(task, [
        { what: 'throughput of 20 healthy ones without the dead', measured: alone.perSecond, unit: '/s' },
        {
          what: 'throughput with the dead',
          measured: (withDead.perSecond / alone.perSecond) * 100,
          unit: '%',
          atLeast: THROUGHPUT_PERCENT,
        },
        { what: 'p99 without the dead', measured: alone.p99Ms, unit: 'ms' },
        { what: 'p99 with the dead', measured: withDead.p99Ms / alone.p99Ms, unit: 'times', atMost: P99_RATIO },
      ]);
    },
    PATIENCE_MS + 6 * MEASURE_MS,
  );
});

/** Works on all items, so many at a time. */
async function inParallel<Item>(items: readonly Item[], workers: number, work: (item: Item) => Promise<unknown>) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
