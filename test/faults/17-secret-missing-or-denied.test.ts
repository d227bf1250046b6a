import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KvDouble } from '../../packages/client/test/support/kv-double.ts';
import { renderConnectorEntry } from '../support/connector-bodies.ts';
import { Product } from '../support/product.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';
import { type RefusingPostgres, startRefusingPostgres } from '../support/refusing-postgres.ts';
import { waitFor } from '../support/wait-for.ts';

const random = createRandom(openFaultSeed(process.env, 'row 17'));
const CONNECTORS = '/api/v1/integrations/connectors';

/** What leads nowhere: by name, by version, by a right that nobody gave, in a vault that the engine does not have. */
const BAD = {
  'missing-label': 'NOBODY_STORED_THIS',
  'missing-local': 'local://nobody-stored-this',
  'denied-environment': 'env://HOME',
  'denied-file': 'file://passwd',
  'denied-vault': 'vault://secret/private#password',
  'missing-vault': 'vault://secret/crm#password',
} as const;
type BadId = keyof typeof BAD;
const BAD_IDS = Object.keys(BAD) as BadId[];

/** Credentials of which chance makes one, or both, lead nowhere. */
function credentialsOf(reference: string): { username: string; password: string } {
  return random.pick([
    { username: 'GOOD_USER', password: reference },
    { username: reference, password: 'GOOD_PASSWORD' },
    { username: reference, password: reference },
  ]);
}

describe('a secret reference that is missing or denied', () => {
  let product: Product;
  let good: RefusingPostgres;
  let bad: RefusingPostgres;
  let vault: KvDouble;

  beforeAll(async () => {
    good = await startRefusingPostgres('28P01', 'not you');
    bad = await startRefusingPostgres('28P01', 'not you');
    vault = await KvDouble.start();
    vault.denied.add('GET secret/data/private');
    product = await Product.start();
    await product.engine.setSecret('GOOD_USER', 'app');
    await product.engine.setSecret('GOOD_PASSWORD', 'app-password');
    const place = { kind: 'postgresql', host: '127.0.0.1', database: 'crm' } as const;
    const entries = [
      renderConnectorEntry(
        { ...place, port: good.port },
        { id: 'good', username: 'GOOD_USER', password: 'GOOD_PASSWORD' },
      ),
      ...BAD_IDS.map((id) => renderConnectorEntry({ ...place, port: bad.port }, { id, ...credentialsOf(BAD[id]) })),
    ];
    await product.write('dipswitch.yaml', `connectors:\n${entries.join('')}`);
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await vault?.[Symbol.asyncDispose]();
    await Promise.all([good?.close(), bad?.close()]);
  });

  const withVault = () => ({ env: { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token } });
  const unresolvedOf = (stdout: string): readonly string[] => {
    const { references }: { references: { connectorId: string; resolves: boolean }[] } = JSON.parse(stdout);
    return [...new Set(references.filter(({ resolves }) => !resolves).map(({ connectorId }) => connectorId))].sort();
  };

  it('does not stop a plan, which needs no right to secrets and no vault', async () => {
    const reader = await product.engine.createClient('integrations:read');
    const env = { CXONE_CLIENT_ID: reader.clientId, CXONE_CLIENT_SECRET: reader.clientSecret };
    const { exitCode, stdout, stderr } = await product.dip(['plan', '-o', 'json'], { env });
    expect(exitCode, stderr).toBe(2);
    expect(JSON.parse(stdout).summary).toMatchObject({ create: 1 + BAD_IDS.length });
  });

  it('fails the plan that checks secrets, for these connectors and no other, and no plan is written', async () => {
    const { exitCode, stdout, stderr } = await product.dip(['plan', '--check-secrets', '--out', 'release.plan']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('good');
    expect(stderr).toContain(`${BAD_IDS.length} connectors would get no secret`);
    for (const id of BAD_IDS) expect(stderr, id).toContain(id);
    expect(stderr).not.toMatch(/^good /m);
    await expect(access(join(product.folder, 'release.plan'))).rejects.toThrow();
  });

  it('is found by dip secrets check, by the engine and by the vault itself', async () => {
    const byEngine = await product.dip(['secrets', 'check', '-o', 'json']);
    expect(byEngine.exitCode).toBe(2);
    expect(unresolvedOf(byEngine.stdout)).toEqual([...BAD_IDS].sort());
    const byVault = await product.dip(['secrets', 'check', '--vault', 'vault'], withVault());
    expect(byVault.exitCode).toBe(2);
    expect(byVault.stdout).toMatch(/^denied-vault .*the vault denies/m);
    expect(byVault.stdout).toMatch(/^missing-vault .*nothing is stored/m);
    expect(byVault.stderr + byVault.stdout).not.toContain(vault.token);
  });

  it('once applied is told by the health of the connector, and no literal is ever sent in its place', async () => {
    const { exitCode, stderr } = await product.dip(['apply', '--yes']);
    expect(exitCode, stderr).toBe(0);
    for (const id of BAD_IDS) {
      await product.api(`${CONNECTORS}/${id}/health-checks`, { method: 'POST' });
      const { json } = await product.api(`${CONNECTORS}/${id}/health`);
      expect(json, id).toMatchObject({ errorClass: 'SECRET_UNRESOLVED', servingRevision: null });
    }
    await waitFor('the login of the good connector', () => good.logins > 0);
    expect(bad.logins).toBe(0);
  });

  it('is fixed by storing it: the next check of the connector dials', async () => {
    const stored = await product.dip(['secrets', 'set', 'NOBODY_STORED_THIS'], { stdin: 'now it is\n' });
    expect(stored.exitCode, stored.stderr).toBe(0);
    expect(stored.stdout).toBe('local://NOBODY_STORED_THIS\n');
    const { stdout } = await product.dip(['secrets', 'check', '-o', 'json']);
    expect(unresolvedOf(stdout)).toEqual(BAD_IDS.filter((id) => id !== 'missing-label').sort());
    await waitFor('a login with the stored value', async () => {
      await product.api(`${CONNECTORS}/missing-label/health-checks`, { method: 'POST' });
      return bad.logins > 0;
    });
  });
});
