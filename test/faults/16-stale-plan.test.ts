import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CONNECTORS = 6;

function projectFile(poolMax: number): string {
  const entries = Array.from(
    { length: CONNECTORS },
    (_, index) => `  - id: stale-${index}
    type: postgresql
    host: db.internal.net
    database: crm
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
    pool: {max: ${poolMax}}
`,
  );
  return `project: crm\nconnectors:\n${entries.join('')}`;
}

describe('the server moves between plan and apply', () => {
  const random = createRandom(openFaultSeed(process.env, 'row 16'));
  let product: Product;

  beforeAll(async () => {
    product = await Product.start({ args: ['--rate-limit', '10000/s'] });
    await product.write('dipswitch.yaml', projectFile(10));
    const applied = await product.dip(['apply', '--yes']);
    expect(applied.exitCode, applied.stderr).toBe(0);
  });
  afterAll(() => product?.[Symbol.asyncDispose]());

  const pathOf = (id: string) => `/api/v1/integrations/connectors/${id}`;
  const revisions = async (): Promise<string> => {
    await using client = product.createClient();
    const all: string[] = [];
    for await (const { connectorId, revision } of client.connectors.list()) all.push(`${connectorId} ${revision}`);
    return all.join('\n');
  };
  const planTo = async (file: string, poolMax: number): Promise<void> => {
    await product.write('dipswitch.yaml', projectFile(poolMax));
    const plan = await product.dip(['plan', '--out', file]);
    expect(plan.exitCode, plan.stderr).toBe(2);
  };

  it('the plan is refused as a whole with a hint, and nothing is changed', async () => {
    await planTo('release.plan', 20);
    const id = `stale-${random.between(0, CONNECTORS - 1)}`;
    const { json } = await product.api(pathOf(id));
    const { revision: _revision, createdAt: _createdAt, updatedAt: _updatedAt, health: _health, ...body } = json;
    const put = await product.api(pathOf(id), { method: 'PUT', body: { ...body, connectorName: 'theirs' } });
    expect(put.status).toBe(200);
    const before = await revisions();
    const refused = await product.dip(['apply', 'release.plan', '--yes']);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain(`${id}`);
    expect(refused.stderr).toContain('[PLAN_STALE]');
    expect(refused.stderr).toMatch(/hint: .*dip plan --out/);
    expect(await revisions()).toBe(before);
  });

  it('the next plan shows what moved as drift, and apply fixes it', async () => {
    await product.write('dipswitch.yaml', projectFile(10));
    const plan = await product.dip(['plan']);
    expect(plan.exitCode).toBe(2);
    expect(plan.stdout).toContain('drift: changed on the server since the last apply');
    const applied = await product.dip(['apply', '--yes', '--quiet']);
    expect(applied.exitCode, applied.stderr).toBe(0);
    expect((await product.dip(['plan'])).exitCode).toBe(0);
  });

  it('a plan that nothing overtook is carried out as it was written, whatever the files say by then', async () => {
    await planTo('release.plan', 21);
    await product.write('dipswitch.yaml', projectFile(33));
    const applied = await product.dip(['apply', 'release.plan', '--yes']);
    expect(applied.exitCode, applied.stderr).toBe(0);
    const { json } = await product.api(pathOf('stale-0'));
    expect(json).toMatchObject({ configuration: { poolSettings: { maxPoolSize: 21 } } });
    const again = await product.dip(['apply', 'release.plan', '--yes']);
    expect(again.exitCode, again.stderr).toBe(0);
    expect(again.stdout).toContain(`0 updated, 0 deleted, ${CONNECTORS} unchanged`);
  });

  it.each<[string, (text: string) => string]>([
    ['edited', (text) => text.replace('db.internal.net', 'evil.example')],
    ['cut off', (text) => text.slice(0, text.length / 2)],
    ['for another server', (text) => text],
    ['not a plan', () => 'connectors: []\n'],
  ])('a plan file that is %s is refused, and nothing is sent', async (how, damage) => {
    await planTo('good.plan', 22 + how.length);
    await product.write('bad.plan', damage(await product.read('good.plan')));
    const before = await revisions();
    const env = how === 'for another server' ? { CXONE_BASE_URL: 'http://127.0.0.1:9' } : {};
    const refused = await product.dip(['apply', 'bad.plan', '--yes'], { env });
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('[PLAN_FILE_INVALID]');
    expect(refused.stderr).toContain('hint:');
    expect(await revisions()).toBe(before);
  });

  it('a client that may only read, and knows no secret, can plan', async () => {
    const reader = await product.engine.createClient('integrations:read');
    const env = { CXONE_CLIENT_ID: reader.clientId, CXONE_CLIENT_SECRET: reader.clientSecret };
    await product.write('dipswitch.yaml', projectFile(30));
    const plan = await product.dip(['plan', '--out', 'reviewed.plan'], { env });
    expect(plan.exitCode, plan.stderr).toBe(2);
    const applied = await product.dip(['apply', 'reviewed.plan', '--yes']);
    expect(applied.exitCode, applied.stderr).toBe(0);
  });
});
