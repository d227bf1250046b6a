import { Secret } from '@dipswitch/contract';
import { OauthError } from './oauth-error.ts';

/** What a client asks of the token endpoint, whichever way it sent its credentials. */
export interface TokenRequest {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Space separated; undefined asks for everything the client has. */
  readonly scope: string | undefined;
}

const ONCE = ['grant_type', 'client_id', 'client_secret', 'scope'];

/**
 * Reads a token request from its form and its `Authorization` header.
 * @throws OauthError
 * @see RFC 6749 sections 2.3.1, 4.4.2
 */
export function parseTokenRequest(form: URLSearchParams, authorization: string | undefined): TokenRequest {
  for (const name of ONCE) {
    if (form.getAll(name).length > 1) throw new OauthError('invalid_request', `${name} is given more than once`);
  }
  // A parameter without a value counts as left out (RFC 6749 section 3.2).
  const parameter = (name: string): string | undefined => form.get(name) || undefined;
  const grantType = parameter('grant_type');
  if (grantType === undefined) throw new OauthError('invalid_request', 'grant_type is missing');
  if (grantType !== 'client_credentials') {
    throw new OauthError('unsupported_grant_type', 'only client_credentials is supported');
  }
  const scope = parameter('scope');
  const clientId = parameter('client_id');
  const clientSecret = parameter('client_secret');
  if (authorization === undefined) {
    if (clientId === undefined || clientSecret === undefined) {
      throw new OauthError('invalid_client', 'client_id and client_secret are needed');
    }
    return { clientId, clientSecret: new Secret(clientSecret), scope };
  }
  if (clientSecret !== undefined) {
    throw new OauthError('invalid_request', 'the client authenticates in the header and in the body at once');
  }
  const basic = parseBasic(authorization);
  if (clientId !== undefined && clientId !== basic.clientId) {
    throw new OauthError('invalid_request', 'client_id differs from the one in the header');
  }
  return { ...basic, scope };
}

function parseBasic(authorization: string): { clientId: string; clientSecret: Secret } {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization)?.[1];
  const text = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new OauthError('invalid_client', 'Authorization is not of the form Basic BASE64(ID:SECRET)');
  return { clientId: formDecode(text.slice(0, colon)), clientSecret: new Secret(formDecode(text.slice(colon + 1))) };
}

function formDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new OauthError('invalid_client', 'the credentials in Authorization are not form-encoded');
  }
}
