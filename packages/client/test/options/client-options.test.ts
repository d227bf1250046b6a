import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Secret } from '@dipswitch/contract';
import { Agent } from 'undici';
import { describe, expect, it } from 'vitest';
import { createDipswitchClient } from '../../src/client.ts';
import { type ClientSettings, resolveClientOptions } from '../../src/options/client-options.ts';
import { systemClock } from '../../src/util/clock.ts';
import { silentLogger } from '../../src/util/logger.ts';
import type { PrivateKey } from '../../src/util/signing-key.ts';

const GOOD = { baseUrl: 'https://dips.example.com', clientId: 'id', clientSecret: 'secret' };

const [EC, RSA, SHORT] = [
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey,
  generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey,
];
const toPem = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' });
const EC_JWK = { ...EC.export({ format: 'jwk' }), kty: 'EC', kid: 'key-1' };
const { clientSecret: _, ...WITHOUT_SECRET } = GOOD;
const KEY = { ...WITHOUT_SECRET, clientAuthentication: 'private_key_jwt' as const };
const ACCESS_KEY = {
  baseUrl: GOOD.baseUrl,
  auth: 'cxone-access-key' as const,
  accessKeyId: 'ak',
  accessKeySecret: 's',
};

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
      credentials: { method: 'client_secret_post', issuer: undefined },
      actor: 'id',
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
    expect(resolved.credentials).toMatchObject({ clientSecret: new Secret('s') });
  });

  it.each<[string, PrivateKey, string, string | undefined]>([
    ['a PEM', String(toPem(EC)), 'ES256', undefined],
    ['a PEM of RSA', new Secret(String(toPem(RSA))), 'RS256', undefined],
    ['a JWK', EC_JWK, 'ES256', 'key-1'],
    ['the text of a JWK', JSON.stringify(EC_JWK), 'ES256', 'key-1'],
    ['a JWK for PSS', { ...RSA.export({ format: 'jwk' }), kty: 'RSA', alg: 'PS256' }, 'PS256', undefined],
  ])('reads a private key from %s', (_name, privateKey, algorithm, keyId) => {
    const { credentials } = resolveClientOptions({ ...KEY, privateKey });
    expect(credentials).toMatchObject({ method: 'private_key_jwt', key: { algorithm }, keyId });
  });

  it.each<[string, string, object]>([
    ['no key', 'ERR_INVALID_ARG_VALUE', {}],
    ['no PEM', 'ERR_INVALID_ARG_VALUE', { privateKey: 'canary' }],
    ['half a JWK', 'ERR_INVALID_ARG_VALUE', { privateKey: '{"kty":"EC","d":"canary' }],
    ['a public JWK', 'ERR_INVALID_ARG_VALUE', { privateKey: { kty: 'EC', crv: 'P-256', x: EC_JWK.x, y: EC_JWK.y } }],
    ['a short RSA key', 'ERR_INVALID_ARG_VALUE', { privateKey: String(toPem(SHORT)) }],
    ['a secret next to it', 'ERR_INVALID_ARG_UNKNOWN', { privateKey: EC_JWK, clientSecret: 'canary' }],
    ['a plain authorization server', 'ERR_INVALID_ARG_VALUE', { privateKey: EC_JWK, authorizationServer: 'http://as' }],
  ])('refuses a private key with %s', (_name, code, change) => {
    const create = () => createDipswitchClient(Object.assign({}, KEY, { privateKey: '' }, change));
    expect(create).toThrow(expect.objectContaining({ code }));
    expect(create).not.toThrow('canary');
  });

  it.each<[string, string, object]>([
    ['nothing that says where', 'ERR_INVALID_ARG_VALUE', {}],
    ['two that say where', 'ERR_INVALID_ARG_VALUE', { area: 'na1', tenantId: 't' }],
    ['an area that is a host', 'ERR_INVALID_ARG_VALUE', { area: 'evil.example/' }],
    ['a plain address', 'ERR_INVALID_ARG_VALUE', { tokenUrl: 'http://evil.example/token' }],
    ['a client id', 'ERR_INVALID_ARG_UNKNOWN', { area: 'na1', clientId: 'x' }],
  ])('refuses an access key with %s', (_name, code, change) => {
    expect(() => createDipswitchClient({ ...ACCESS_KEY, ...change })).toThrow(expect.objectContaining({ code }));
  });

  it('names the access key as the actor', () => {
    expect(resolveClientOptions({ ...ACCESS_KEY, area: 'na1' }).actor).toBe('ak');
  });
});

const WEBHOOK = { vaultWebhookUrl: 'https://vault.example.com/notice' };

/** Another value than the default for each option there is: a new one does not compile until it stands here. */
const OTHER_VALUES: { readonly [Name in keyof ClientSettings]-?: Partial<ClientSettings> } = {
  baseUrl: { baseUrl: 'https://other.example.com' },
  allowPlaintextHttp: { allowPlaintextHttp: true },
  userAgent: { userAgent: 'other/1' },
  deadlineMs: { deadlineMs: 1 },
  attemptTimeoutMs: { attemptTimeoutMs: 1 },
  maxFailedAttempts: { maxFailedAttempts: 1 },
  keepGoing: { keepGoing: true },
  maxRetryAfterMs: { maxRetryAfterMs: 1 },
  maxBodyBytes: { maxBodyBytes: 1024 },
  maxConnections: { maxConnections: 1 },
  auditFile: { auditFile: 'audit.jsonl' },
  auditFileMaxBytes: { auditFileMaxBytes: 1024 },
  journalFile: { journalFile: 'journal.jsonl' },
  vaultWebhookUrl: WEBHOOK,
  vaultWebhookSecret: { ...WEBHOOK, vaultWebhookSecret: `whsec_${Buffer.alloc(32).toString('base64')}` },
  dispatcher: { dispatcher: new Agent() },
  clock: { clock: { now: () => 0, monotonicMs: () => 0, setTimer: systemClock.setTimer } },
  random: { random: () => 0 },
  logger: { logger: { ...silentLogger, warn: () => undefined } },
  onAttempt: { onAttempt: () => () => undefined },
};

describe('every option', () => {
  it.each(Object.entries(OTHER_VALUES))('%s changes what is resolved', (name, change) => {
    const base = name === 'vaultWebhookSecret' ? { ...GOOD, ...WEBHOOK } : GOOD;
    expect(resolveClientOptions({ ...GOOD, ...change })).not.toEqual(resolveClientOptions(base));
  });

  it('is read by the client once it is resolved', () => {
    const source = readFileSync(new URL('../../src/client.ts', import.meta.url), 'utf8');
    const names = Object.keys(resolveClientOptions(GOOD));
    expect(names.length).toBeGreaterThan(15);
    expect(names.filter((name) => !isReadIn(source, name))).toEqual([]);
  });
});

/** As `options.name`, or taken out of the options by a pattern. */
function isReadIn(source: string, name: string): boolean {
  const patterns = [...source.matchAll(/const \{([^}]+)\} = this\.#options;/g)].map(([, members = '']) => members);
  const taken = patterns.flatMap((members) => members.split(',').map((member) => member.split(':')[0]?.trim()));
  return taken.includes(name) || new RegExp(`ptions\\.${name}\\b`).test(source);
}
