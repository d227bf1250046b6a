import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createDipswitchClient, type DipswitchClientOptions, type ObservedAttempt } from '@dipswitch/client';
import { createRemoteJWKSet, exportJWK, jwtVerify } from 'jose';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const SCOPE = 'integrations:read';
const RESOURCE = 'urn:dipswitch:engine';
const SECRET = 'peer-secret: with/odd+characters & more than 32 of them';

/** Kinds of keys that a client may prove itself with, by the algorithm they sign with. */
const KEYS = [
  ['RS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['PS256', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  ['ES256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['EdDSA', generateKeyPairSync('ed25519')],
] as const;

async function listen(server: Server): Promise<string> {
  if (!server.listening) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return `http://127.0.0.1:${address.port}`;
}

/** oidc-provider as an authorization server for machines: the tokens of one resource, as JWTs that anybody can verify. */
async function createProvider(issuer: string): Promise<Provider> {
  const keyClients = KEYS.map(async ([algorithm, { publicKey }]) => ({
    client_id: `key ${algorithm}`,
    token_endpoint_auth_method: 'private_key_jwt' as const,
    token_endpoint_auth_signing_alg: algorithm,
    jwks: { keys: [{ ...(await exportJWK(publicKey)), kid: algorithm, alg: algorithm, use: 'sig' }] },
  }));
  const secretClients = (['client_secret_post', 'client_secret_basic'] as const).map((method) => ({
    client_id: `secret: ${method}`,
    client_secret: SECRET,
    token_endpoint_auth_method: method,
  }));
  const machine = {
    grant_types: ['client_credentials'],
    redirect_uris: [],
    response_types: [],
    id_token_signed_response_alg: 'ES256' as const,
  };
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signingKey = { ...(await exportJWK(privateKey)), kid: 'provider', alg: 'ES256', use: 'sig' };
  return new Provider(issuer, {
    clients: [...(await Promise.all(keyClients)), ...secretClients].map((client) => ({ ...machine, ...client })),
    jwks: { keys: [signingKey] },
    scopes: [SCOPE],
    enabledJWA: {
      clientAuthSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      idTokenSigningAlgValues: ['ES256'],
    },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: SCOPE,
          audience: RESOURCE,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 600,
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
}

describe('the client against oidc-provider', () => {
  let provider: Server;
  let issuer: string;
  let engine: Server;
  let engineUrl: string;
  /** Claims of each token that the resource server took. */
  const accepted: unknown[] = [];

  beforeAll(async () => {
    provider = createServer();
    issuer = await listen(provider);
    provider.on('request', (await createProvider(issuer)).callback());
    const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`));
    engine = createServer(async (request, response) => {
      try {
        const token = request.headers.authorization?.replace('Bearer ', '') ?? '';
        const { payload } = await jwtVerify(token, keys, { issuer, audience: RESOURCE, typ: 'at+jwt' });
        accepted.push(payload);
        response.writeHead(200, { 'content-type': 'application/json' }).end('{"items":[],"nextCursor":null}');
      } catch {
        response.writeHead(401, { 'www-authenticate': 'Bearer' }).end();
      }
    });
    engineUrl = await listen(engine);
  });
  afterAll(async () => {
    for (const server of [provider, engine]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const common = () => ({ baseUrl: engineUrl, authorizationServer: issuer, resource: RESOURCE, scope: SCOPE });

  async function list(options: DipswitchClientOptions): Promise<number> {
    await using client = createDipswitchClient(options);
    let count = 0;
    for await (const _ of client.connectors.list()) count += 1;
    return count;
  }

  it.each(['client_secret_post', 'client_secret_basic'] as const)('gets in with %s', async (clientAuthentication) => {
    const clientId = `secret: ${clientAuthentication}`;
    expect(await list({ ...common(), clientId, clientSecret: SECRET, clientAuthentication })).toBe(0);
    expect(accepted.at(-1)).toMatchObject({ client_id: clientId, scope: SCOPE });
  });

  it.each(KEYS)('gets in with private_key_jwt and %s', async (algorithm, { privateKey }) => {
    const jwk = { ...(await exportJWK(privateKey)), alg: algorithm };
    const clientId = `key ${algorithm}`;
    const options = {
      ...common(),
      clientId,
      clientAuthentication: 'private_key_jwt' as const,
      privateKeyId: algorithm,
    };
    expect(await list({ ...options, privateKey: JSON.stringify(jwk) })).toBe(0);
    expect(accepted.at(-1)).toMatchObject({ client_id: clientId, scope: SCOPE });
  });

  it('reads the metadata once, however often a token is fetched', async () => {
    const attempts: ObservedAttempt[] = [];
    await using client = createDipswitchClient({
      ...common(),
      clientId: 'secret: client_secret_post',
      clientSecret: SECRET,
      onAttempt: (attempt) => attempts.push(attempt),
    });
    await client.authenticate();
    await client.authenticate();
    const routes = attempts.map(({ route }) => route);
    expect(routes.filter((route) => route.includes('/.well-known/'))).toHaveLength(1);
    expect(routes.filter((route) => route === '/token')).toHaveLength(1);
  });

  it.each<[string, string, Partial<Record<string, unknown>>]>([
    ['a wrong secret', 'AUTH_REJECTED', { clientSecret: 'wrong' }],
    ['a name that nobody registered', 'AUTH_REJECTED', { clientId: 'nobody' }],
    ['an issuer that is written in another way', 'AUTH_SERVER_INVALID', { authorizationServer: 'SLASH' }],
  ])('is turned away with %s', async (_name, code, change) => {
    const options = { ...common(), clientId: 'secret: client_secret_post', clientSecret: SECRET };
    const written = change.authorizationServer === undefined ? change : { authorizationServer: `${issuer}/` };
    await expect(list(Object.assign(options, written))).rejects.toMatchObject({ code, retryable: false });
  });

  it('is turned away with the key of another client', async () => {
    const privateKey = String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const options = {
      ...common(),
      clientId: 'key EdDSA',
      clientAuthentication: 'private_key_jwt' as const,
      privateKey,
    };
    await expect(list(options)).rejects.toMatchObject({ code: 'AUTH_REJECTED' });
  });
});
