import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Secret } from '@dipswitch/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../audit-log/test/support/fake-clock.ts';
import { createFileSecretProvider, MAX_SECRET_FILE_BYTES } from '../../../src/features/secrets/file-secret-provider.ts';
import { SecretService } from '../../../src/features/secrets/secret-service.ts';
import { SecretUnresolvedError } from '../../../src/features/secrets/secret-unresolved-error.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import { CollectedChanges } from '../../support/collected-changes.ts';
import { useSqliteState } from '../../support/state-databases.ts';

describe('secret providers', () => {
  const state = useSqliteState();
  let root = '';
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'dip-secrets-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function open(options: { env?: boolean; file?: boolean } = {}) {
    const database = await state.open();
    const environment = { APP_PASSWORD: 'from-env', DIP_MASTER_KEY: 'canary-key', EMPTY: '' };
    return new SecretService({
      state: database,
      sealer: createSealer(new Uint8Array(32)),
      transactions: new CollectedChanges(database),
      clock: new FakeClock(),
      env: options.env ? { environment, tenants: ['default'] } : undefined,
      file: options.file ? { root, tenants: ['default'] } : undefined,
    });
  }

  it.each([
    'env://APP_PASSWORD',
    'file://secret',
    'vault://mount/path#field',
    'aws-sm://name#field',
    'azure-kv://vault/name',
    'gcp-sm://project/name',
  ])('%s is not configured unless the operator says so', async (reference) => {
    const service = await open();
    await expect(service.resolve('default', reference)).rejects.toMatchObject({
      code: 'SECRET_UNRESOLVED',
      publicMessage: expect.stringContaining('is not configured in this engine'),
    });
  });

  it('never repeats a text that is no reference', async () => {
    const service = await open();
    const refused = service.resolve('default', 'canary p@ssw0rd!');
    await expect(refused).rejects.toBeInstanceOf(SecretUnresolvedError);
    await refused.catch((error: SecretUnresolvedError) => {
      expect(`${error.message} ${error.publicMessage} ${error.reference}`).not.toContain('canary');
    });
  });

  it('refuses a name that no reference could lead to, and an empty or huge value', async () => {
    const service = await open();
    const by = { tenant: 'default', actor: 'operator', requestId: 'r' };
    await expect(service.set(by, 'no/slash', new Secret('x'))).rejects.toMatchObject({
      code: 'INVALID_SECRET_REFERENCE',
    });
    await expect(service.set(by, 'ok', new Secret(''))).rejects.toBeInstanceOf(RangeError);
    await expect(service.set(by, 'ok', new Secret('x'.repeat(70_000)))).rejects.toBeInstanceOf(RangeError);
  });

  describe('env://', () => {
    it('reads a variable for a tenant that may', async () => {
      const service = await open({ env: true });
      expect((await service.resolve('default', 'env://APP_PASSWORD')).value.expose()).toBe('from-env');
    });

    it.each([
      ['acme', 'env://APP_PASSWORD', 'has not opened'],
      ['default', 'env://DIP_MASTER_KEY', 'of the engine itself'],
      ['default', 'env://NOT_SET', 'not set'],
      ['default', 'env://EMPTY', 'not set'],
    ])('refuses %s the reference %s', async (tenant, reference, advice) => {
      const service = await open({ env: true });
      await expect(service.resolve(tenant, reference)).rejects.toMatchObject({
        advice: expect.stringContaining(advice),
      });
    });
  });

  describe('file://', () => {
    it('reads a file below the folder, by relative and absolute path, without the last line break', async () => {
      await mkdir(join(root, 'db'));
      await writeFile(join(root, 'db', 'password'), 'from-file\r\n');
      const service = await open({ file: true });
      expect((await service.resolve('default', 'file://db/password')).value.expose()).toBe('from-file');
      expect((await service.resolve('default', `file://${root}/db/password`)).value.expose()).toBe('from-file');
    });

    it('follows a link within the folder, as mounted secrets have them, and sees a change', async () => {
      await writeFile(join(root, 'v1'), 'one');
      await symlink('v1', join(root, 'password'));
      const service = await open({ file: true });
      const first = await service.resolve('default', 'file://password');
      expect(first.value.expose()).toBe('one');
      await writeFile(join(root, 'v1'), 'two');
      expect((await service.resolve('default', 'file://password')).version).not.toBe(first.version);
    });

    it('answers the same for a link out of the folder, a path next to it and a missing file', async () => {
      await symlink('/etc/hostname', join(root, 'link'));
      const service = await open({ file: true });
      const messages = new Set<string>();
      for (const reference of ['file://link', 'file:///etc/hostname', 'file://missing']) {
        const refused = await service.resolve('default', reference).catch((error: SecretUnresolvedError) => error);
        if (refused instanceof SecretUnresolvedError) messages.add(refused.publicMessage);
      }
      expect([...messages]).toEqual([expect.stringContaining('no readable file')]);
    });

    it('is not led out of the folder by dots that a caller of the provider lets through', async () => {
      await mkdir(join(root, 'inner'));
      await writeFile(join(root, 'outside'), 'canary');
      const provider = createFileSecretProvider({ root: join(root, 'inner'), tenants: ['default'] });
      for (const path of ['../outside', `${root}/inner/../outside`, '.']) {
        await expect(provider.resolve('default', { scheme: 'file', path })).rejects.toBeInstanceOf(
          SecretUnresolvedError,
        );
      }
    });

    it('refuses other tenants, folders, empty files and what is too large', async () => {
      await mkdir(join(root, 'folder'));
      await writeFile(join(root, 'empty'), '\n');
      await writeFile(join(root, 'large'), 'x'.repeat(MAX_SECRET_FILE_BYTES + 1));
      const service = await open({ file: true });
      const adviceOf = (tenant: string, name: string) =>
        service.resolve(tenant, `file://${name}`).catch((error: SecretUnresolvedError) => error.advice);
      expect(await adviceOf('acme', 'empty')).toContain('has not opened');
      expect(await adviceOf('default', 'folder')).toContain('not a regular file');
      expect(await adviceOf('default', 'empty')).toContain('empty');
      expect(await adviceOf('default', 'large')).toContain('larger');
    });
  });
});
