import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createDipswitchClient } from '../src/client.ts';
import { type DipswitchClientOptions, resolveClientOptions } from '../src/options.ts';

const GOOD: DipswitchClientOptions = { baseUrl: 'https://dips.example.com', clientId: 'id', clientSecret: 'secret' };

describe('resolveClientOptions', () => {
  it('fills the defaults and freezes', () => {
    const resolved = resolveClientOptions(GOOD);
    expect(resolved).toMatchObject({
      origin: 'https://dips.example.com',
      basePath: '',
      deadlineMs: 60_000,
      attemptTimeoutMs: 15_000,
      maxFailedAttempts: 5,
      maxRetryAfterMs: 30_000,
      maxBodyBytes: 1_048_576,
      clientAuthentication: 'client_secret_post',
    });
    expect(Object.isFrozen(resolved)).toBe(true);
  });

  it.each<[string, string, string]>([
    ['https://h/engine/', 'https://h', '/engine'],
    ['https://H:8443', 'https://h:8443', ''],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080', ''],
    ['http://[::1]:8080/', 'http://[::1]:8080', ''],
    ['http://localhost:8080', 'http://localhost:8080', ''],
  ])('takes %s apart', (baseUrl, origin, basePath) => {
    expect(resolveClientOptions({ ...GOOD, baseUrl })).toMatchObject({ origin, basePath });
  });

  it.each<[string, object]>([
    ['ERR_INVALID_ARG_VALUE', { baseUrl: 'not an address' }],
    ['ERR_INVALID_ARG_VALUE', { baseUrl: 'ftp://h' }],
    ['ERR_INVALID_ARG_VALUE', { baseUrl: 'http://dips.example.com' }],
    ['ERR_INVALID_ARG_VALUE', { baseUrl: 'https://u:canary@h' }],
    ['ERR_INVALID_ARG_VALUE', { baseUrl: 'https://h?x=canary' }],
    ['ERR_INVALID_ARG_VALUE', { baseUrl: 'https://h#canary' }],
    ['ERR_INVALID_ARG_TYPE', { baseUrl: undefined }],
    ['ERR_INVALID_ARG_VALUE', { clientId: '' }],
    ['ERR_INVALID_ARG_TYPE', { clientSecret: 42 }],
    ['ERR_INVALID_ARG_VALUE', { clientSecret: 'canary\n' }],
    ['ERR_INVALID_ARG_VALUE', { clientAuthentication: 'canary' }],
    ['ERR_INVALID_ARG_UNKNOWN', { basseUrl: 'canary' }],
    ['ERR_INVALID_ARG_RANGE', { deadlineMs: 0 }],
    ['ERR_INVALID_ARG_RANGE', { deadlineMs: 1.5 }],
    ['ERR_INVALID_ARG_RANGE', { maxFailedAttempts: 0 }],
    ['ERR_INVALID_ARG_RANGE', { maxBodyBytes: 10 }],
    ['ERR_INVALID_ARG_TYPE', { maxConnections: 'canary' }],
    ['ERR_INVALID_ARG_VALUE', { vaultWebhookUrl: 'http://vault.internal/canary' }],
    ['ERR_INVALID_ARG_VALUE', { vaultWebhookUrl: 'https://vault', vaultWebhookSecret: 'canary' }],
    ['ERR_INVALID_ARG_VALUE', { userAgent: 'canary\r\nx: y' }],
  ])('%s for %o', (code, change) => {
    const create = () => createDipswitchClient({ ...GOOD, ...change });
    expect(create).toThrow(expect.objectContaining({ code }));
    expect(create).not.toThrow('canary');
  });

  it('takes plain http elsewhere only when told to', () => {
    const options = { ...GOOD, baseUrl: 'http://engine:8080', allowPlaintextHttp: true };
    expect(resolveClientOptions(options).origin).toBe('http://engine:8080');
  });

  it('takes a Secret for the secret', () => {
    const resolved = resolveClientOptions({ ...GOOD, clientSecret: new Secret('s') });
    expect(resolved.clientSecret.expose()).toBe('s');
  });
});
