import { inspect } from 'node:util';
import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createAzureVault } from '../../src/secrets/azure-vault.ts';
import { createGcpVault } from '../../src/secrets/gcp-vault.ts';
import { openVault } from '../../src/secrets/open-vault.ts';
import type { SecretVault } from '../../src/secrets/secret-vault.ts';

const CANARY = 'canary-value-2b7e';
const value = new Secret(CANARY);

/** An error as an SDK throws it: its message and members quote what was sent. */
function sdkError(members: Readonly<Record<string, unknown>>): Error {
  return Object.assign(new Error(`Value '${CANARY}' is not wanted`), { request: { body: CANARY } }, members);
}

function azureDouble() {
  const stored = new Map<string, string[]>();
  const made: unknown[] = [];
  const seam = { stored, made, error: null as Error | null };
  const answerOf = (name: string) => {
    const versions = stored.get(name);
    if (versions === undefined) throw sdkError({ name: 'RestError', statusCode: 404, code: 'SecretNotFound' });
    return { name, value: versions.at(-1), properties: { version: `v${versions.length}` } };
  };
  class SecretClient {
    constructor(...args: unknown[]) {
      made.push(args);
    }
    async getSecret(name: string) {
      if (seam.error !== null) throw seam.error;
      return answerOf(name);
    }
    async setSecret(name: string, text: string) {
      if (seam.error !== null) throw seam.error;
      stored.set(name, [...(stored.get(name) ?? []), text]);
      return answerOf(name);
    }
    async *listPropertiesOfSecrets() {
      for (const name of stored.keys()) yield { name, version: 'v1', updatedOn: new Date(0) };
    }
  }
  class DefaultAzureCredential {}
  const modules: Record<string, object> = {
    '@azure/keyvault-secrets': { SecretClient },
    '@azure/identity': { default: { DefaultAzureCredential } },
  };
  const importPackage = async (name: string): Promise<unknown> => modules[name];
  return { ...seam, seam, vault: createAzureVault({ vault: 'crm-vault', importPackage }) };
}

function gcpDouble() {
  const stored = new Map<string, Buffer[]>();
  const seam = { stored, error: null as Error | null, isClosed: false };
  class SecretManagerServiceClient {
    async accessSecretVersion({ name }: { name: string }) {
      if (seam.error !== null) throw seam.error;
      const secret = name.replace(/\/versions\/latest$/, '');
      const versions = stored.get(secret) ?? [];
      if (versions.length === 0) throw sdkError({ code: 5 });
      return [{ name: `${secret}/versions/${versions.length}`, payload: { data: versions.at(-1) } }, undefined];
    }
    async createSecret({ parent, secretId }: { parent: string; secretId: string }) {
      const name = `${parent}/secrets/${secretId}`;
      if (stored.has(name)) throw sdkError({ code: 6 });
      stored.set(name, []);
      return [{ name }];
    }
    async addSecretVersion({ parent, payload }: { parent: string; payload: { data: Buffer } }) {
      const versions = stored.get(parent);
      if (versions === undefined) throw sdkError({ code: 5 });
      versions.push(payload.data);
      return [{ name: `${parent}/versions/${versions.length}` }];
    }
    async listSecrets({ parent }: { parent: string }) {
      return [[...stored.keys()].filter((name) => name.startsWith(parent)).map((name) => ({ name })), null, {}];
    }
    async close() {
      seam.isClosed = true;
    }
  }
  const importPackage = async (): Promise<unknown> => ({ SecretManagerServiceClient });
  return { seam, vault: createGcpVault({ project: 'crm-project', importPackage }) };
}

const CASES: readonly [string, () => SecretVault, string][] = [
  ['azure', () => azureDouble().vault, 'azure-kv://crm-vault/db-password'],
  ['gcp', () => gcpDouble().vault, 'gcp-sm://crm-project/db-password'],
];

