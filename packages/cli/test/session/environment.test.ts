import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { loadEnvironment } from '../../src/session/environment.ts';
import { resolveServerSettings } from '../../src/session/settings.ts';
import { withVault } from '../../src/session/vault-session.ts';
import { createTestContext, SERVER_ENV, withFolder } from '../support/test-context.ts';

describe('loadEnvironment', () => {
  it('lays .env under what is set', async () => {
    await withFolder({ '.env': 'CXONE_BASE_URL=http://from-file\nCXONE_CLIENT_ID="quoted id"\n' }, async (cwd) => {
      expect(await loadEnvironment({ CXONE_BASE_URL: 'http://from-environment' }, cwd)).toEqual({
        CXONE_BASE_URL: 'http://from-environment',
        CXONE_CLIENT_ID: 'quoted id',
      });
    });
  });

  it('is the environment where there is no .env', async () => {
    await withFolder({}, async (cwd) => {
      expect(await loadEnvironment({ A: '1' }, cwd)).toEqual({ A: '1' });
    });
  });
});

const ON = ['1', 'true', 'TRUE', 'yes', 'on'];
const OFF = ['', '0', 'false', 'no', 'off'];

describe('DIP_ALLOW_PLAINTEXT_HTTP', () => {
  const server = (text: string) =>
    resolveServerSettings({}, { ...SERVER_ENV, CXONE_BASE_URL: 'http://h', DIP_ALLOW_PLAINTEXT_HTTP: text }, '/');
  const vault = async (text: string) => {
    const env = { VAULT_ADDR: 'http://vault.example', VAULT_TOKEN: 't', DIP_ALLOW_PLAINTEXT_HTTP: text };
    return await withVault(createTestContext({ env }), {}, 'vault', async () => 'opened');
  };

  it.each(ON)('takes http for a server and for a vault when it is %j', async (text) => {
    expect(await server(text)).toMatchObject({ allowPlaintextHttp: true });
    expect(await vault(text)).toBe('opened');
  });

  it.each(OFF)('takes no http when it is %j', async (text) => {
    await expect(server(text)).rejects.toThrow('plain http');
    await expect(vault(text)).rejects.toThrow('plain http');
  });

  it.each(['2', 'ture', 'y', 'canary'])('is refused by its name when it is %j', async (text) => {
    for (const refused of [server, vault]) {
      await expect(refused(text)).rejects.toMatchObject({
        exitCode: EXIT_CODES.usage,
        message: 'DIP_ALLOW_PLAINTEXT_HTTP is neither true nor false.',
        hint: expect.not.stringContaining('canary'),
      });
    }
  });
});

describe('the variables of the documents', () => {
  const root = new URL('../../../../', import.meta.url);
  const read = (file: string): string => readFileSync(new URL(file, root), 'utf8');
  const sources = ['packages/cli/src/', 'packages/client/src/'].flatMap((folder) =>
    readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('init-templates.ts'))
      .map((file) => read(folder + file)),
  );
  const documented = [
    'docs/reference/cli.md',
    'docs/guide/command-line.md',
    'docs/guide/contexts.md',
    'docs/guide/secrets.md',
    'packages/cli/src/commands/init/init-templates.ts',
  ]
    .flatMap((file) => [...read(file).matchAll(/\bDIP_[A-Z_]*[A-Z]\b/g)].map(([name]) => name))
    // The name of the context stands behind the underscore.
    .map((name) => name.replace(/^(DIP_CLIENT_SECRET)_.*/, '$1_'));

  it.each([...new Set(documented)])('%s is read', (name) => {
    const reading = new RegExp(`env\\.${name}\\b|'${name}'|\\{ ${name}\\b|\`${name}\\$`);
    expect(sources.some((source) => reading.test(source))).toBe(true);
  });
});
