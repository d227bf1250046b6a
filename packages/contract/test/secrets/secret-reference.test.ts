import { ContractError, formatSecretReference, isSecretReference, parseSecretReference } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('parseSecretReference', () => {
  it.each([
    ['VAULT_DB_PASSWORD', { scheme: 'label', label: 'VAULT_DB_PASSWORD' }],
    [
      'vault://secret/crm/db#password',
      { scheme: 'vault', mount: 'secret', path: 'crm/db', field: 'password', version: undefined },
    ],
    ['vault://secret/db#password@12', { scheme: 'vault', mount: 'secret', path: 'db', field: 'password', version: 12 }],
    ['aws-sm://prod/crm/db#password', { scheme: 'aws-sm', name: 'prod/crm/db', field: 'password' }],
    ['aws-sm://prod/crm/db', { scheme: 'aws-sm', name: 'prod/crm/db', field: undefined }],
    ['azure-kv://crm-vault/db-password', { scheme: 'azure-kv', vault: 'crm-vault', name: 'db-password' }],
    ['gcp-sm://crm-prod/db_password', { scheme: 'gcp-sm', project: 'crm-prod', name: 'db_password' }],
    ['local://VAULT_DB_PASSWORD', { scheme: 'local', name: 'VAULT_DB_PASSWORD' }],
    ['env://DB_PASSWORD', { scheme: 'env', name: 'DB_PASSWORD' }],
    ['file:///run/secrets/db', { scheme: 'file', path: '/run/secrets/db' }],
    ['file://secrets/db', { scheme: 'file', path: 'secrets/db' }],
  ])('reads %s', (text, reference) => {
    expect(parseSecretReference(text)).toEqual(reference);
    expect(formatSecretReference(parseSecretReference(text))).toBe(text);
    expect(isSecretReference(text)).toBe(true);
  });

  it.each([
    '',
    'p4ss word',
    'hunter2!',
    '2fast',
    'a/b',
    'x'.repeat(129),
    'vault://secret#password',
    'vault://secret/db',
    'vault://secret/db#',
    'vault://secret/db#password@0',
    'vault://secret/db#password@latest',
    'vault://secret/../sys#password',
    'vault://secret/db?x#password',
    'vault://user:canary@secret/db#password',
    'VAULT://secret/db#password',
    'aws-sm://',
    'azure-kv://v/x/y',
    'gcp-sm://p',
    'local://',
    'local://a/b',
    'env://A-B',
    'env://1A',
    'file://',
    'file:///etc/../etc/shadow',
    'file:///etc//shadow',
    'file:///a b',
    'http://vault/x',
    'vault:secret',
    'VAULT_DB\n',
    'аdmin',
  ])('refuses "%s" and does not repeat it', (text) => {
    expect(isSecretReference(text)).toBe(false);
    try {
      parseSecretReference(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(ContractError);
      expect(error).toMatchObject({ code: 'INVALID_SECRET_REFERENCE' });
      if (text.length > 8) expect(String(error)).not.toContain(text);
    }
  });

  it('reads every text, or refuses it by its own error', () => {
    const scheme = fc.constantFrom(
      '',
      'vault://',
      'aws-sm://',
      'azure-kv://',
      'gcp-sm://',
      'local://',
      'env://',
      'file://',
    );
    fc.assert(
      fc.property(scheme, fc.string(), (prefix, rest) => {
        const text = prefix + rest;
        if (isSecretReference(text)) expect(formatSecretReference(parseSecretReference(text))).toBe(text);
        else expect(() => parseSecretReference(text)).toThrow(ContractError);
      }),
      { numRuns: 500 },
    );
  });
});
