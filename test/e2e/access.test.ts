import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type CryptoKey, generateKeyPair, importJWK, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSealer } from '../../packages/engine/src/seal/master-key.ts';
import { createConnectorBody } from '../support/connector-bodies.ts';
import type { OauthClient } from '../support/engine-process.ts';
import { ALL_SCOPES, Product } from '../support/product.ts';
import { waitFor } from '../support/wait-for.ts';

const CONNECTORS = '/api/v1/integrations/connectors';
const PLACE = { kind: 'postgresql', host: '127.0.0.1', port: 1, database: 'none' } as const;
const body = (id: string) => createConnectorBody(PLACE, { id, username: 'DB_USER', password: 'DB_PASSWORD' });

describe('who may do what', () => {
  let product: Product;
  let reader: OauthClient;
  let stranger: OauthClient;

  beforeAll(async () => {
    product = await Product.start();
    reader = await product.engine.createClient('integrations:read');
    stranger = await product.engine.createClient(ALL_SCOPES, 'another-tenant');
    const stored = await product.api(`${CONNECTORS}/mine`, { method: 'PUT', body: body('mine') });
    expect(stored.status, stored.text).toBe(200);
  });

  afterAll(() => product?.[Symbol.asyncDispose]());

  it('gives a token to a client that was made while the engine runs', async () => {
    const { status, headers, json } = await product.requestToken();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(String(json.scope).split(' ').sort()).toEqual(ALL_SCOPES.split(' ').sort());
  });

  it('refuses a wrong secret and an unknown client alike', async () => {
    const wrong = await product.requestToken({ ...product.client, clientSecret: 'wrong' });
    const unknown = await product.requestToken({ clientId: 'nobody', clientSecret: 'wrong' });
    for (const answer of [wrong, unknown]) {
      expect(answer.status).toBe(401);
      expect(answer.json.error).toBe('invalid_client');
    }
    expect(unknown.text.replace('nobody', '')).toBe(wrong.text.replace(product.client.clientId, ''));
  });

  it('refuses a scope that the client does not have', async () => {
    const { status, json } = await product.requestToken(reader, 'integrations:write');
    expect(status).toBe(400);
    expect(json.error).toBe('invalid_scope');
  });

  it.each([
    ['no token', () => null],
    ['a token that is none', () => 'not.a.token'],
    ['an altered token', async () => alterToken(await product.token())],
    ['a token of a foreign key that says it is ours', async () => signToken(await makeForeignKey(), 3600)],
    ['an expired token of the own key', async () => signToken(await openOwnKey(), -61)],
  ])('answers 401 with WWW-Authenticate to %s', async (_name, makeToken) => {
    const { status, headers, json } = await product.api(CONNECTORS, { token: await makeToken() });
    expect(status).toBe(401);
    expect(headers.get('www-authenticate')).toMatch(/^Bearer/);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(json).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('answers 403 INSUFFICIENT_SCOPE to a reader that writes, and stores nothing', async () => {
    const token = await product.token(reader);
    const { status, json } = await product.api(`${CONNECTORS}/denied`, { method: 'PUT', body: body('denied'), token });
    expect(status).toBe(403);
    expect(json.code).toBe('INSUFFICIENT_SCOPE');
    expect((await product.api(`${CONNECTORS}/denied`)).status).toBe(404);
  });

  it("answers 403 ID_TAKEN to a PUT on another tenant's id and tells nothing else", async () => {
    const token = await product.token(stranger);
    const { status, json, text } = await product.api(`${CONNECTORS}/mine`, {
      method: 'PUT',
      body: body('mine'),
      token,
    });
    expect(status).toBe(403);
    expect(json.code).toBe('ID_TAKEN');
    expect(text).not.toMatch(/default|revision|DATABASE_|DB_USER/);
  });

  it.each(['GET', 'DELETE'])("answers 404 to a %s on another tenant's id", async (method) => {
    const token = await product.token(stranger);
    const { status, json } = await product.api(`${CONNECTORS}/mine`, { method, token });
    expect(status).toBe(404);
    expect(json.code).toBe('NOT_FOUND');
    expect((await product.api(`${CONNECTORS}/mine`)).status).toBe(200);
  });

  it("shows nothing of another tenant's in the collection", async () => {
    const token = await product.token(stranger);
    const { json } = await product.api(CONNECTORS, { token });
    expect(json).toEqual({ items: [], nextCursor: null });
  });

  it('refuses a client that was revoked within seconds, on an engine that runs', async () => {
    const client = await product.engine.createClient('integrations:read');
    expect((await product.requestToken(client)).status).toBe(200);
    await product.engine.command(['client', 'revoke', client.clientId]);
    await waitFor('the revocation', async () => (await product.requestToken(client)).status === 401);
  });

  it.each([
    ['a missing scope', () => reader],
    ["another tenant's id", () => stranger],
  ])('records a refusal for %s in the audit trail of the one who asked', async (_why, whom) => {
    const { clientId } = whom();
    // The reader's own tenant reads it with the scope that the reader lacks.
    const token = await product.token(whom() === reader ? product.client : stranger);
    const { json } = await product.api('/api/v1/audit?limit=200', { token });
    const records = Array.isArray(json.items) ? json.items : [];
    expect(records).toContainEqual(expect.objectContaining({ actor: clientId, status: 'FAILED' }));
  });

  it("shows nobody another tenant's audit records", async () => {
    const { text } = await product.api('/api/v1/audit?limit=200', { token: await product.token(stranger) });
    expect(text).not.toContain(product.client.clientId);
    expect(text).not.toContain('"default"');
  });

  it('takes a token of the own key that has not expired, so that the refusals above are for what they say', async () => {
    const { status } = await product.api(CONNECTORS, { token: await signToken(await openOwnKey(), 60) });
    expect(status).toBe(200);
  });

  /** A token with every claim of a real one. */
  async function signToken({ key, kid }: TokenKey, secondsFromNow: number): Promise<string> {
    const { jti: _, ...claims } = decodeClaims(await product.token());
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ ...claims, jti: randomUUID(), iat: now - 3600, exp: now + secondsFromNow })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'at+jwt', kid })
      .sign(key);
  }

  /** Another private key under the key id of the engine's. */
  async function makeForeignKey(): Promise<TokenKey> {
    const { privateKey } = await generateKeyPair('EdDSA', { crv: 'Ed25519' });
    return { key: privateKey, kid: (await openOwnKey()).kid };
  }

  /** The key that the engine signs with, out of its state: nothing else makes a token that is expired and no more. */
  async function openOwnKey(): Promise<TokenKey> {
    const { dataFolder } = product.engineOptions;
    const state = new DatabaseSync(join(dataFolder, 'state.db'), { readOnly: true });
    try {
      const row = state.prepare('select kid, private_jwk_sealed from signing_keys where retired_at is null').get();
      const kid = String(row?.kid);
      const sealer = await openSealer(dataFolder, undefined);
      const jwk = JSON.parse(sealer.open(String(row?.private_jwk_sealed), `signing-key:${kid}`));
      return { key: await importJWK(jwk, 'EdDSA'), kid };
    } finally {
      state.close();
    }
  }
});

interface TokenKey {
  readonly key: CryptoKey | Uint8Array;
  readonly kid: string;
}

function decodeClaims(token: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString('utf8'));
}

/** Another tenant in the claims, the signature as it was. */
function alterToken(token: string): string {
  const [header, , signature] = token.split('.');
  const claims = { ...decodeClaims(token), tenant: 'another-tenant', sub: 'somebody' };
  return [header, Buffer.from(JSON.stringify(claims)).toString('base64url'), signature].join('.');
}
