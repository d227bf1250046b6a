import { chmod, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VAULT_NAMES } from '@dipswitch/client';
import { describe, expect, it } from 'vitest';
import { runPlan } from '../../src/commands/plan/run-plan.ts';
import { runSecretsAdopt } from '../../src/commands/secrets/run-secrets-adopt.ts';
import { runSecretsCheck } from '../../src/commands/secrets/run-secrets-check.ts';
import { runSecretsList } from '../../src/commands/secrets/run-secrets-list.ts';
import { runSecretsSet } from '../../src/commands/secrets/run-secrets-set.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { VAULTS } from '../../src/tree/command-options.ts';
import { aChange, aPlan, createFakeClient } from '../support/fake-client.ts';
import { createTestContext, SERVER_ENV, VALID_FILE, withFolder } from '../support/test-context.ts';

const CANARY = 'canary value 1';
const PLAIN_FILE = VALID_FILE.replace(
  '{username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}',
  `{username: VAULT_DB_USERNAME, password: "${CANARY}"} # rotated in June`,
);

it('the vaults of the options are those of the library', () => {
  expect(VAULTS).toEqual([...VAULT_NAMES]);
});

describe('dip secrets set', () => {
  it('stores what is piped in, without its last line break, and prints the reference alone', async () => {
    const storedSecrets = new Map<string, string>();
    const client = createFakeClient({ storedSecrets });
    const context = createTestContext({ client, terminal: { input: `${CANARY}\n` } });
    expect(await runSecretsSet(context, {}, ['VAULT_DB_PASSWORD'])).toBe(EXIT_CODES.done);
    expect(storedSecrets).toEqual(new Map([['VAULT_DB_PASSWORD', CANARY]]));
    expect(context.terminal.out()).toBe('local://VAULT_DB_PASSWORD\n');
    expect(context.terminal.err()).toContain("the engine's own store, version 1");
    expect(context.terminal.err()).not.toContain(CANARY);
  });

  it('tells vault and version as JSON', async () => {
    const context = createTestContext({ terminal: { input: CANARY, format: 'json' } });
    await runSecretsSet(context, {}, ['local://X']);
    expect(JSON.parse(context.terminal.out())).toEqual({ reference: 'local://X', version: '1', vault: 'engine' });
  });

  it.each([
    [['NAME', CANARY]],
    [['NAME', `--value=${CANARY}`]],
    [[`--${CANARY}`]],
    [[`NAME=${CANARY}`]],
    [[`vault:// ${CANARY}`]],
    [[]],
  ])('refuses %j with 64 and repeats nothing of it', async (operands) => {
    const client = createFakeClient();
    const context = createTestContext({
      client,
      terminal: { input: 'x' },
      env: { ...SERVER_ENV, VAULT_ADDR: 'https://v', VAULT_TOKEN: 't' },
    });
    const error: unknown = await runSecretsSet(context, {}, operands).catch((caught: unknown) => caught);
    const isUsage =
      error instanceof Error &&
      ('exitCode' in error ? error.exitCode === 64 : 'code' in error && error.code === 'ERR_INVALID_ARG_VALUE');
    expect(isUsage).toBe(true);
    expect(String(error) + context.terminal.out() + context.terminal.err()).not.toContain('canary');
    expect(client.calls).toEqual([]);
  });

  it('stores nothing where nothing is piped in', async () => {
    const client = createFakeClient();
    const context = createTestContext({ client, terminal: { input: '\n' } });
    await expect(runSecretsSet(context, {}, ['NAME'])).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
    expect(client.calls).toEqual([]);
  });

  it('says which setting the chosen vault lacks, before it asks for a value', async () => {
    const context = createTestContext({ terminal: { input: CANARY }, env: { ...SERVER_ENV, DIP_VAULT: 'vault' } });
    await expect(runSecretsSet(context, {}, ['NAME'])).rejects.toMatchObject({ code: 'VAULT_SETTING_MISSING' });
    const other = createTestContext({ env: { DIP_VAULT: 'keepass' } });
    await expect(runSecretsSet(other, {}, ['NAME'])).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
  });
});

describe('dip secrets list', () => {
  it('lists references and versions, never values', async () => {
    const storedSecrets = new Map([
      ['B', CANARY],
      ['A', CANARY],
    ]);
    const context = createTestContext({ client: createFakeClient({ storedSecrets }) });
    expect(await runSecretsList(context, {})).toBe(EXIT_CODES.done);
    expect(context.terminal.out()).toMatch(/REFERENCE.*\nlocal:\/\/A +1 .*\nlocal:\/\/B +1 /);
    expect(context.terminal.err()).toContain("2 secrets in the engine's own store.");
    expect(context.terminal.out() + context.terminal.err()).not.toContain(CANARY);
  });
});

