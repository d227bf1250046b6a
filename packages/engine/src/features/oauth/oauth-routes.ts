import { SCOPES } from '@dipswitch/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { OauthError, type OauthErrorCode } from './oauth-error.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';
import { parseTokenRequest } from './token-request.ts';
import type { TokenService } from './token-service.ts';

const FORM_TYPE = /^application\/x-www-form-urlencoded(?:\s*;.*)?$/i;
const FORM_LIMIT_BYTES = 16 * 1024;
const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' };
/** RFC 9110 section 15.5.2 wants a challenge with each 401. */
const CHALLENGE = { 'www-authenticate': 'Basic realm="dipswitch", charset="UTF-8"' };

/** @see RFC 6749 section 5.2 */
const STATUS: Readonly<Record<OauthErrorCode, number>> = {
  invalid_request: 400,
  invalid_client: 401,
  invalid_scope: 400,
  unsupported_grant_type: 400,
  temporarily_unavailable: 429,
};

export interface OauthRoutesDependencies {
  readonly tokens: TokenService;
  readonly keys: SigningKeys;
  readonly issuer: () => string;
}

/** The token endpoint, its metadata (RFC 8414) and its keys (RFC 7517). */
export function registerOauthRoutes(app: FastifyInstance, { tokens, keys, issuer }: OauthRoutesDependencies): void {
  const config = { scope: 'public' } as const;

  app.get('/.well-known/oauth-authorization-server', { config }, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300');
    return toMetadata(issuer());
  });

  app.get('/.well-known/jwks.json', { config }, async (_request, reply) => {
    reply.header('cache-control', 'public, max-age=300').type('application/jwk-set+json');
    return JSON.stringify(await keys.jwks());
  });

  // A scope of its own: here bodies are forms and refusals have the form of RFC 6749, nowhere else.
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      FORM_TYPE,
      { parseAs: 'string' },
      async (_request: FastifyRequest, body: string) => body,
    );
    scope.addContentTypeParser('*', async () => {
      throw new OauthError('invalid_request', 'the body must be application/x-www-form-urlencoded');
    });
    scope.setErrorHandler((error, _request, reply) => {
      const refusal = toOauthError(error);
      if (refusal === undefined) throw error;
      const { retryAfterSeconds } = refusal;
      return reply
        .code(STATUS[refusal.code])
        .headers({
          ...NOT_STORED,
          ...(refusal.code === 'invalid_client' ? CHALLENGE : {}),
          ...(retryAfterSeconds === null ? {} : { 'retry-after': String(retryAfterSeconds) }),
        })
        .send({ error: refusal.code, error_description: refusal.message });
    });
    scope.post<{ Body: string | undefined }>(
      '/oauth/token',
      { config, bodyLimit: FORM_LIMIT_BYTES },
      async (request, reply) => {
        if (typeof request.body !== 'string') throw new OauthError('invalid_request', 'there is no form in the body');
        const form = new URLSearchParams(request.body);
        const tokenRequest = parseTokenRequest(form, request.headers.authorization);
        const answer = await tokens.issue(tokenRequest, { address: request.ip, requestId: request.id });
        return reply.headers(NOT_STORED).send(answer);
      },
    );
  });
}

function toOauthError(error: unknown): OauthError | undefined {
  if (error instanceof OauthError) return error;
  if (error instanceof Error && 'code' in error && error.code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return new OauthError('invalid_request', 'the body is too large');
  }
  return undefined;
}

/** @see RFC 8414 section 2 */
function toMetadata(issuer: string): object {
  return {
    issuer,
    token_endpoint: `${issuer}/oauth/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: SCOPES,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    access_token_signing_alg_values_supported: [SIGNING_ALGORITHM],
  };
}
