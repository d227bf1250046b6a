import { Secret } from '@dipswitch/contract';
import { resolveText } from '../arguments.ts';
import { invalidArgument } from '../errors.ts';
import { type PrivateKey, parseSigningKey, type SigningKey } from '../util/signing-key.ts';
import { resolveUrl } from './addresses.ts';

/** How the client proves itself to the token endpoint, by its registered name. @see RFC 7591 section 2, RFC 7523 */
export type ClientAuthentication = 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt';

interface ClientCredentialsGrant {
  readonly auth?: 'client-credentials';
  readonly clientId: string;
  /** Space separated; default: whatever the server grants. */
  readonly scope?: string;
  /**
   * Issuer of the tokens, when it is not the engine itself: its metadata names the token endpoint (RFC 8414, else
   * OpenID Connect discovery), and must name just this issuer. Default: `/oauth/token` below `baseUrl`.
   */
  readonly authorizationServer?: string;
  /** What the token is wanted for, where a server issues for several. @see RFC 8707 */
  readonly resource?: string;
}

/** OAuth 2.0 client credentials with a shared secret. */
export interface ClientSecretCredentials extends ClientCredentialsGrant {
  readonly clientSecret: Secret | string;
  /** Default `client_secret_post`. */
  readonly clientAuthentication?: 'client_secret_post' | 'client_secret_basic';
}

/** OAuth 2.0 client credentials with a key of the client's own; the server knows only its public half. */
export interface PrivateKeyCredentials extends ClientCredentialsGrant {
  readonly clientAuthentication: 'private_key_jwt';
  /** RSA of 2 048 bits or more (RS256, or PS256 where the JWK says so), P-256, P-384, P-521 or Ed25519. */
  readonly privateKey: PrivateKey;
  /** `kid` of the key at the server. Default: that of the JWK. */
  readonly privateKeyId?: string;
}

/**
 * Experimental, and untested against a live tenant: the login of NICE CXone by access key. Exactly one of `area`,
 * `tenantId` and `tokenUrl` says where.
 */
export interface CxoneAccessKeyCredentials {
  readonly auth: 'cxone-access-key';
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret | string;
  /** Of the tenant, e.g. `na1`. */
  readonly area?: string;
  /** The area is looked up at `discoveryUrl`. */
  readonly tenantId?: string;
  /** Whole address of the login, in place of both. */
  readonly tokenUrl?: string;
  /** Default `https://cxone.niceincontact.com`. */
  readonly discoveryUrl?: string;
}

export type Credentials = ClientSecretCredentials | PrivateKeyCredentials | CxoneAccessKeyCredentials;

export interface ResolvedGrant {
  readonly clientId: string;
  readonly scope: string | undefined;
  readonly resource: string | undefined;
  /** As the caller wrote it: an issuer is compared character by character. */
  readonly issuer: string | undefined;
}

export type ResolvedClientCredentials = ResolvedGrant &
  (
    | { readonly method: 'client_secret_post' | 'client_secret_basic'; readonly clientSecret: Secret }
    | { readonly method: 'private_key_jwt'; readonly key: SigningKey; readonly keyId: string | undefined }
  );

export interface ResolvedAccessKey {
  readonly method: 'cxone-access-key';
  readonly accessKeyId: string;
  readonly accessKeySecret: Secret;
  readonly login:
    | { readonly tokenUrl: URL }
    | { readonly area: string }
    | { readonly tenantId: string; readonly discoveryUrl: URL };
}

export type ResolvedCredentials = ResolvedClientCredentials | ResolvedAccessKey;

const GRANT_KEYS = ['auth', 'clientId', 'scope', 'authorizationServer', 'resource', 'clientAuthentication'];
const ACCESS_KEY_KEYS = ['auth', 'accessKeyId', 'accessKeySecret', 'area', 'tenantId', 'tokenUrl', 'discoveryUrl'];
const DISCOVERY_URL = 'https://cxone.niceincontact.com';
/** It becomes a part of a host name. */
export const CXONE_AREA = /^[a-z]{2,8}\d{1,3}$/;

