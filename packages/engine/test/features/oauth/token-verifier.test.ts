import { Secret } from '@dipswitch/contract';
import { generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SigningKeys } from '../../../src/features/oauth/signing-keys.ts';
import { createSealer } from '../../../src/seal/sealer.ts';
import type { StateDatabase } from '../../../src/state/state-database.ts';
import { StateUnavailableError } from '../../../src/state/state-errors.ts';
import { useSqliteState } from '../../support/state-databases.ts';
import { createOauthFixture, type OauthFixture, SEALER } from './oauth-fixture.ts';

describe('access tokens', () => {
  const harness = useSqliteState();
  let state: StateDatabase;
  let fixture: OauthFixture;
  beforeEach(async () => {
    state = await harness.open();
    fixture = createOauthFixture(state);
  });
  afterEach(() => fixture.close());

  const whoami = (token: string) =>
    fixture.app.inject({ url: '/whoami', headers: { authorization: `Bearer ${token}` } });

  it('stand for their client, tenant and scopes', async () => {
    const client = await fixture.createClient('acme');
    const answer = await whoami(await fixture.tokenFor(client));
    expect(answer.json()).toEqual({
      tenant: 'acme',
      actor: client.client_id,
      scopes: ['integrations:read', 'integrations:write'],
    });
  });

  it('are good for an hour and refused after it, cached or not', async () => {
    const token = await fixture.tokenFor(await fixture.createClient());
    fixture.clock.advance(3_599_000);
    expect((await whoami(token)).statusCode).toBe(200);
    fixture.clock.advance(7_000);
    expect((await whoami(token)).statusCode).toBe(401);
    const fresh = createOauthFixture(state, fixture.clock);
    expect(await fresh.verifier.authenticateToken(token)).toBeNull();
    await fresh.close();
  });

  it('are refused three seconds after their client was revoked elsewhere, at the latest', async () => {
    const client = await fixture.createClient();
    const token = await fixture.tokenFor(client);
    expect((await whoami(token)).statusCode).toBe(200);
    const elsewhere = createOauthFixture(state);
    await elsewhere.clients.revokeClient(client.client_id);
    await elsewhere.close();
    fixture.clock.advance(3_000);
    expect((await whoami(token)).statusCode).toBe(401);
  });

  it('go on counting while the state database is away, for five minutes and no longer', async () => {
    let away = false;
    const flaky: StateDatabase = {
      dialect: state.dialect,
      get queries() {
        if (away) throw new StateUnavailableError('away');
        return state.queries;
      },
      transaction: (work) => state.transaction(work),
      ping: () => state.ping(),
      close: () => state.close(),
    };
    const engine = createOauthFixture(flaky);
    const token = await engine.tokenFor(await engine.createClient());
    const authenticate = () => engine.verifier.authenticateToken(token);
    expect(await authenticate()).not.toBeNull();
    away = true;
    engine.clock.advance(299_000);
    expect(await authenticate()).not.toBeNull();
    engine.clock.advance(2_000);
    await expect(authenticate()).rejects.toMatchObject({ code: 'STATE_UNAVAILABLE' });
    await engine.close();
  });

  it('are refused when altered in any part', async () => {
    const token = await fixture.tokenFor(await fixture.createClient());
    for (const part of [0, 1, 2]) {
      const parts = token.split('.');
      const text = parts[part]!;
      parts[part] = `${text[0] === 'A' ? 'B' : 'A'}${text.slice(1)}`;
      expect(await fixture.verifier.authenticateToken(parts.join('.'))).toBeNull();
    }
  });

  it.each(['', 'a.b.c', 'not a token', 'x'.repeat(5000)])('are not %j', async (text) => {
    expect(await fixture.verifier.authenticateToken(text)).toBeNull();
  });

  it('are refused when another issuer, audience, type, key, algorithm or none made them', async () => {
    const client = await fixture.createClient();
    const { kid } = await fixture.keys.current();
    const { key } = await fixture.keys.current();
    const now = Math.floor(fixture.clock.now() / 1000);
    const claims = {
      iss: 'http://issuer.test',
      aud: 'http://issuer.test',
      sub: client.client_id,
      client_id: client.client_id,
      tenant: 'acme',
      scope: 'integrations:read',
      jti: '1',
      iat: now,
      exp: now + 60,
    };
    const header = { alg: 'EdDSA', typ: 'at+jwt', kid };
    const sign = (changes: object, headerChanges: object = {}, signer = key) =>
      new SignJWT({ ...claims, ...changes }).setProtectedHeader({ ...header, ...headerChanges }).sign(signer);
    const foreign = (await generateKeyPair('EdDSA', { crv: 'Ed25519' })).privateKey;
    const [published] = (await fixture.keys.jwks()).keys;
    const hmacKey = await importJWK({ kty: 'oct', k: published!.x! }, 'HS256');

    expect(await fixture.verifier.authenticateToken(await sign({}))).toMatchObject({ tenant: 'acme' });
    const refused = [
      await sign({ iss: 'http://elsewhere.test' }),
      await sign({ aud: 'http://elsewhere.test' }),
      await sign({ exp: undefined }),
      await sign({ tenant: undefined }),
      await sign({ tenant: 'other' }),
      await sign({ client_id: 'nobody' }),
      await sign({}, { typ: 'JWT' }),
      await sign({}, { kid: 'unknown' }),
      await sign({}, { kid: undefined }),
      await sign({}, {}, foreign),
      await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'HS256' }).sign(hmacKey),
      new UnsecuredJWT(claims).encode(),
    ];
    for (const token of refused) expect(await fixture.verifier.authenticateToken(token)).toBeNull();
  });

  it('verify through a rotation of the signing key until they expire', async () => {
    const client = await fixture.createClient();
    const before = await fixture.tokenFor(client);
    const elsewhere = createOauthFixture(state, fixture.clock);
    await elsewhere.clients.rotateSigningKey();
    const after = await elsewhere.tokenFor(client);
    fixture.clock.advance(1_000);
    expect((await whoami(before)).statusCode).toBe(200);
    expect((await whoami(after)).statusCode).toBe(200);
    fixture.clock.advance(30_000);
    expect((await fixture.app.inject({ url: '/.well-known/jwks.json' })).json().keys).toHaveLength(2);
    fixture.clock.advance(66 * 60_000);
    expect((await fixture.app.inject({ url: '/.well-known/jwks.json' })).json().keys).toHaveLength(1);
    await elsewhere.close();
  });

  it('are signed by one key when two engines start at once', async () => {
    const other = new SigningKeys(state, createSealer(new Uint8Array(32).fill(3)), fixture.clock);
    const [left, right] = await Promise.all([fixture.keys.current(), other.current()]);
    expect(left.kid).toBe(right.kid);
  });

  it('cannot be signed under another master key', async () => {
    await fixture.keys.current();
    const other = new SigningKeys(state, createSealer(new Uint8Array(32).fill(4)), fixture.clock);
    await expect(other.current()).rejects.toMatchObject({ code: 'SEAL_BROKEN' });
  });

  it('leave no private key in the clear in the state', async () => {
    const { kid } = await fixture.keys.current();
    const rows = await state.queries.selectFrom('signing_keys').selectAll().execute();
    const { d } = JSON.parse(SEALER.open(rows[0]!.private_jwk_sealed, `signing-key:${kid}`));
    expect(d).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(JSON.stringify(rows)).not.toContain(d);
  });
});

