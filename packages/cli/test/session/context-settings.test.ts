import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { type ServerContext, saveContextFile } from '../../src/session/context-file.ts';
import { type LaidContext, layContext } from '../../src/session/context-settings.ts';
import type { Keyring } from '../../src/session/keyring.ts';
import { resolveServerSettings, type SettingFlags } from '../../src/session/settings.ts';
import { withFolder } from '../support/test-context.ts';

const PROD: ServerContext = {
  baseUrl: 'https://dips.example.com',
  clientId: 'prod-client',
  clientSecret: 'keyring',
  vaultWebhookUrl: 'https://vault.example.com/hook',
};
const LAB: ServerContext = {
  baseUrl: 'http://lab.internal:8080',
  clientId: 'lab-client',
  clientSecret: 'environment',
  allowPlaintextHttp: true,
};

function fakeKeyring(asked: string[] = []): Keyring {
  return {
    program: 'fake',
    get: async (account) => {
      asked.push(account);
      return account === 'prod@https://dips.example.com' ? new Secret('from-keyring') : null;
    },
    set: async () => false,
    delete: async () => undefined,
  };
}

async function lay(
  env: Readonly<Record<string, string>>,
  flags: SettingFlags = {},
  keyring: Keyring | null = fakeKeyring(),
): Promise<LaidContext> {
  return await withFolder({}, async (home) => {
    await saveContextFile(
      { HOME: home },
      { current: 'prod', contexts: new Map(Object.entries({ prod: PROD, lab: LAB })) },
    );
    return await layContext({ HOME: home, ...env }, flags, new AbortController().signal, keyring);
  });
}

describe('layContext', () => {
  it('gives what the current context says, its secret from the keyring', async () => {
    const { env, name } = await lay({});
    expect(name).toBe('prod');
    const settings = await resolveServerSettings({}, env, '/');
    expect(settings).toMatchObject({
      baseUrl: 'https://dips.example.com',
      clientId: 'prod-client',
      vaultWebhookUrl: 'https://vault.example.com/hook',
      allowPlaintextHttp: false,
    });
    expect(settings.clientSecret?.expose()).toBe('from-keyring');
  });

  it('prefers the flag to DIP_CONTEXT, and that to the current one', async () => {
    const secret = { CXONE_CLIENT_SECRET: 's' };
    expect((await lay({ DIP_CONTEXT: 'lab', ...secret })).env.CXONE_CLIENT_ID).toBe('lab-client');
    expect((await lay({ DIP_CONTEXT: 'lab' }, { context: 'prod' })).env.CXONE_CLIENT_ID).toBe('prod-client');
  });

  it('loses to the environment, setting by setting, and an empty variable is none', async () => {
    const { env, isOverridden } = await lay({ CXONE_CLIENT_ID: 'mine', VAULT_WEBHOOK_URL: '' });
    expect(env).toMatchObject({
      CXONE_CLIENT_ID: 'mine',
      CXONE_BASE_URL: PROD.baseUrl,
      VAULT_WEBHOOK_URL: PROD.vaultWebhookUrl,
    });
    expect(isOverridden).toBe(false);
  });

  it('says when a context was named and the environment has another address', async () => {
    const env = { CXONE_BASE_URL: 'https://other.example.com' };
    expect(await lay(env, { context: 'prod' })).toMatchObject({ isOverridden: true });
    expect(await lay(env)).toMatchObject({ isOverridden: false });
  });

  it.each<[string, Readonly<Record<string, string>>, SettingFlags]>([
    ['the environment', { CXONE_BASE_URL: 'https://evil.example.com' }, {}],
    ['a flag', {}, { baseUrl: 'https://evil.example.com' }],
  ])('keeps its secrets from an address that %s names', async (_by, env, flags) => {
    const asked: string[] = [];
    const laid = await lay({ ...env, DIP_CLIENT_SECRET_PROD: 'canary' }, flags, fakeKeyring(asked));
    expect(laid.env.CXONE_CLIENT_SECRET).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('takes plain http for its own address only', async () => {
    const secret = { CXONE_CLIENT_SECRET: 's' };
    expect((await lay(secret, { context: 'lab' })).env.DIP_ALLOW_PLAINTEXT_HTTP).toBe('1');
    const other = await lay({ ...secret, CXONE_BASE_URL: 'http://other.internal' }, { context: 'lab' });
    expect(other.env.DIP_ALLOW_PLAINTEXT_HTTP).toBeUndefined();
  });

  it('looks for a secret in its own variable, then CXONE_CLIENT_SECRET, then the keyring', async () => {
    const both = { CXONE_CLIENT_SECRET: 'general', DIP_CLIENT_SECRET_PROD: 'own' };
    expect((await lay(both)).env.CXONE_CLIENT_SECRET).toBe('own');
    expect((await lay({ CXONE_CLIENT_SECRET: 'general' })).env.CXONE_CLIENT_SECRET).toBe('general');
  });

  it('says which variable would hold the secret when there is none', async () => {
    const { env } = await lay({}, {}, null);
    await expect(resolveServerSettings({}, env, '/')).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      message: expect.stringContaining('for the context prod alone: DIP_CLIENT_SECRET_PROD'),
    });
  });

  it('refuses a name that is not there, with those that are', async () => {
    await expect(lay({}, { context: 'nope' })).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      hint: 'There are: lab, prod.',
    });
  });

  it('changes nothing where there are no contexts', async () => {
    const env = { HOME: '/nonexistent', A: '1' };
    expect(await layContext(env, {}, new AbortController().signal)).toEqual({ env, name: null, isOverridden: false });
  });
});
