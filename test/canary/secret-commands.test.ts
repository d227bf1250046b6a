import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KvDouble } from '../../packages/client/test/support/kv-double.ts';
import { Product } from '../support/product.ts';
import { createCanary, findCanaries, type Surface } from './canaries.ts';

const entry = (id: string, credentials: string) =>
  `  - {id: ${id}, type: postgresql, host: 127.0.0.1, database: crm, driverVersion: 42.6.0, security: {sslMode: false}, ${credentials}}\n`;

describe('the values of dip secrets', () => {
  const plants = {
    piped: createCanary('value piped into set'),
    replaced: createCanary('value that replaced it'),
    argument: createCanary('value given as an argument'),
    adopted: createCanary('plaintext that was adopted'),
    adoptedByVault: createCanary('plaintext that was adopted into Vault'),
    submitted: createCanary('value of a refused PUT'),
  };
  const surfaces: Surface[] = [];
  let product: Product;
  let vault: KvDouble;

  const seen = (name: string, content: string | Uint8Array) => surfaces.push({ name, content });
  const dip = async (args: readonly string[], stdin?: string) => {
    const env = { VAULT_ADDR: vault.url, VAULT_TOKEN: vault.token };
    const outcome = await product.dip([...args, '--debug'], { env, ...(stdin === undefined ? {} : { stdin }) });
    seen(`output of dip ${args.slice(0, 2).join(' ')}`, outcome.stdout + outcome.stderr);
    return outcome.exitCode;
  };
  const api = async (path: string, method: string, body?: unknown) => {
    const answer = await product.api(path, { method, ...(body === undefined ? {} : { body }) });
    seen(`answer to ${method} ${path}`, `${JSON.stringify([...answer.headers])}\n${answer.text}`);
    return answer.status;
  };

  beforeAll(async () => {
    vault = await KvDouble.start();
    product = await Product.start({ env: { DIP_LOG_LEVEL: 'debug' } });
  });
  afterAll(async () => {
    await product?.[Symbol.asyncDispose]();
    await vault?.[Symbol.asyncDispose]();
  });

  it('reach the vaults', async () => {
    expect(await dip(['secrets', 'set', 'DB'], plants.piped.value)).toBe(0);
    expect(await dip(['secrets', 'set', 'DB', '-o', 'json'], plants.replaced.value)).toBe(0);
    expect(await dip(['secrets', 'set', 'vault://secret/crm/db#password'], plants.piped.value)).toBe(0);
    expect(vault.stored.get('secret/crm/db')?.at(-1)?.data).toEqual({ password: plants.piped.value });
    for (const args of [[plants.argument.value], [`--value=${plants.argument.value}`]]) {
      expect(await dip(['secrets', 'set', 'DB', ...args])).toBe(64);
    }
    // A space and a sign, so that they read as no label.
    const plain = (value: string) => `credentials: {username: DB, password: "${value} !"}`;
    await product.write('dipswitch.yaml', `connectors:\n${entry('crm-db', plain(plants.adopted.value))}`);
    await product.write('other.yaml', `connectors:\n${entry('other', plain(plants.adoptedByVault.value))}`);
    expect(await dip(['secrets', 'check'])).toBe(1);
    expect(await dip(['secrets', 'adopt', 'dipswitch.yaml'])).toBe(0);
    expect(await dip(['secrets', 'adopt', 'dipswitch.yaml'])).toBe(0);
    expect(await dip(['secrets', 'adopt', 'other.yaml', '--vault', 'vault'])).toBe(0);
    expect(vault.stored.get('secret/dipswitch/other')?.at(-1)?.data).toEqual({
      password: `${plants.adoptedByVault.value} !`,
    });
    expect(await dip(['secrets', 'check'])).toBe(0);
    expect(await dip(['secrets', 'check', '-f', 'other.yaml', '--vault', 'vault', '-o', 'json'])).toBe(0);
    for (const name of ['engine', 'vault']) expect(await dip(['secrets', 'list', '--vault', name])).toBe(0);
    expect(await dip(['plan', '--check-secrets'])).toBe(2);
    expect(await dip(['apply', '--yes'])).toBe(0);
  });

  it('are on no surface, in no form', async () => {
    const { value } = plants.submitted;
    expect(await api('/api/v1/secrets/DB', 'PUT', { value, more: value })).toBe(400);
    expect(await api('/api/v1/secrets/DB', 'PUT', `{"value": "${value}`)).toBe(400);
    expect(await api('/api/v1/secrets/check', 'POST', { references: [`${value} !`] })).toBe(400);
    expect(await api('/api/v1/secrets', 'GET')).toBe(200);
    expect(await api('/api/v1/audit?limit=200', 'GET')).toBe(200);
    await product.engine.stop();
    seen('output of the engine', product.engine.stdout + product.engine.stderr);
    for (const name of await readdir(product.folder, { recursive: true })) {
      const file = join(product.folder, name);
      if ((await stat(file)).isFile()) seen(`file ${name}`, await readFile(file));
    }
    expect(surfaces.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['file dipswitch.yaml', 'file .dipswitch/audit.jsonl']),
    );
    expect(findCanaries(Object.values(plants), surfaces)).toEqual([]);
  });

  it('would be found there', () => {
    const spoiled = surfaces.map(({ name, content }) => ({
      name,
      content: Buffer.concat([Buffer.from(content), Buffer.from(plants.piped.value)]),
    }));
    expect(findCanaries([plants.piped], spoiled)).toHaveLength(spoiled.length);
  });
});
