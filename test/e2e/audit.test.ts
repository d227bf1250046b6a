import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createConnectorBody, renderConnectorEntry } from '../support/connector-bodies.ts';
import { createDatabaseAccount, type DatabaseAccount } from '../support/database-accounts.ts';
import { Product } from '../support/product.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
const postgresUrl = inject('postgresUrl');

describe.runIf(postgresUrl !== null)('the audit trails of engine and client', () => {
  let product: Product;
  let account: DatabaseAccount;
  let engineFile: string;

  beforeAll(async () => {
    account = await createDatabaseAccount('postgresql', postgresUrl!, `e2e_${randomBytes(4).toString('hex')}`);
    product = await Product.start();
    engineFile = join(product.engineOptions.dataFolder, 'audit', 'audit.jsonl');
    await product.engine.setSecret('DB_USER', account.username);
    await product.engine.setSecret('DB_PASSWORD', account.password);
    const entries = ['one', 'two', 'three'].map((id) =>
      renderConnectorEntry(account, { id, username: 'DB_USER', password: 'DB_PASSWORD' }),
    );
    await product.write('dipswitch.yaml', `connectors:\n${entries.join('')}`);
    const outcome = await product.dip(['apply', '--yes', '--wait-healthy', '20']);
    expect(outcome.exitCode, outcome.stderr).toBe(0);
    await product.api(`${CONNECTORS}/three`, { method: 'DELETE' });
    // A refused change is recorded too.
    await product.api(`${CONNECTORS}/four`, { method: 'PUT', body: { connectorId: 'four' } });
  });

  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await account?.drop();
  });

  it.each([
    ["the client's", () => join(product.folder, '.dipswitch', 'audit.jsonl')],
    ["the engine's", () => engineFile],
  ])('verifies %s file', async (_whose, file) => {
    const outcome = await product.dip(['audit', 'verify', file()]);
    expect(outcome.exitCode, outcome.stdout + outcome.stderr).toBe(0);
  });

  it('has a record of every change, with actor, tenant and latency', async () => {
    const records = (await readFile(engineFile, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const ours = records.filter((record) => record.actor === product.client.clientId && record.status === 'SUCCESS');
    for (const id of ['one', 'two', 'three']) {
      const record = ours.find((candidate) => candidate.connectorId === id);
      expect(record).toMatchObject({ tenant: 'default', latencyMs: expect.any(Number), requestId: expect.any(String) });
    }
    expect(ours.filter((record) => record.connectorId === 'three')).toHaveLength(2);
    expect(records.some((record) => record.connectorId === 'four' && record.status === 'FAILED')).toBe(true);
    expect(records.map((record) => record.sequence)).toEqual(records.map((_, index) => index + 1));
  });

  it.each([
    ['an edited record', (lines: string[]) => lines.with(1, lines[1]!.replace('"SUCCESS"', '"FAILED"'))],
    ['a deleted record', (lines: string[]) => lines.toSpliced(1, 1)],
    ['reordered records', (lines: string[]) => lines.with(1, lines[2]!).with(2, lines[1]!)],
    ['a repeated record', (lines: string[]) => lines.toSpliced(1, 0, lines[1]!)],
  ])('finds %s, names it and exits 1', async (_name, spoil) => {
    const lines = (await readFile(engineFile, 'utf8')).trim().split('\n');
    const spoiled = join(product.folder, 'spoiled.jsonl');
    await writeFile(spoiled, `${spoil(lines).join('\n')}\n`);
    const outcome = await product.dip(['audit', 'verify', spoiled]);
    expect(outcome.exitCode).toBe(1);
    expect(outcome.stdout + outcome.stderr).toMatch(/\b[23]\b/);
  });

  it('goes on in the same chain after a restart', async () => {
    await product.restart();
    await product.api(`${CONNECTORS}/five`, {
      method: 'PUT',
      body: createConnectorBody(account, { id: 'five', username: 'DB_USER', password: 'DB_PASSWORD' }),
    });
    const outcome = await product.dip(['audit', 'verify', engineFile]);
    expect(outcome.exitCode, outcome.stdout + outcome.stderr).toBe(0);
    expect(await readFile(engineFile, 'utf8')).toContain('"five"');
  });
});
