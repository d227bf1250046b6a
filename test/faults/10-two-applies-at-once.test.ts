import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CONNECTORS = 20;
const TEAMS = ['ours', 'theirs'] as const;

function projectFile(team: string, poolMax: number): string {
  const entries = Array.from(
    { length: CONNECTORS },
    (_, index) => `  - id: shared-${index}
    name: ${team}
    description: ${team} ${poolMax}
    type: postgresql
    host: db.internal.net
    database: ${team}
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
    pool: {max: ${poolMax}}
`,
  );
  return `connectors:\n${entries.join('')}`;
}

describe('two applies at once on the same ids', () => {
  let product: Product;

  beforeAll(async () => {
    product = await Product.start({ args: ['--rate-limit', '10000/s'] });
  });
  afterAll(() => product?.[Symbol.asyncDispose]());

  it('each connector is wholly the one’s or the other’s, and the loser is told to plan again', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 10'));
    for (let round = 0; round < 2; round += 1) {
      const poolMax = random.between(5, 40);
      await Promise.all(
        TEAMS.map(async (team) => {
          await mkdir(join(product.folder, team), { recursive: true });
          await product.write(`${team}/dipswitch.yaml`, projectFile(team, poolMax));
          const plan = await product.dip(['plan', '--out', 'p'], { cwd: join(product.folder, team) });
          expect(plan.exitCode, plan.stderr).toBe(2);
        }),
      );
      const outcomes = await Promise.all(
        TEAMS.map((team) => product.dip(['apply', 'p', '--yes'], { cwd: join(product.folder, team) })),
      );
      for (const { exitCode, stdout, stderr } of outcomes) {
        if (exitCode === 0) continue;
        expect(exitCode).toBe(1);
        expect(`${stdout}${stderr}`).toMatch(/PRECONDITION_FAILED|PLAN_STALE/);
        expect(stderr).toMatch(/hint:.*plan/);
      }
      expect(outcomes.some(({ exitCode }) => exitCode !== 0)).toBe(true);
      await using client = product.createClient();
      const winners: string[] = [];
      for await (const { connectorName, description, configuration, revision } of client.connectors.list()) {
        expect(description).toBe(`${connectorName} ${poolMax}`);
        expect(configuration.connectionString).toContain(`/${connectorName}?`);
        expect(configuration.poolSettings.maxPoolSize).toBe(poolMax);
        expect(revision).toBeLessThanOrEqual(round + 1);
        winners.push(connectorName);
      }
      expect(winners).toHaveLength(CONNECTORS);
    }
  });

  it('in one folder the second waits for the first, or says who holds the files', async () => {
    await product.write('dipswitch.yaml', projectFile('ours', 44));
    const outcomes = await Promise.all([product.dip(['apply', '--yes']), product.dip(['apply', '--yes'])]);
    for (const { exitCode, stdout, stderr } of outcomes) {
      if (exitCode !== 0) expect(`${stdout}${stderr}`).toMatch(/PRECONDITION_FAILED|AUDIT_FILE_LOCKED/);
    }
    expect(outcomes.some(({ exitCode }) => exitCode === 0)).toBe(true);
    const plan = await product.dip(['plan']);
    expect(plan.exitCode, plan.stdout).toBe(0);
  });
});
