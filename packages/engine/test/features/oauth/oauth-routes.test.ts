import { SCOPES, Secret } from '@dipswitch/contract';
import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { useSqliteState } from '../../support/state-databases.ts';
import { createOauthFixture, type OauthFixture } from './oauth-fixture.ts';

const GRANT = { grant_type: 'client_credentials' };
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`,
});

describe('token endpoint', () => {
  const state = useSqliteState();
  let fixture: OauthFixture;
  beforeEach(async () => {
    fixture = createOauthFixture(await state.open());
  });
  afterEach(() => fixture.close());

  it('issues a bearer token for an hour to a client that sends its secret in the form', async () => {
    const client = await fixture.createClient();
    const answer = await fixture.form({ ...GRANT, ...client });
    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    expect(answer.json()).toEqual({
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'integrations:read integrations:write',
    });
  });

  it('issues one to a client that uses HTTP Basic', async () => {
    const client = await fixture.createClient();
    const answer = await fixture.form(GRANT, basic(client.client_id, client.client_secret));
    expect(answer.statusCode).toBe(200);
  });

  it('reads percent-encoded credentials in HTTP Basic', async () => {
    await fixture.clients.bootstrapClient('boot', new Secret('a:b c+d%é'));
    expect((await fixture.form(GRANT, basic('boot', 'a:b c+d%é'))).statusCode).toBe(200);
  });

  it('writes the claims of an access token', async () => {
    const client = await fixture.createClient('acme');
    const { access_token: token } = (await fixture.form({ ...GRANT, ...client })).json();
    expect(decodeProtectedHeader(token)).toEqual({ alg: 'EdDSA', typ: 'at+jwt', kid: expect.any(String) });
    const claims = decodeJwt(token);
    const issuedAt = Math.floor(fixture.clock.now() / 1000);
    expect(claims).toEqual({
      iss: 'http://issuer.test',
      aud: 'http://issuer.test',
      sub: client.client_id,
      client_id: client.client_id,
      tenant: 'acme',
      scope: 'integrations:read integrations:write',
      jti: expect.any(String),
      iat: issuedAt,
      exp: issuedAt + 3600,
    });
  });

  it('narrows the scope to what was asked for', async () => {
    const client = await fixture.createClient();
    const answer = await fixture.form({ ...GRANT, ...client, scope: 'integrations:read' });
    expect(answer.json().scope).toBe('integrations:read');
    expect(decodeJwt(answer.json().access_token).scope).toBe('integrations:read');
  });

  it.each(['integrations:admin', 'audit:read', 'integrations:read audit:read', ' '])(
    'refuses the scope %j to a client that has integrations scopes alone',
    async (scope) => {
      const answer = await fixture.form({ ...GRANT, ...(await fixture.createClient()), scope });
      expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_scope']);
    },
  );

  it.each([
    ['client_id=a&client_secret=b', 'invalid_request'],
    ['grant_type=&client_id=a&client_secret=b', 'invalid_request'],
    ['grant_type=password&client_id=a&client_secret=b', 'unsupported_grant_type'],
    ['grant_type=client_credentials&grant_type=client_credentials', 'invalid_request'],
    ['grant_type=client_credentials&client_id=a&client_id=a&client_secret=b', 'invalid_request'],
    ['', 'invalid_request'],
  ])('answers the form %j with %s', async (form, error) => {
    const answer = await fixture.form(form);
    expect([answer.statusCode, answer.json().error]).toEqual([400, error]);
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each([
    [{ ...GRANT }, {}],
    [{ ...GRANT, client_id: 'a' }, {}],
    [GRANT, { authorization: 'Bearer abc' }],
    [GRANT, { authorization: 'Basic !!!' }],
    [GRANT, { authorization: `Basic ${Buffer.from('%zz:b').toString('base64')}` }],
  ])('challenges %j with %j, which do not authenticate a client', async (form, headers) => {
    const answer = await fixture.form(form, headers);
    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client']);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
  });

  it('refuses credentials in header and form at once', async () => {
    const client = await fixture.createClient();
    const answer = await fixture.form({ ...GRANT, ...client }, basic(client.client_id, client.client_secret));
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  });

  it('refuses a client_id that differs from the one in the header', async () => {
    const client = await fixture.createClient();
    const answer = await fixture.form({ ...GRANT, client_id: 'x' }, basic(client.client_id, client.client_secret));
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'refuses a body of %s',
    async (type) => {
      const answer = await fixture.form('{"grant_type":"client_credentials"}', { 'content-type': type });
      expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
    },
  );

  it('refuses a body that is too large', async () => {
    const answer = await fixture.form({ ...GRANT, padding: 'x'.repeat(20_000) });
    expect([answer.statusCode, answer.json().error]).toEqual([400, 'invalid_request']);
  });

  it('refuses a wrong secret with 401 and a challenge, records it, and repeats nothing', async () => {
    const client = await fixture.createClient();
    fixture.changes.entries.length = 0;
    const answer = await fixture.form({ ...GRANT, client_id: client.client_id, client_secret: 'canary-secret' });
    expect([answer.statusCode, answer.json().error]).toEqual([401, 'invalid_client']);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm=/);
    expect(fixture.changes.entries).toMatchObject([
      { eventType: 'TOKEN_DENIED', status: 'FAILED', details: { reason: 'invalid_client' } },
    ]);
    expect(answer.body + JSON.stringify(fixture.changes.entries)).not.toContain('canary');
  });

  it('answers an unknown client word for word as it answers a wrong secret, and keeps the id out of the trail', async () => {
    const client = await fixture.createClient();
    const wrong = await fixture.form({ ...GRANT, client_id: client.client_id, client_secret: 'x' });
    const unknown = await fixture.form({ ...GRANT, client_id: 'canary-id', client_secret: 'x' });
    expect([unknown.statusCode, unknown.body]).toEqual([wrong.statusCode, wrong.body]);
    expect(JSON.stringify(fixture.changes.entries)).not.toContain('canary');
  });

  it('refuses a revoked client', async () => {
    const client = await fixture.createClient();
    await fixture.clients.revokeClient(client.client_id);
    expect((await fixture.form({ ...GRANT, ...client })).statusCode).toBe(401);
  });

  it('makes a client wait after 20 failures in a row, and another client not', async () => {
    const [client, other] = [await fixture.createClient(), await fixture.createClient()];
    const fail = () => fixture.form({ ...GRANT, client_id: client.client_id, client_secret: 'x' });
    for (let count = 0; count < 20; count += 1) expect((await fail()).statusCode).toBe(401);
    const refused = await fixture.form({ ...GRANT, ...client });
    expect([refused.statusCode, refused.headers['retry-after']]).toEqual([429, '1']);
    expect((await fixture.form({ ...GRANT, ...other })).statusCode).toBe(200);
    fixture.clock.advance(1_000);
    expect((await fixture.form({ ...GRANT, ...client })).statusCode).toBe(200);
  });

  it('makes an address wait after 100 failures over many clients', async () => {
    const client = await fixture.createClient();
    for (let count = 0; count < 100; count += 1) {
      await fixture.form({ ...GRANT, client_id: `guess-${count}`, client_secret: 'x' });
    }
    expect((await fixture.form({ ...GRANT, ...client })).statusCode).toBe(429);
  });

  it('serves tokens that jose verifies against the published keys', async () => {
    fixture.origin.url = await fixture.app.listen({ port: 0, host: '127.0.0.1' });
    const client = await fixture.createClient();
    const { access_token: token } = (await fixture.form({ ...GRANT, ...client })).json();
    const keys = createRemoteJWKSet(new URL(`${fixture.origin.url}/.well-known/jwks.json`));
    const options = { issuer: fixture.origin.url, audience: fixture.origin.url, typ: 'at+jwt' };
    const { payload } = await jwtVerify(token, keys, options);
    expect(payload.sub).toBe(client.client_id);
  });

  it('publishes no private part of a key', async () => {
    const { keys } = (await fixture.app.inject({ url: '/.well-known/jwks.json' })).json();
    expect(keys).toEqual([
      {
        kty: 'OKP',
        crv: 'Ed25519',
        x: expect.any(String),
        kid: expect.any(String),
        alg: 'EdDSA',
        use: 'sig',
      },
    ]);
  });

  it.each([
    ['client_secret_basic', oauth.ClientSecretBasic],
    ['client_secret_post', oauth.ClientSecretPost],
  ])('satisfies oauth4webapi with %s, from discovery to a validated access token', async (_method, authenticate) => {
    fixture.origin.url = await fixture.app.listen({ port: 0, host: '127.0.0.1' });
    const client = await fixture.createClient();
    const issuer = new URL(fixture.origin.url);
    const insecure = { [oauth.allowInsecureRequests]: true };
    const discovery = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure });
    const server = await oauth.processDiscoveryResponse(issuer, discovery);
    expect(server.issuer).toBe(fixture.origin.url);
    expect(server.scopes_supported).toEqual(SCOPES);
    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      authenticate(client.client_secret),
      new URLSearchParams({ scope: 'integrations:read' }),
      insecure,
    );
    const tokens = await oauth.processClientCredentialsResponse(server, client, answer);
    expect(tokens).toMatchObject({ token_type: 'bearer', expires_in: 3600, scope: 'integrations:read' });
    const request = new Request(`${fixture.origin.url}/whoami`, {
      headers: { authorization: `Bearer ${tokens.access_token}` },
    });
    const claims = await oauth.validateJwtAccessToken(server, request, fixture.origin.url, {
      ...insecure,
      signingAlgorithms: ['EdDSA'],
    });
    expect(claims.client_id).toBe(client.client_id);
  });

  it('makes oauth4webapi see a refusal as what it is', async () => {
    fixture.origin.url = await fixture.app.listen({ port: 0, host: '127.0.0.1' });
    const server = { issuer: fixture.origin.url, token_endpoint: `${fixture.origin.url}/oauth/token` };
    const client = { client_id: 'nobody' };
    const answer = await oauth.clientCredentialsGrantRequest(
      server,
      client,
      oauth.ClientSecretPost('nothing'),
      new URLSearchParams(),
      { [oauth.allowInsecureRequests]: true },
    );
    await expect(oauth.processClientCredentialsResponse(server, client, answer)).rejects.toBeInstanceOf(
      oauth.WWWAuthenticateChallengeError,
    );
  });
});
