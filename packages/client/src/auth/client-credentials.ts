import type { Secret } from '@dipswitch/contract';
import type { ResolvedClientCredentials } from '../options/credentials.ts';
import type { Clock } from '../util/clock.ts';
import type { Sender } from '../wire.ts';
import { type AuthorizationServer, discoverAuthorizationServer, type OpenSender } from './authorization-server.ts';
import { CLIENT_ASSERTION_TYPE, createClientAssertion } from './client-assertion.ts';
import { type IssuedToken, readTokenAnswer, sendForToken } from './token-answer.ts';

export interface ClientCredentialsSeams {
  /** To the engine, with the path of its address before every request's. */
  readonly engine: Sender;
  readonly openSender: OpenSender;
  /** The engine's address; the issuer of assertions where no other authorization server is set. */
  readonly baseUrl: string;
  readonly allowPlaintext: boolean;
  readonly clock: Clock;
}

type RequestToken = (signal: AbortSignal) => Promise<IssuedToken>;

const ENGINE_TOKEN_PATH = '/oauth/token';

/** Asks for tokens by client credentials (RFC 6749 section 4.4). The metadata of a server is read once. */
export function createClientCredentialsRequest(
  credentials: ResolvedClientCredentials,
  seams: ClientCredentialsSeams,
): RequestToken {
  let server: AuthorizationServer | null = null;
  // An assertion is made out to an issuer, so who signs has to know it for sure; a secret needs only the address.
  const issuer = credentials.issuer ?? (credentials.method === 'private_key_jwt' ? seams.baseUrl : null);
  return async (signal) => {
    if (issuer === null) return post(credentials, { sender: seams.engine, path: ENGINE_TOKEN_PATH, signal }, seams);
    server ??= await discoverAuthorizationServer(issuer, seams, signal);
    const { tokenEndpoint } = server;
    const path = tokenEndpoint.pathname + tokenEndpoint.search;
    return post(credentials, { sender: seams.openSender(tokenEndpoint), path, signal, issuer }, seams);
  };
}

interface TokenCall {
  readonly sender: Sender;
  readonly path: string;
  readonly signal: AbortSignal;
  readonly issuer?: string;
}

async function post(
  credentials: ResolvedClientCredentials,
  { sender, path, signal, issuer = '' }: TokenCall,
  { clock }: ClientCredentialsSeams,
): Promise<IssuedToken> {
  const answer = await sendForToken(sender, {
    method: 'POST',
    path,
    body: () => formOf(credentials, issuer, clock).toString(),
    contentType: 'application/x-www-form-urlencoded',
    headers: credentials.method === 'client_secret_basic' ? basic(credentials.clientId, credentials.clientSecret) : {},
    repeatable: true,
    signal,
  });
  return readTokenAnswer(answer);
}

function formOf(credentials: ResolvedClientCredentials, issuer: string, clock: Clock): URLSearchParams {
  const { clientId, scope, resource } = credentials;
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scope !== undefined) form.set('scope', scope);
  if (resource !== undefined) form.set('resource', resource);
  if (credentials.method === 'client_secret_post') {
    form.set('client_id', clientId);
    form.set('client_secret', credentials.clientSecret.expose());
  }
  if (credentials.method === 'private_key_jwt') {
    form.set('client_id', clientId);
    form.set('client_assertion_type', CLIENT_ASSERTION_TYPE);
    form.set('client_assertion', createClientAssertion(clientId, issuer, { ...credentials, clock }));
  }
  return form;
}

/** RFC 6749 section 2.3.1: both parts are form-encoded before they are joined. */
function basic(clientId: string, clientSecret: Secret): Record<string, string> {
  const encode = (text: string): string => new URLSearchParams({ v: text }).toString().slice(2);
  const pair = `${encode(clientId)}:${encode(clientSecret.expose())}`;
  return { authorization: `Basic ${Buffer.from(pair, 'utf8').toString('base64')}` };
}