describe.each(CASES)('the vault %s behind a double of its SDK', (name, open, reference) => {
  it('stores, keeps the version of the same value, replaces another', async () => {
    await using vault = open();
    expect(vault.name).toBe(name);
    expect(vault.referenceOf('db-password')).toBe(reference);
    expect(vault.referenceOf(reference)).toBe(reference);
    const versions = [];
    for (const text of ['one', 'one', 'two']) versions.push((await vault.put(reference, new Secret(text))).version);
    expect(new Set(versions.slice(0, 2)).size).toBe(1);
    expect(new Set(versions).size).toBe(2);
  });

  it('replaces nothing where only what is absent may be written', async () => {
    await using vault = open();
    await vault.put(reference, value, { onlyIf: 'absent' });
    const other = vault.put(reference, new Secret('other'), { onlyIf: 'absent' });
    await expect(other).rejects.toMatchObject({ code: 'SECRET_EXISTS' });
  });

  it('lists references and checks them, without values', async () => {
    await using vault = open();
    await vault.put(reference, value);
    const listed = await vault.list();
    expect(listed).toMatchObject([{ name: 'db-password', reference }]);
    const checks = await vault.check([reference, `${reference}-missing`, 'local://x']);
    expect(checks.map(({ resolves }) => resolves)).toEqual([true, false, false]);
    expect(JSON.stringify([listed, checks])).not.toContain(CANARY);
  });

  it('refuses a name that it cannot keep, without repeating it', async () => {
    await using vault = open();
    expect(() => vault.referenceOf(`${CANARY} !`)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(() => vault.referenceOf(`${CANARY} !`)).not.toThrow(CANARY);
    expect(vault.credentialReference('crm.db', 'password')).toMatch(/crm-db-password$/);
  });
});

describe('what the SDK of Azure throws', () => {
  it.each([
    [{ name: 'RestError', statusCode: 403 }, 'VAULT_DENIED'],
    [{ name: 'CredentialUnavailableError' }, 'VAULT_DENIED'],
    [{ name: 'RestError', code: 'REQUEST_SEND_ERROR' }, 'VAULT_UNAVAILABLE'],
    [{ name: 'RestError', statusCode: 503 }, 'VAULT_UNAVAILABLE'],
    [{ name: 'RestError', statusCode: 409, code: 'Conflict' }, 'VAULT_REFUSED'],
  ])('%j is %s and quotes nothing', async (members, code) => {
    const { seam, vault } = azureDouble();
    seam.error = sdkError(members);
    const error = await vault.put('azure-kv://crm-vault/db', value).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
  });

  it('asks the key vault of the reference, at its address', async () => {
    const { made, vault } = azureDouble();
    await vault.put('azure-kv://other-vault/db', value);
    expect(made).toMatchObject([['https://other-vault.vault.azure.net', {}]]);
  });
});

describe('what the SDK of Google throws', () => {
  it.each([
    [{ code: 7 }, 'VAULT_DENIED'],
    [{ code: 16 }, 'VAULT_DENIED'],
    [{ code: 14 }, 'VAULT_UNAVAILABLE'],
    [{ code: 'ENOTFOUND' }, 'VAULT_UNAVAILABLE'],
    [{ code: 3 }, 'VAULT_REFUSED'],
  ])('%j is %s and quotes nothing', async (members, code) => {
    const { seam, vault } = gcpDouble();
    seam.error = sdkError(members);
    const reference = 'gcp-sm://crm-project/db';
    const error = await vault.put(reference, value, { onlyIf: 'absent' }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(CANARY);
  });

  it('closes the client that it opened', async () => {
    const { seam, vault } = gcpDouble();
    await vault.list();
    await vault.close();
    expect(seam.isClosed).toBe(true);
  });
});

describe('a package that is not installed', () => {
  it.each([
    ['@azure/keyvault-secrets', createAzureVault],
    ['@azure/identity', createAzureVault],
    ['@google-cloud/secret-manager', createGcpVault],
  ] as const)('%s is named, with how to install it', async (missing, create) => {
    const importPackage = async (name: string): Promise<unknown> =>
      name === missing ? import(`${name}-that-nobody-installed`) : {};
    await using vault = create({ vault: 'v01', project: 'pp', importPackage });
    await expect(vault.list()).rejects.toMatchObject({
      code: 'VAULT_PACKAGE_MISSING',
      message: expect.stringContaining(missing),
      hint: `npm install ${missing}`,
    });
  });
});

describe('openVault', () => {
  it.each([
    ['vault', {}, 'VAULT_ADDR'],
    ['vault', { VAULT_ADDR: 'https://v' }, 'VAULT_TOKEN'],
    ['vault', { VAULT_ADDR: 'https://v', VAULT_ROLE_ID: 'r' }, 'VAULT_SECRET_ID'],
    ['vault', { VAULT_ADDR: 'https://v', VAULT_TOKEN: 't', VAULT_CACERT: '/nonexistent' }, 'VAULT_CACERT'],
    ['azure', {}, 'DIP_AZURE_VAULT'],
    ['gcp', {}, 'GOOGLE_CLOUD_PROJECT'],
    ['engine', {}, 'client of the engine'],
  ] as const)('of %s with %j says that %s is missing', async (name, environment, what) => {
    await expect(openVault(name, { environment })).rejects.toMatchObject({
      code: 'VAULT_SETTING_MISSING',
      message: expect.stringContaining(what),
    });
  });

  it('takes the names of OpenBao for those of Vault', async () => {
    const environment = { BAO_ADDR: 'https://bao.example.com', BAO_TOKEN: 't', DIP_VAULT_MOUNT: 'kv' };
    await using vault = await openVault('vault', { environment });
    expect(vault.referenceOf('x')).toBe('vault://kv/dipswitch/x#value');
  });
});
