import { DipswitchError } from '../errors.ts';
import { isSafeAddress } from '../options/addresses.ts';
import type { CallAnswer, Sender } from '../wire.ts';
import { refusal, sendForToken } from './token-answer.ts';

/** Gives a sender for the origin of an address. */
export type OpenSender = (address: URL) => Sender;

export interface AuthorizationServer {
  readonly issuer: string;
  readonly tokenEndpoint: URL;
}

/**
 * Reads the metadata of an issuer: RFC 8414, and where there is none OpenID Connect discovery. It has to name just the
 * issuer that was asked for, else a server could have assertions made out to another one (RFC 8414 section 3.3).
 * @throws AUTH_SERVER_INVALID, AUTH_UNAVAILABLE
 */
export async function discoverAuthorizationServer(
  issuer: string,
  { openSender, allowPlaintext }: { readonly openSender: OpenSender; readonly allowPlaintext: boolean },
  signal: AbortSignal,
): Promise<AuthorizationServer> {
  const sender = openSender(new URL(issuer));
  let answer = await getJson(sender, oauthMetadataPath(issuer), signal);
  if (answer.status === 404) answer = await getJson(sender, openidMetadataPath(issuer), signal);
  if (answer.status !== 200) throw refusal(answer, 'the metadata of the authorization server');
  const metadata = answer.json;
  const isObject = typeof metadata === 'object' && metadata !== null;
  if (!isObject || !('issuer' in metadata) || metadata.issuer !== issuer) {
    throw invalid('the metadata of the authorization server names another issuer');
  }
  const text = 'token_endpoint' in metadata ? metadata.token_endpoint : undefined;
  const tokenEndpoint = typeof text === 'string' ? URL.parse(text) : null;
  if (tokenEndpoint === null || !isSafeAddress(tokenEndpoint, allowPlaintext) || tokenEndpoint.username !== '') {
    throw invalid('the metadata of the authorization server names no token endpoint with https');
  }
  return { issuer, tokenEndpoint };
}

function getJson(sender: Sender, path: string, signal: AbortSignal): Promise<CallAnswer> {
  return sendForToken(sender, { method: 'GET', path, repeatable: true, signal });
}

/** The well-known part goes between the host and the path of the issuer. */
function oauthMetadataPath(issuer: string): string {
  return `/.well-known/oauth-authorization-server${new URL(issuer).pathname.replace(/\/+$/, '')}`;
}

/** Here it goes behind the path. @see OpenID Connect Discovery 1.0 section 4 */
function openidMetadataPath(issuer: string): string {
  return `${new URL(issuer).pathname.replace(/\/+$/, '')}/.well-known/openid-configuration`;
}

function invalid(message: string): DipswitchError {
  return new DipswitchError('AUTH_SERVER_INVALID', message);
}