describe('dip secrets check', () => {
  const check = (folder: string, secrets: readonly string[], format: 'table' | 'json' = 'table') => {
    const client = createFakeClient({ storedSecrets: new Map(secrets.map((name) => [name, CANARY])) });
    const context = createTestContext({ client, cwd: folder, terminal: { format, columns: 200 } });
    return { context, client, done: runSecretsCheck(context, {}) };
  };

  it('is content when every reference leads to a value', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (folder) => {
      const { context, done } = check(folder, ['VAULT_DB_USERNAME', 'VAULT_DB_PASSWORD']);
      expect(await done).toBe(EXIT_CODES.done);
      expect(context.terminal.out()).toBe('');
      expect(context.terminal.err()).toContain('resolved: 2 references');
    });
  });

  it('exits 2 and names connector, member and place of each that does not', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (folder) => {
      const { context, done } = check(folder, ['VAULT_DB_USERNAME']);
      expect(await done).toBe(EXIT_CODES.findings);
      expect(context.terminal.out()).toMatch(
        /db-prod-analytics-01 +password +dipswitch.yaml:3 +VAULT_DB_PASSWORD +nothing is stored under its name/,
      );
      expect(context.terminal.out()).not.toContain('username');
      const json = check(folder, ['VAULT_DB_USERNAME'], 'json');
      expect(await json.done).toBe(EXIT_CODES.findings);
      expect(JSON.parse(json.context.terminal.out())).toMatchObject({
        resolved: 1,
        unresolved: 1,
        references: [
          { resolves: true },
          { member: 'password', reference: 'VAULT_DB_PASSWORD', resolves: false, line: 3 },
        ],
      });
    });
  });

  it('asks for each reference once', async () => {
    const file = `${VALID_FILE}  - {id: b, type: mysql, host: h.example.com, database: d, driverVersion: 8.1.0, credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}}\n`;
    await withFolder({ 'dipswitch.yaml': file }, async (folder) => {
      const { client, done } = check(folder, []);
      await done;
      expect(client.calls).toEqual(['secrets check VAULT_DB_USERNAME VAULT_DB_PASSWORD']);
    });
  });

  it('does not show what may be a password that reads as a label', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE.replace('VAULT_DB_PASSWORD', 'hunter2') }, async (folder) => {
      for (const format of ['table', 'json'] as const) {
        const { context, done } = check(folder, ['VAULT_DB_USERNAME'], format);
        expect(await done).toBe(EXIT_CODES.findings);
        expect(context.terminal.out()).toContain('(a label)');
        expect(context.terminal.out() + context.terminal.err()).not.toContain('hunter2');
      }
    });
  });

  it('stops at a plaintext credential, before anybody is asked', async () => {
    await withFolder({ 'dipswitch.yaml': PLAIN_FILE }, async (folder) => {
      const { context, client, done } = check(folder, []);
      await expect(done).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
      expect(client.calls).toEqual([]);
      expect(context.terminal.err()).toContain('INVALID_SECRET_REFERENCE');
      expect(context.terminal.err()).not.toContain(CANARY);
    });
  });
});

describe('dip plan', () => {
  it('asks for no secret, unless told to check them', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (folder) => {
      const client = createFakeClient({ plan: aPlan(aChange('create', 'db-prod-analytics-01')) });
      expect(await runPlan(createTestContext({ client, cwd: folder }), {})).toBe(EXIT_CODES.findings);
      expect(client.calls).toEqual(['plan']);
    });
  });

  it('with --check-secrets fails for the connector that would get none, and writes no plan file', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (folder) => {
      const client = createFakeClient({ plan: aPlan(aChange('create', 'db-prod-analytics-01')) });
      const context = createTestContext({ client, cwd: folder });
      const planned = runPlan(context, { checkSecrets: true, out: 'release.plan' });
      await expect(planned).rejects.toMatchObject({
        exitCode: EXIT_CODES.failed,
        message: expect.stringMatching(/^1 connector /),
      });
      expect(context.terminal.out()).toContain('db-prod-analytics-01');
      expect(context.terminal.err()).toContain('VAULT_DB_PASSWORD');
      await expect(stat(path.join(folder, 'release.plan'))).rejects.toMatchObject({ code: 'ENOENT' });
    });
  });
});