describe('clients and keys', () => {
  const harness = useSqliteState();
  let state: StateDatabase;
  let fixture: OauthFixture;
  beforeEach(async () => {
    state = await harness.open();
    fixture = createOauthFixture(state);
  });
  afterEach(() => fixture.close());

  it('are audited when made and revoked, without their secrets', async () => {
    const { client_id: clientId, client_secret: secret } = await fixture.createClient('acme');
    const { keyId, apiKey } = await fixture.clients.createKey('acme', 'Studio');
    await fixture.clients.revokeKey(keyId);
    await fixture.clients.revokeClient(clientId);
    expect(fixture.changes.entries.map((entry) => [entry.eventType, entry.tenant, entry.actor])).toEqual([
      ['CLIENT_CREATED', 'acme', 'operator'],
      ['KEY_CREATED', 'acme', 'operator'],
      ['KEY_REVOKED', 'acme', 'operator'],
      ['CLIENT_REVOKED', 'acme', 'operator'],
    ]);
    const stored = JSON.stringify([
      fixture.changes.entries,
      await state.queries.selectFrom('clients').selectAll().execute(),
      await state.queries.selectFrom('api_keys').selectAll().execute(),
    ]);
    expect(stored).not.toContain(secret);
    expect(stored).not.toContain(apiKey.expose());
  });

  it('a static key carries dataactions:execute alone until it is revoked', async () => {
    const { keyId, apiKey } = await fixture.clients.createKey('acme', '');
    const identity = await fixture.verifier.authenticateKey(apiKey.expose());
    expect(identity).toEqual({ tenant: 'acme', actor: keyId, scopes: new Set(['dataactions:execute']) });
    await fixture.clients.revokeKey(keyId);
    fixture.clock.advance(3_000);
    expect(await fixture.verifier.authenticateKey(apiKey.expose())).toBeNull();
  });

  it('a client is revoked once', async () => {
    const { client_id: clientId } = await fixture.createClient();
    await fixture.clients.revokeClient(clientId);
    await expect(fixture.clients.revokeClient(clientId)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(fixture.clients.revokeClient('nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('a tenant with a hostile name is refused', async () => {
    await expect(fixture.createClient('../x')).rejects.toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('are listed by tenant', async () => {
    const mine = await fixture.createClient('acme');
    await fixture.createClient('other');
    const listed = await fixture.clients.listClients('acme');
    expect(listed.map((client) => client.clientId)).toEqual([mine.client_id]);
    expect(await fixture.clients.listClients(undefined)).toHaveLength(2);
  });

  it('the bootstrap client is made once, follows a changed secret, and stays revoked', async () => {
    const boot = (secret: string) => fixture.clients.bootstrapClient('boot', new Secret(secret));
    expect([await boot('one'), await boot('one'), await boot('two')]).toEqual([
      'created',
      'unchanged',
      'secret-replaced',
    ]);
    const answer = await fixture.form({ grant_type: 'client_credentials', client_id: 'boot', client_secret: 'two' });
    expect(answer.json().scope).toContain('audit:read');
    await fixture.clients.revokeClient('boot');
    expect(await boot('two')).toBe('revoked');
  });
});
