import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import type { KvAuthentication } from '../../src/secrets/kv-client.ts';
import { createKvVault, type KvVaultOptions } from '../../src/secrets/kv-vault.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { KvDouble } from '../support/kv-double.ts';

const CANARY = 'canary-value-"7c1d"';

function open(double: KvDouble, options: Partial<KvVaultOptions> = {}) {
  const authentication: KvAuthentication = { method: 'token', token: new Secret(double.token) };
  return createKvVault({ address: double.url, authentication, ...options });
}

describe('the vault over the KV version 2 API', () => {
  it('makes references of names, and takes whole references as they are', async () => {
    await using double = await KvDouble.start();
    await using vault = open(double, { mount: 'kv', folder: 'team' });
    expect(vault.referenceOf('crm-db')).toBe('vault://kv/team/crm-db#value');
    expect(vault.referenceOf('vault://secret/a/b#c')).toBe('vault://secret/a/b#c');
    expect(vault.credentialReference('crm-db', 'password')).toBe('vault://kv/team/crm-db#password');
    expect(() => vault.referenceOf(`${CANARY} !`)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(() => vault.referenceOf(`${CANARY} !`)).not.toThrow(CANARY);
  });

  it('writes a field next to the others of its path', async () => {
    await using double = await KvDouble.start();
    double.put('secret/crm/db', { username: 'app', note: 'keep' });
    await using vault = open(double);
    const stored = await vault.put('vault://secret/crm/db#password', new Secret(CANARY));
    expect(stored).toEqual({ reference: 'vault://secret/crm/db#password', version: '2' });
    expect(double.stored.get('secret/crm/db')?.at(-1)?.data).toEqual({
      username: 'app',
      note: 'keep',
      password: CANARY,
    });
  });

  it('makes no new version for the value that is there already', async () => {
    await using double = await KvDouble.start();
    await using vault = open(double);
    for (const version of ['1', '1']) {
      expect(await vault.put('vault://secret/a#value', new Secret(CANARY))).toMatchObject({ version });
    }
    expect(double.stored.get('secret/a')).toHaveLength(1);
  });

  it('loses no field to a second writer, thanks to check-and-set', async () => {
    await using double = await KvDouble.start();
    await using vault = open(double);
    let meanwhile = 2;
    double.fault = (request) => {
      if (request.method === 'POST' && meanwhile > 0) {
        meanwhile -= 1;
        double.put('secret/crm/db', {
          ...double.stored.get('secret/crm/db')?.at(-1)?.data,
          [`other${meanwhile}`]: 'x',
        });
      }
      return false;
    };
    await vault.put('vault://secret/crm/db#password', new Secret(CANARY));
    expect(double.stored.get('secret/crm/db')?.at(-1)?.data).toEqual({ other1: 'x', other0: 'x', password: CANARY });
  });

  it('makes one version although the answer to its write was lost', async () => {
    await using double = await KvDouble.start();
    await using vault = open(double);
    let lost = 0;
    double.fault = (request, response) => {
      if (request.method !== 'POST' || lost > 0) return false;
      lost += 1;
      double.put('secret/a', JSON.parse(request.body).data);
      response.destroy();
      return true;
    };
    expect(await vault.put('vault://secret/a#value', new Secret(CANARY))).toMatchObject({ version: '1' });
    expect(double.stored.get('secret/a')).toHaveLength(1);
  });

  it('replaces nothing where only what is absent may be written', async () => {
    await using double = await KvDouble.start();
    double.put('secret/a', { value: 'theirs' });
    await using vault = open(double);
    const put = vault.put('vault://secret/a#value', new Secret(CANARY), { onlyIf: 'absent' });
    await expect(put).rejects.toMatchObject({ code: 'SECRET_EXISTS' });
    expect(double.stored.get('secret/a')).toHaveLength(1);
    await vault.put('vault://secret/a#other', new Secret(CANARY), { onlyIf: 'absent' });
    expect(double.stored.get('secret/a')?.at(-1)?.data).toEqual({ value: 'theirs', other: CANARY });
  });

  it('writes over a deleted version, and to no version by number', async () => {
    await using double = await KvDouble.start();
    double.put('secret/a', { value: 'old' });
    double.delete('secret/a');
    await using vault = open(double);
    expect(await vault.put('vault://secret/a#value', new Secret(CANARY))).toMatchObject({ version: '2' });
    const pinned = vault.put('vault://secret/a#value@1', new Secret(CANARY));
    await expect(pinned).rejects.toMatchObject({ code: 'VAULT_REFUSED' });
  });

  it('says of each reference whether it leads to a value, without the value', async () => {
    await using double = await KvDouble.start();
    double.put('secret/a', { value: CANARY, number: 7, empty: '' });
    double.put('secret/a', { value: CANARY });
    double.put('secret/gone', { value: CANARY });
    double.delete('secret/gone');
    double.denied.add('GET secret/data/private');
    await using vault = open(double);
    const references = [
      'vault://secret/a#value',
      'vault://secret/a#value@2',
      'vault://secret/a#number@1',
      'vault://secret/a#empty@1',
      'vault://secret/a#nope',
      'vault://secret/a#value@9',
      'vault://secret/gone#value',
      'vault://secret/never#value',
      'vault://secret/private#value',
      'vault://v1/a#value',
      'local://a',
    ];
    const checks = await vault.check(references);
    expect(checks.map(({ reference }) => reference)).toEqual(references);
    expect(checks.filter(({ resolves }) => resolves).map(({ reference }) => reference)).toEqual(references.slice(0, 2));
    expect(checks[8]?.message).toContain('denies');
    expect(JSON.stringify(checks)).not.toContain('canary');
  });

  it('lists every field of its folder by its reference', async () => {
    await using double = await KvDouble.start();
    await using vault = open(double);
    expect(await vault.list()).toEqual([]);
    double.put('secret/dipswitch/crm-db', { username: CANARY, password: CANARY });
    double.put('secret/dipswitch/VAULT_DB', { value: CANARY });
    double.put('secret/dipswitch/deeper/x', { value: CANARY });
    expect((await vault.list()).map(({ name, reference, version }) => [name, reference, version])).toEqual([
      ['VAULT_DB', 'vault://secret/dipswitch/VAULT_DB#value', '1'],
      ['crm-db#password', 'vault://secret/dipswitch/crm-db#password', '1'],
      ['crm-db#username', 'vault://secret/dipswitch/crm-db#username', '1'],
    ]);
    expect(JSON.stringify(await vault.list())).not.toContain('canary');
  });

  it('logs in by AppRole once for many calls, in its namespace', async () => {
    await using double = await KvDouble.start({ roleId: 'role-1', secretId: 'canary-secret-id', namespace: 'team-a' });
    double.put('secret/a', { value: 'x' });
    const secretId = new Secret('canary-secret-id');
    const authentication: KvAuthentication = { method: 'app-role', roleId: 'role-1', secretId };
    await using vault = open(double, { authentication, namespace: 'team-a' });
    const checks = await vault.check(['vault://secret/a#value', 'vault://secret/a#b', 'vault://secret/a#c']);
    expect(checks.map(({ resolves }) => resolves)).toEqual([true, false, false]);
    expect(double.received.filter(({ path }) => path === '/v1/auth/approle/login')).toHaveLength(1);
  });

  it('logs in with the service account token of Kubernetes', async () => {
    await using double = await KvDouble.start({ kubernetesRole: 'provisioner' });
    double.put('secret/a', { value: 'x' });
    const folder = await mkdtemp(join(tmpdir(), 'dip-kv-'));
    const tokenFile = join(folder, 'token');
    await writeFile(tokenFile, 'canary-jwt\n');
    await using vault = open(double, { authentication: { method: 'kubernetes', role: 'provisioner', tokenFile } });
    expect(await vault.check(['vault://secret/a#value'])).toMatchObject([{ resolves: true }]);
    await rm(folder, { recursive: true });
    await using late = open(double, { authentication: { method: 'kubernetes', role: 'provisioner', tokenFile } });
    await expect(late.list()).rejects.toMatchObject({ code: 'VAULT_SETTING_MISSING' });
  });

  it('tells a refused login, and quotes nothing that was sent', async () => {
    await using double = await KvDouble.start();
    const secretId = new Secret('canary-secret-id');
    const authentication: KvAuthentication = { method: 'app-role', roleId: 'role-1', secretId };
    await using vault = open(double, { authentication });
    const error = await vault.list().catch((caught: unknown) => caught);
    expect(error).toMatchObject({ code: 'VAULT_DENIED', retryable: false, status: 400 });
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it.each([
    [503, 'VAULT_UNAVAILABLE', 3],
    [429, 'VAULT_UNAVAILABLE', 3],
    [403, 'VAULT_DENIED', 1],
    [418, 'VAULT_REFUSED', 1],
    [307, 'VAULT_REFUSED', 1],
  ])('a status of %i is %s after %i attempts', async (status, code, attempts) => {
    await using double = await KvDouble.start();
    double.fault = (request, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ errors: [`about ${request.body}`] }));
      return true;
    };
    await using vault = open(double, { clock: createFastClock() });
    const failed = vault.put('vault://secret/a#value', new Secret(CANARY)).catch((caught: unknown) => caught);
    const error = await failed;
    expect(error).toMatchObject({ code });
    expect(double.received).toHaveLength(attempts);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('comes through a vault that is away for a moment', async () => {
    await using double = await KvDouble.start();
    double.put('secret/a', { value: 'x' });
    let left = 2;
    double.fault = (_request, response) => {
      if (left === 0) return false;
      left -= 1;
      response.destroy();
      return true;
    };
    await using vault = open(double, { clock: createFastClock() });
    const check = vault.check(['vault://secret/a#value']);
    expect(await check).toMatchObject([{ resolves: true }]);
  });

  it('is unavailable where nobody listens, and stops at an abort', async () => {
    const double = await KvDouble.start();
    await using vault = open(double);
    double.fault = () => true;
    const controller = new AbortController();
    const hanging = vault.list({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(hanging).rejects.toThrow('enough');
    await double[Symbol.asyncDispose]();
    await using other = open(double, { clock: createFastClock() });
    const failed = other.list().catch((caught: unknown) => caught);
    expect(await failed).toMatchObject({ code: 'VAULT_UNAVAILABLE', retryable: true });
  });

  it.each(['http://vault.example.com:8200', 'ftp://x', 'https://u:p@x', 'no address'])(
    'refuses the address %s',
    (address) => {
      const authentication: KvAuthentication = { method: 'token', token: new Secret('t') };
      expect(() => createKvVault({ address, authentication })).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }),
      );
    },
  );
});