/** The members that go with the way of authentication that was chosen; asked before anything is known to be sound. */
export function credentialKeys(options: Credentials | null | undefined): readonly string[] {
  if (options?.auth === 'cxone-access-key') return ACCESS_KEY_KEYS;
  if (options?.clientAuthentication === 'private_key_jwt') return [...GRANT_KEYS, 'privateKey', 'privateKeyId'];
  return [...GRANT_KEYS, 'clientSecret'];
}

/** @throws TypeError `ERR_INVALID_ARG_*` */
export function resolveCredentials(options: Credentials, allowPlaintext: boolean): ResolvedCredentials {
  if (options.auth === 'cxone-access-key') return resolveAccessKey(options);
  if (options.auth !== undefined && options.auth !== 'client-credentials') {
    throw invalidValue('auth must be client-credentials or cxone-access-key');
  }
  const { authorizationServer } = options;
  if (authorizationServer !== undefined) assertIssuer(authorizationServer, allowPlaintext);
  const grant: ResolvedGrant = {
    clientId: resolveText('clientId', options.clientId),
    scope: optionalText('scope', options.scope),
    resource: optionalText('resource', options.resource),
    issuer: authorizationServer,
  };
  if (options.clientAuthentication === 'private_key_jwt') {
    const key = parseSigningKey('privateKey', options.privateKey);
    const keyId = optionalText('privateKeyId', options.privateKeyId) ?? key.keyId;
    return { ...grant, method: 'private_key_jwt', key, keyId };
  }
  const method = options.clientAuthentication ?? 'client_secret_post';
  if (method !== 'client_secret_post' && method !== 'client_secret_basic') {
    throw invalidValue('clientAuthentication must be client_secret_post, client_secret_basic or private_key_jwt');
  }
  return { ...grant, method, clientSecret: resolveSecret('clientSecret', options.clientSecret) };
}

function resolveAccessKey(options: CxoneAccessKeyCredentials): ResolvedAccessKey {
  return {
    method: 'cxone-access-key',
    accessKeyId: resolveText('accessKeyId', options.accessKeyId),
    accessKeySecret: resolveSecret('accessKeySecret', options.accessKeySecret),
    login: resolveLogin(options),
  };
}

function resolveLogin(options: CxoneAccessKeyCredentials): ResolvedAccessKey['login'] {
  const { area, tenantId, tokenUrl, discoveryUrl } = options;
  const given = [area, tenantId, tokenUrl].filter((value) => value !== undefined);
  if (given.length !== 1) throw invalidValue('exactly one of area, tenantId and tokenUrl must be given');
  if (tokenUrl !== undefined) return { tokenUrl: resolveUrl('tokenUrl', tokenUrl, false) };
  if (tenantId !== undefined) {
    const url = resolveUrl('discoveryUrl', discoveryUrl ?? DISCOVERY_URL, false);
    return { tenantId: resolveText('tenantId', tenantId), discoveryUrl: url };
  }
  if (area === undefined || !CXONE_AREA.test(area)) throw invalidValue('area must be letters and a number, like na1');
  return { area };
}

/** @see RFC 8414 section 2: an https address without query and fragment */
function assertIssuer(issuer: string, allowPlaintext: boolean): void {
  const url = resolveUrl('authorizationServer', issuer, allowPlaintext);
  if (url.search !== '') throw invalidValue('authorizationServer must have no query');
}

export function resolveSecret(name: string, value: Secret | string): Secret {
  const text = value instanceof Secret ? value.expose() : value;
  return new Secret(resolveText(name, text));
}

function optionalText(name: string, value: string | undefined): string | undefined {
  return value === undefined ? undefined : resolveText(name, value);
}

function invalidValue(message: string): TypeError {
  return invalidArgument('ERR_INVALID_ARG_VALUE', message);
}
