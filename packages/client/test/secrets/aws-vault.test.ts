import { inspect } from 'node:util';
import { Secret } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { createAwsVault } from '../../src/secrets/aws-vault.ts';
import { type ReceivedRequest, startScriptedServer } from '../support/scripted-server.ts';

const CANARY = 'canary-value-9d0f';
const value = new Secret(CANARY);

/** Secrets Manager's JSON 1.1 protocol over a map, for the real SDK; it checks no signature but wants one. */
async function startAwsDouble() {
  const stored = new Map<string, string[]>();
  const denied = new Set<string>();
  const operations: string[] = [];
  const carryOut = (operation: string, input: Record<string, string>): object | string => {
    const name = input.SecretId ?? input.Name ?? '';
    const versions = stored.get(name);
    if (denied.has(operation)) return 'AccessDeniedException';
    if (operation === 'ListSecrets') {
      const names = [...stored.keys()].filter((each) => each.startsWith('dipswitch/'));
      const start = Number(input.NextToken ?? 0);
      const isMore = start + 1 < names.length;
      const SecretList = names.slice(start, start + 1).map((Name) => ({ Name, LastChangedDate: 1_700_000_000 }));
      return { SecretList, ...(isMore ? { NextToken: String(start + 1) } : {}) };
    }
    if (operation === 'CreateSecret') {
      if (versions !== undefined) return 'ResourceExistsException';
      stored.set(name, [input.SecretString ?? '']);
      return { Name: name, VersionId: 'v1' };
    }
    if (versions === undefined) return 'ResourceNotFoundException';
    if (operation === 'PutSecretValue') versions.push(input.SecretString ?? '');
    return { Name: name, SecretString: versions.at(-1), VersionId: `v${versions.length}` };
  };
  const server = await startScriptedServer((request: ReceivedRequest, response) => {
    const operation = String(request.headers['x-amz-target']).replace('secretsmanager.', '');
    operations.push(operation);
    const isSigned = String(request.headers.authorization).startsWith('AWS4-HMAC-SHA256 Credential=AKIDTEST/');
    const outcome = isSigned ? carryOut(operation, JSON.parse(request.body)) : 'UnrecognizedClientException';
    const type = { 'content-type': 'application/x-amz-json-1.1' };
    if (typeof outcome === 'object') return void response.writeHead(200, type).end(JSON.stringify(outcome));
    // As the service does for some refusals, it quotes what was sent.
    response.writeHead(400, type).end(JSON.stringify({ __type: outcome, message: `about ${request.body}` }));
  });
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: new Secret('canary-access-key') };
  const open = () => createAwsVault({ region: 'eu-central-1', endpoint: server.url, credentials });
  return { stored, denied, operations, open, close: () => server[Symbol.asyncDispose]() };
}

describe('AWS Secrets Manager through the real SDK', () => {
  it('makes a secret, keeps the version of the same value, replaces another', async () => {
    const double = await startAwsDouble();
    await using vault = double.open();
    const reference = vault.referenceOf('crm-db.password');
    expect(reference).toBe('aws-sm://dipswitch/crm-db.password');
    const versions = [];
    for (const text of ['one', 'one', 'two']) versions.push((await vault.put(reference, new Secret(text))).version);
    expect(versions).toEqual(['v1', 'v1', 'v2']);
    expect(double.stored.get('dipswitch/crm-db.password')).toEqual(['one', 'two']);
    await double.close();
  });

  it('writes one field of a JSON object next to the others', async () => {
    const double = await startAwsDouble();
    double.stored.set('crm/db', ['{"username":"app"}']);
    double.stored.set('text', ['no object']);
    await using vault = double.open();
    await vault.put('aws-sm://crm/db#password', value);
    expect(JSON.parse(double.stored.get('crm/db')?.at(-1) ?? '')).toEqual({ username: 'app', password: CANARY });
    await expect(vault.put('aws-sm://text#password', value)).rejects.toMatchObject({ code: 'SECRET_UNRESOLVED' });
    await double.close();
  });

  it('replaces nothing where only what is absent may be written', async () => {
    const double = await startAwsDouble();
    await using vault = double.open();
    await vault.put('aws-sm://a', value, { onlyIf: 'absent' });
    const other = vault.put('aws-sm://a', new Secret('other'), { onlyIf: 'absent' });
    await expect(other).rejects.toMatchObject({ code: 'SECRET_EXISTS' });
    await double.close();
  });

  it('writes with a right to write alone', async () => {
    const double = await startAwsDouble();
    double.denied.add('GetSecretValue');
    double.stored.set('a', ['old']);
    await using vault = double.open();
    expect(await vault.put('aws-sm://a', value)).toMatchObject({ version: 'v2' });
    expect(double.operations).toEqual(['GetSecretValue', 'CreateSecret', 'PutSecretValue']);
    await double.close();
  });

  it('says of each reference whether it leads to a value, and lists page by page', async () => {
    const double = await startAwsDouble();
    await using vault = double.open();
    await vault.put('aws-sm://dipswitch/b', value);
    await vault.put('aws-sm://dipswitch/a', new Secret(JSON.stringify({ password: CANARY, empty: '' })));
    await vault.put('aws-sm://elsewhere', value);
    const listed = await vault.list();
    expect(listed.map(({ name, reference }) => [name, reference])).toEqual([
      ['a', 'aws-sm://dipswitch/a'],
      ['b', 'aws-sm://dipswitch/b'],
    ]);
    const checks = await vault.check([
      'aws-sm://dipswitch/b',
      'aws-sm://dipswitch/a#password',
      'aws-sm://dipswitch/a#empty',
      'aws-sm://dipswitch/b#password',
      'aws-sm://missing',
      'local://a',
    ]);
    expect(checks.map(({ resolves }) => resolves)).toEqual([true, true, false, false, false, false]);
    expect(JSON.stringify([listed, checks])).not.toContain('canary');
    await double.close();
  });

  it('tells a denial and a vault that is away, and quotes nothing', async () => {
    const double = await startAwsDouble();
    for (const operation of ['GetSecretValue', 'CreateSecret']) double.denied.add(operation);
    await using vault = double.open();
    const denied = await vault.put('aws-sm://a', value).catch((caught: unknown) => caught);
    expect(denied).toMatchObject({ code: 'VAULT_DENIED' });
    await double.close();
    const away = await vault.put('aws-sm://a', value).catch((caught: unknown) => caught);
    expect(away).toMatchObject({ code: 'VAULT_UNAVAILABLE' });
    expect(inspect([denied, away], { depth: 9, showHidden: true })).not.toContain('canary');
  });

  it('is a missing package where it cannot be loaded', async () => {
    const importPackage = async (name: string): Promise<unknown> => import(`${name}-that-nobody-installed`);
    await using vault = createAwsVault({ importPackage });
    await expect(vault.list()).rejects.toMatchObject({
      code: 'VAULT_PACKAGE_MISSING',
      hint: 'npm install @aws-sdk/client-secrets-manager',
    });
  });
});
