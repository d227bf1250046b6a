import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { resolveAuditFile, resolveServerSettings } from '../../src/session/settings.ts';
import { SERVER_ENV, withFolder } from '../support/test-context.ts';

describe('resolveServerSettings', () => {
  it('prefers a flag to the environment', async () => {
    const settings = await resolveServerSettings(
      { baseUrl: 'https://flag.example', clientId: 'flag' },
      SERVER_ENV,
      '/',
    );
    expect(settings).toMatchObject({ baseUrl: 'https://flag.example', clientId: 'flag' });
    expect(settings.clientSecret?.expose()).toBe('canary-client-secret');
  });

  it('names all that is missing at once, with the flag for each', async () => {
    await expect(resolveServerSettings({}, { CXONE_CLIENT_ID: '' }, '/')).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      message: expect.stringMatching(
        /CXONE_BASE_URL.*--base-url[\s\S]*CXONE_CLIENT_ID.*--client-id[\s\S]*CXONE_CLIENT_SECRET.*--client-secret-file/,
      ),
      hint: expect.stringContaining('.env'),
    });
  });

  it('names only what is missing', async () => {
    const { CXONE_BASE_URL: _gone, ...rest } = SERVER_ENV;
    await expect(resolveServerSettings({}, rest, '/')).rejects.toMatchObject({
      message: expect.not.stringContaining('CXONE_CLIENT_ID'),
    });
  });

  it('reads the secret from a file and trims the newline', async () => {
    await withFolder({ secret: 'from-file\n' }, async (cwd) => {
      const settings = await resolveServerSettings({ clientSecretFile: 'secret' }, SERVER_ENV, cwd);
      expect(settings.clientSecret?.expose()).toBe('from-file');
    });
  });

  it('refuses a secret file that is not there', async () => {
    await expect(resolveServerSettings({ clientSecretFile: 'nope' }, SERVER_ENV, '/nonexistent')).rejects.toMatchObject(
      {
        exitCode: EXIT_CODES.usage,
        message: expect.stringContaining('ENOENT'),
      },
    );
  });

  it.each(['not a url', 'ftp://example.com', 'https://user:canary-password@example.com'])(
    'refuses the address %s without echoing it',
    async (baseUrl) => {
      const refusal = resolveServerSettings({}, { ...SERVER_ENV, CXONE_BASE_URL: baseUrl }, '/');
      await expect(refusal).rejects.toMatchObject({
        exitCode: EXIT_CODES.usage,
        message: expect.not.stringContaining(baseUrl),
      });
    },
  );

  it('refuses plain http to another machine unless told to take it', async () => {
    const env = { ...SERVER_ENV, CXONE_BASE_URL: 'http://engine.internal:8080' };
    await expect(resolveServerSettings({}, env, '/')).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      hint: expect.stringContaining('--allow-plaintext-http'),
    });
    expect(await resolveServerSettings({ allowPlaintextHttp: true }, env, '/')).toMatchObject({
      allowPlaintextHttp: true,
    });
    const allowing = { ...env, DIP_ALLOW_PLAINTEXT_HTTP: '1' };
    expect(await resolveServerSettings({}, allowing, '/')).toMatchObject({ baseUrl: 'http://engine.internal:8080' });
  });

  it('never shows the secret in JSON or text', async () => {
    const settings = await resolveServerSettings({}, SERVER_ENV, '/');
    expect(JSON.stringify(settings) + String(settings.clientSecret)).not.toContain('canary');
  });
});

describe('resolveAuditFile', () => {
  it('prefers the flag, then the environment, then the default', () => {
    expect(resolveAuditFile({ auditFile: 'flag' }, { DIP_AUDIT_FILE: 'env' })).toBe('flag');
    expect(resolveAuditFile({}, { DIP_AUDIT_FILE: 'env' })).toBe('env');
    expect(resolveAuditFile({}, {})).toBe('.dipswitch/audit.jsonl');
  });

  it('takes a private key from a file, and an issuer', async () => {
    await withFolder({ 'key.pem': 'PEM\n' }, async (cwd) => {
      const { CXONE_CLIENT_SECRET: _none, ...rest } = SERVER_ENV;
      const own = { DIP_AUTH: 'private_key_jwt', DIP_CLIENT_KEY_FILE: 'key.pem', DIP_CLIENT_KEY_ID: 'k1' };
      const server = { DIP_AUTHORIZATION_SERVER: 'https://as.example', DIP_SCOPE: 'integrations:read' };
      const { credentials, clientSecret } = await resolveServerSettings({}, { ...rest, ...own, ...server }, cwd);
      expect(clientSecret).toBeNull();
      expect(credentials).toMatchObject({
        clientAuthentication: 'private_key_jwt',
        privateKey: new Secret('PEM'),
        privateKeyId: 'k1',
        authorizationServer: 'https://as.example',
        scope: 'integrations:read',
      });
    });
  });

  it('takes an access key and where its tenant is', async () => {
    const key = { DIP_AUTH: 'cxone-access-key', CXONE_ACCESS_KEY_ID: 'ak', CXONE_ACCESS_KEY_SECRET: 'canary' };
    const env = { CXONE_BASE_URL: 'https://api.example', ...key, CXONE_TENANT_ID: 't-1' };
    const { credentials, clientId } = await resolveServerSettings({}, env, '/');
    expect(clientId).toBe('ak');
    expect(credentials).toMatchObject({ auth: 'cxone-access-key', tenantId: 't-1' });
    expect(JSON.stringify(credentials)).not.toContain('canary');
  });

  it.each([
    [{ DIP_AUTH: 'private_key_jwt' }, 'DIP_CLIENT_KEY_FILE'],
    [{ DIP_AUTH: 'cxone-access-key' }, 'CXONE_AREA'],
    [{ DIP_AUTH: 'canary' }, 'DIP_AUTH'],
    [{ DIP_AUTH: 'private_key_jwt', DIP_CLIENT_KEY_FILE: 'nope' }, 'nope'],
  ])('says what %o lacks', async (env, named) => {
    await expect(resolveServerSettings({}, { ...SERVER_ENV, ...env }, '/nonexistent')).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      message: expect.stringContaining(named),
    });
  });
});
