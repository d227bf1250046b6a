import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDipswitchClient } from '../../src/client.ts';
import { CLIENT_SECRET } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { answer, answerToken, type Script, startScriptedServer } from '../support/scripted-server.ts';

const OAUTH_PATH = '/.well-known/oauth-authorization-server/tenant';
const OPENID_PATH = '/tenant/.well-known/openid-configuration';

/** An issuer with a path, which the two kinds of metadata place differently. */
async function startIssuer(metadata: (issuer: string) => unknown, path = OAUTH_PATH, token?: Script) {
  const server = await startScriptedServer((request, response, index) => {
    if (request.path === path) return answer(response, 200, metadata(`${server.url}/tenant`));
    if (request.path !== '/tenant/token') return answer(response, 404, {});
    if (token !== undefined) return token(request, response, index);
    answerToken({ ...request, path: '/oauth/token' }, response);
  });
  return server;
}

const honest = (issuer: string) => ({ issuer, token_endpoint: `${issuer}/token` });

function openClient(issuer: string, key = false) {
  const common = {
    baseUrl: 'http://127.0.0.1:1',
    clientId: 'id',
    authorizationServer: issuer,
    clock: createFastClock(),
  };
  if (!key) return createDipswitchClient({ ...common, clientSecret: CLIENT_SECRET });
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return createDipswitchClient({ ...common, clientAuthentication: 'private_key_jwt', privateKey: pem });
}

describe('the authorization server', () => {
  it.each([
    ['OAuth metadata', OAUTH_PATH, 2],
    ['OpenID discovery', OPENID_PATH, 3],
  ])('is found by %s', async (_name, path, requests) => {
    await using server = await startIssuer(honest, path);
    await using client = openClient(`${server.url}/tenant`);
    await client.authenticate();
    expect(server.received).toHaveLength(requests);
    expect(server.received.at(-1)?.path).toBe('/tenant/token');
  });

  it.each<[string, (issuer: string) => unknown]>([
    ['another issuer', (issuer) => ({ ...honest(issuer), issuer: 'https://elsewhere.example' })],
    ['the issuer with a slash more', (issuer) => ({ ...honest(issuer), issuer: `${issuer}/` })],
    ['no token endpoint', (issuer) => ({ issuer })],
    ['a plain token endpoint elsewhere', (issuer) => ({ issuer, token_endpoint: 'http://elsewhere.example/token' })],
    ['credentials in the token endpoint', (issuer) => ({ issuer, token_endpoint: 'https://u:p@elsewhere.example/' })],
    ['no object', () => 'metadata'],
  ])('gets no secret when its metadata names %s', async (_name, metadata) => {
    await using server = await startIssuer(metadata);
    await using client = openClient(`${server.url}/tenant`);
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'AUTH_SERVER_INVALID', retryable: false });
    expect(server.received.map(({ path }) => path)).toEqual([OAUTH_PATH]);
  });

  it('says that it has no metadata', async () => {
    await using server = await startScriptedServer((_, response) => answer(response, 404, {}));
    await using client = openClient(`${server.url}/tenant`);
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'UNEXPECTED_STATUS' });
  });

  it('gets a new assertion with each attempt', async () => {
    await using server = await startIssuer(honest, OAUTH_PATH, (request, response, index) => {
      if (index < 2) answer(response, 503, {});
      else answerToken({ ...request, path: '/oauth/token' }, response);
    });
    await using client = openClient(`${server.url}/tenant`, true);
    await client.authenticate();
    const forms = server.received.slice(1).map(({ body }) => new URLSearchParams(body));
    expect(forms).toHaveLength(2);
    expect(new Set(forms.map((form) => form.get('client_assertion'))).size).toBe(2);
    expect(forms[0]?.has('client_secret')).toBe(false);
  });
});
