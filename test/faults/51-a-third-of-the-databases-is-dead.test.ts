import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed, readFaultIterations } from '../support/random.ts';
import { findFreePort } from '../support/server-process.ts';
import { type SilentServer, startSilentServer } from '../support/silent-server.ts';
import { waitFor } from '../support/wait-for.ts';

const postgresUrl = inject('postgresUrl');
const INTERVAL_SECONDS = 3;
const WATCH_MS = 9_000;

type Fate = 'alive' | 'refuses' | 'silent' | 'wrong-password';

describe.skipIf(postgresUrl === null)('row 51: three in ten databases are dead', () => {
  /** A thousand at full length; each alive one keeps a session on the one PostgreSQL, which takes 300. */
  const count = Math.min(250, readFaultIterations(process.env, 60));
  const fates = new Map<string, Fate>();
  let product: Product;
  let account: DatabaseAccount;
  let silent: SilentServer;

  beforeAll(async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 51'));
    account = await createDatabaseAccount('postgresql', postgresUrl ?? '', `row51_${randomBytes(4).toString('hex')}`);
    silent = await startSilentServer();
    product = await Product.start({ args: ['--rate-limit', '1000/s'] });
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    await product.engine.setSecret('DB_WRONG', 'not-the-password');
    for (let index = 0; index < count; index += 1) {
      const isDead = index % 10 < 3;
      fates.set(`db-${index}`, isDead ? random.pick(['refuses', 'silent', 'wrong-password']) : 'alive');
    }
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await silent?.close();
    await account?.drop();
  });

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
    const { status, text } = await product.api(`/api/v1/integrations/connectors/${id}`, { method: 'PUT', body });
    expect(status, text).toBe(200);
  };
  const health = async (id: string) => (await product.api(`/api/v1/integrations/connectors/${id}/health`)).json;
  const idsOf = (isWanted: (fate: Fate) => boolean) =>
    [...fates].filter(([, fate]) => isWanted(fate)).map(([id]) => id);

  it('turns the alive ones HEALTHY and the dead ones UNHEALTHY, each in its time', async () => {
    const deadPort = await findFreePort();
    await Promise.all([...fates].map(([id, fate]) => put(id, fate, deadPort)));
    const wait = (id: string, status: string) =>
      waitFor(`${id} to be ${status}`, async () => (await health(id)).status === status, {
        timeoutMs: 40_000,
        everyMs: 250,
      });
    await Promise.all(idsOf((fate) => fate === 'alive').map((id) => wait(id, 'HEALTHY')));
    await Promise.all(idsOf((fate) => fate !== 'alive').map((id) => wait(id, 'UNHEALTHY')));
  });

  it('goes on checking the alive ones at their interval, and logs nothing again and again about the dead ones', async () => {
    const alive = idsOf((fate) => fate === 'alive');
    const linesBefore = product.engine.stderr.split('\n').length + product.engine.stdout.split('\n').length;
    const seen = new Map(alive.map((id) => [id, new Set<unknown>()]));
    const endsAt = performance.now() + WATCH_MS;
    let requests = 0;
    while (performance.now() < endsAt) {
      for (const id of alive) seen.get(id)?.add((await health(id)).lastCheckAt);
      requests += alive.length;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    const expected = Math.floor(WATCH_MS / 1000 / INTERVAL_SECONDS / 1.5);
    for (const [id, checks] of seen) expect(checks.size, id).toBeGreaterThanOrEqual(expected);
    const lines = product.engine.stderr.split('\n').length + product.engine.stdout.split('\n').length - linesBefore;
    // A line for each of our own requests is the access log's; beyond it the dead ones may say little.
    expect(lines - requests).toBeLessThan(fates.size);
  });
});