describe('dip secrets adopt', () => {
  it('moves the value into the vault and its reference into the file, and keeps the rest', async () => {
    await withFolder({ 'dipswitch.yaml': PLAIN_FILE }, async (folder) => {
      const file = path.join(folder, 'dipswitch.yaml');
      await chmod(file, 0o640);
      const storedSecrets = new Map<string, string>();
      const context = createTestContext({ client: createFakeClient({ storedSecrets }), cwd: folder });
      expect(await runSecretsAdopt(context, {}, ['dipswitch.yaml'])).toBe(EXIT_CODES.done);
      expect(storedSecrets).toEqual(new Map([['db-prod-analytics-01.password', CANARY]]));
      const reference = 'local://db-prod-analytics-01.password';
      expect(await readFile(file, 'utf8')).toBe(PLAIN_FILE.replace(`"${CANARY}"`, reference));
      expect((await stat(file)).mode & 0o777).toBe(0o640);
      expect(context.terminal.out()).toContain(reference);
      expect(context.terminal.out() + context.terminal.err()).not.toContain(CANARY);
      expect(
        await runSecretsCheck(
          createTestContext({
            client: createFakeClient({ storedSecrets: storedSecrets.set('VAULT_DB_USERNAME', 'x') }),
            cwd: folder,
          }),
          {},
        ),
      ).toBe(EXIT_CODES.done);
    });
  });

  it('replaces what a link leads to, not the link', async () => {
    await withFolder({ 'real.yaml': PLAIN_FILE }, async (folder) => {
      await symlink('real.yaml', path.join(folder, 'link.yaml'));
      await runSecretsAdopt(createTestContext({ cwd: folder }), {}, ['link.yaml']);
      expect(await readFile(path.join(folder, 'real.yaml'), 'utf8')).toContain('local://');
    });
  });

  it('replaces no value that the vault has under the name, until it is told to', async () => {
    await withFolder({ 'dipswitch.yaml': PLAIN_FILE }, async (folder) => {
      const storedSecrets = new Map([['db-prod-analytics-01.password', 'theirs']]);
      const client = createFakeClient({ storedSecrets });
      const context = createTestContext({ client, cwd: folder });
      const refused = runSecretsAdopt(context, {}, ['dipswitch.yaml']);
      await expect(refused).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
      expect(await readFile(path.join(folder, 'dipswitch.yaml'), 'utf8')).toBe(PLAIN_FILE);
      await runSecretsAdopt(createTestContext({ client, cwd: folder }), { replace: true }, ['dipswitch.yaml']);
      expect(storedSecrets.get('db-prod-analytics-01.password')).toBe(CANARY);
    });
  });

  it('keeps what it moved when the vault fails in the middle', async () => {
    const both = PLAIN_FILE.replace('VAULT_DB_USERNAME', `"${CANARY} too"`);
    await withFolder({ 'dipswitch.yaml': both }, async (folder) => {
      const storedSecrets = new Map([['db-prod-analytics-01.password', 'theirs']]);
      const context = createTestContext({ client: createFakeClient({ storedSecrets }), cwd: folder });
      await expect(runSecretsAdopt(context, {}, ['dipswitch.yaml'])).rejects.toMatchObject({ exitCode: 1 });
      expect(await readFile(path.join(folder, 'dipswitch.yaml'), 'utf8')).toBe(
        both.replace(`"${CANARY} too"`, 'local://db-prod-analytics-01.username'),
      );
      expect(context.terminal.out()).toContain('local://db-prod-analytics-01.username');
    });
  });

  it('does not write over what somebody else wrote meanwhile', async () => {
    await withFolder({ 'dipswitch.yaml': PLAIN_FILE }, async (folder) => {
      const file = path.join(folder, 'dipswitch.yaml');
      const client = createFakeClient();
      const put = client.secrets.put;
      const racing = {
        ...client,
        secrets: {
          ...client.secrets,
          put: async (...rest: Parameters<typeof put>) => {
            await writeFile(file, `${PLAIN_FILE}# edited\n`);
            return put(...rest);
          },
        },
      };
      const adopted = runSecretsAdopt(createTestContext({ client: racing, cwd: folder }), {}, ['dipswitch.yaml']);
      await expect(adopted).rejects.toThrow('changed by somebody else');
      expect(await readFile(file, 'utf8')).toBe(`${PLAIN_FILE}# edited\n`);
    });
  });

  it('moves a value that reads as a label only when it is named', async () => {
    const file = VALID_FILE.replace('VAULT_DB_PASSWORD', 'hunter2');
    await withFolder({ 'dipswitch.yaml': file }, async (folder) => {
      const storedSecrets = new Map<string, string>();
      const client = createFakeClient({ storedSecrets });
      await runSecretsAdopt(createTestContext({ client, cwd: folder }), {}, ['dipswitch.yaml']);
      expect(storedSecrets.size).toBe(0);
      const flags = { literal: ['db-prod-analytics-01.password'] };
      await runSecretsAdopt(createTestContext({ client, cwd: folder }), flags, ['dipswitch.yaml']);
      expect([...storedSecrets.values()]).toEqual(['hunter2']);
      const wrong = runSecretsAdopt(createTestContext({ client, cwd: folder }), { literal: ['x.y'] }, [
        'dipswitch.yaml',
      ]);
      await expect(wrong).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
    });
  });

  it.each(['missing.yaml', '.'])('refuses %s with 64', async (name) => {
    await withFolder({}, async (folder) => {
      const adopted = runSecretsAdopt(createTestContext({ cwd: folder }), {}, [name]);
      await expect(adopted).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
    });
  });
});
