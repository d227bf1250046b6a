import { Secret } from '@dipswitch/contract';
import { WIRE_EXCHANGES, type WireExchangeName } from '@dipswitch/contract/fixtures';
import { describe, expect, it } from 'vitest';
import { createEngineVault } from '../../src/secrets/engine-vault.ts';
import { createTestClient } from '../support/bodies.ts';
import { answer, answerToken, problem, type Script, startScriptedServer } from '../support/scripted-server.ts';

const CANARY = 'canary-value-3a3a';

/** Serves these exchanges of the contract in turn. */
function serving(...names: readonly WireExchangeName[]): Script {
  const left = [...names];
  return (request, response) => {
    if (answerToken(request, response)) return;
    const { response: wanted } = WIRE_EXCHANGES[left.shift() ?? 'not-found'];
    response.writeHead(wanted.status, wanted.headers);
    response.end(wanted.body === null ? '' : JSON.stringify(wanted.body));
  };
}

describe("the engine's own store over HTTP", () => {
  it('puts a value as the contract says, and reads the answer', async () => {
    await using server = await startScriptedServer(serving('secret-stored'));
    await using client = createTestClient(server.url);
    const { request, response } = WIRE_EXCHANGES['secret-stored'];
    expect(await client.secrets.put('VAULT_DB_PASSWORD', new Secret(request.body.value))).toEqual(response.body);
    const sent = server.received.at(-1);
    expect(sent).toMatchObject({ method: request.method, path: request.path });
    expect(JSON.parse(sent?.body ?? '')).toEqual(request.body);
    expect(sent?.headers).not.toHaveProperty('if-none-match');
  });

  it('lists, checks and deletes', async () => {
    await using server = await startScriptedServer(serving('secrets-last-page', 'secrets-checked', 'secret-deleted'));
    await using client = createTestClient(server.url);
    const vault = createEngineVault(client.secrets);
    expect(await vault.list()).toEqual([
      {
        name: 'VAULT_DB_PASSWORD',
        reference: 'local://VAULT_DB_PASSWORD',
        version: '1',
        updatedAt: '2026-11-23T09:00:00.000Z',
      },
    ]);
    const { references } = WIRE_EXCHANGES['secrets-checked'].request.body;
    const checks = await vault.check(references);
    expect(checks.map(({ reference, resolves }) => [reference, resolves])).toEqual([
      ['VAULT_DB_PASSWORD', true],
      ['local://missing', false],
      ['vault://secret/crm/db#password', false],
    ]);
    await client.secrets.delete('VAULT_DB_PASSWORD');
    expect(server.received.at(-1)).toMatchObject({ method: 'DELETE', path: '/api/v1/secrets/VAULT_DB_PASSWORD' });
  });

  it('follows every page, and stops at a server that names the same one again', async () => {
    const item = WIRE_EXCHANGES['secret-stored'].response.body;
    await using server = await startScriptedServer((request, response) => {
      if (answerToken(request, response)) return;
      const cursor = new URL(request.path, 'http://x').searchParams.get('cursor');
      const nextCursor = cursor === null ? 'a' : 'b';
      answer(response, 200, { items: [{ ...item, name: `after-${cursor}` }], nextCursor });
    });
    await using client = createTestClient(server.url);
    const names: string[] = [];
    const listing = (async () => {
      for await (const { name } of client.secrets.list()) names.push(name);
    })();
    await expect(listing).rejects.toMatchObject({ code: 'RESPONSE_MALFORMED' });
    expect(names).toEqual(['after-null', 'after-a', 'after-b']);
  });

  it('asks for many references in bounded requests, in their order', async () => {
    await using server = await startScriptedServer((request, response) => {
      if (answerToken(request, response)) return;
      const { references }: { references: string[] } = JSON.parse(request.body);
      const items = references.map((reference) => ({ resolves: reference.endsWith('7'), message: null }));
      answer(response, 200, { items });
    });
    await using client = createTestClient(server.url);
    const references = Array.from({ length: 450 }, (_each, index) => `local://s${index}`);
    const checks = await createEngineVault(client.secrets).check(references);
    expect(checks.map(({ reference }) => reference)).toEqual(references);
    expect(checks.filter(({ resolves }) => resolves)).toHaveLength(45);
    const sizes = server.received
      .filter(({ path }) => path === '/api/v1/secrets/check')
      .map(({ body }) => JSON.parse(body).references.length);
    expect(sizes).toEqual([200, 200, 50]);
  });

  it('takes no answer that leaves a reference out', async () => {
    await using server = await startScriptedServer((request, response) => {
      if (!answerToken(request, response)) answer(response, 200, { items: [] });
    });
    await using client = createTestClient(server.url);
    await expect(client.secrets.check(['X'])).rejects.toMatchObject({ code: 'RESPONSE_MALFORMED' });
  });

  it('says that a name is taken, and quotes no value that the server sent back', async () => {
    await using server = await startScriptedServer((request, response) => {
      if (answerToken(request, response)) return;
      if (request.headers['if-none-match'] === '*') problem(response, 412, 'PRECONDITION_FAILED');
      else
        answer(response, 400, {
          type: 'x',
          title: 'No',
          status: 400,
          code: 'VALIDATION_FAILED',
          detail: `what is ${request.body}?`,
          issues: [{ path: '/value', code: 'X', message: `${CANARY}?` }],
        });
    });
    await using client = createTestClient(server.url, { maxFailedAttempts: 1 });
    const vault = createEngineVault(client.secrets);
    const taken = vault.put('local://X', new Secret(CANARY), { onlyIf: 'absent' });
    await expect(taken).rejects.toMatchObject({ code: 'SECRET_EXISTS' });
    const failed = await vault.put('local://X', new Secret(CANARY)).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'VALIDATION_FAILED', message: expect.stringContaining('[redacted]') });
    expect(JSON.stringify(failed) + String(failed)).not.toContain(CANARY);
  });

  it('writes to no name that would be another path', async () => {
    await using client = createTestClient('http://127.0.0.1:9');
    for (const name of ['', '.', '..']) {
      await expect(client.secrets.delete(name)).rejects.toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' });
    }
    const vault = createEngineVault(client.secrets);
    expect(() => vault.referenceOf(`${CANARY}/x`)).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }));
    expect(() => vault.referenceOf(`${CANARY}/x`)).not.toThrow(CANARY);
  });
});
