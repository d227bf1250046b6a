import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Scope } from '@dipswitch/contract';
import type { FastifyInstance } from 'fastify';
import type { Authenticator, Identity, RememberingAuthenticator } from '../features/oauth/authenticator.ts';
import type { Caller } from '../util/caller.ts';
import { HttpProblemError } from './http-problem-error.ts';

const REALM = 'Bearer realm="dipswitch"';
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i;

/**
 * Turns the token or key of each request into a `Caller` and holds it to the scope of its route. A route that declares
 * no scope is refused when it is registered, so that none is open by oversight.
 */
export function addAuthentication(app: FastifyInstance, authenticator: Authenticator): void {
  app.decorateRequest('caller');
  app.addHook('onRoute', (route) => {
    if (route.config?.scope === undefined) {
      throw new TypeError(`route ${String(route.method)} ${route.url} declares no scope`);
    }
  });
  app.addHook('onRequest', async (request) => {
    const scope = request.routeOptions.config.scope;
    if (scope === undefined || scope === 'public') return;
    const identity = await identify(request.headers, authenticator);
    assertScope(identity, scope);
    const caller: Caller = { ...identity, requestId: request.id };
    request.caller = caller;
  });
}

/**
 * Whom the credentials of a request stand for, at once when that is known.
 * @throws HttpProblemError `UNAUTHENTICATED` with a challenge; by the promise when there is one
 */
function identify(headers: IncomingHttpHeaders, authenticator: Authenticator): Identity | Promise<Identity> {
  const { authorization } = headers;
  const key = headers['x-api-key'];
  if (authorization === undefined && typeof key === 'string') {
    return assertKnown(authenticator.authenticateKey(key), 'The key is not known or was revoked.');
  }
  if (authorization === undefined) {
    throw new HttpProblemError('UNAUTHENTICATED', 'No access token was sent.', { 'www-authenticate': REALM });
  }
  const token = BEARER.exec(authorization)?.[1];
  if (token === undefined) throw unauthenticated('invalid_request', 'Authorization is not of the form Bearer TOKEN.');
  return assertKnown(authenticator.authenticateToken(token), 'The access token is not valid, expired or revoked.');
}

function assertKnown(
  identity: Identity | null | Promise<Identity | null>,
  refusal: string,
): Identity | Promise<Identity> {
  if (identity instanceof Promise) return identity.then((each) => assertKnown(each, refusal));
  if (identity === null) throw unauthenticated('invalid_token', refusal);
  return identity;
}

/** @see RFC 6750 section 3 */
function unauthenticated(error: 'invalid_token' | 'invalid_request', detail: string): HttpProblemError {
  return new HttpProblemError('UNAUTHENTICATED', detail, {
    'www-authenticate': `${REALM}, error="${error}", error_description="${detail}"`,
  });
}

/** @throws HttpProblemError `INSUFFICIENT_SCOPE` with a challenge */
export function assertScope(identity: Identity, scope: Scope): void {
  if (identity.scopes.has(scope)) return;
  throw new HttpProblemError('INSUFFICIENT_SCOPE', `The scope ${scope} is needed.`, {
    'www-authenticate': `${REALM}, error="insufficient_scope", scope="${scope}"`,
  });
}

interface KnownCaller {
  readonly authorization: string | undefined;
  readonly apiKey: string | string[] | undefined;
  readonly identity: Identity;
}

/**
 * Who last called over each connection. Callers send the same credential again and again over connections that they
 * keep, and comparing two texts takes a tenth of the time of taking one apart and hashing it. A credential is kept no
 * longer than its connection, and each time the authenticator says whether what it said of it still holds.
 */
export class KnownCallers {
  readonly #authenticator: RememberingAuthenticator;
  readonly #bySocket = new WeakMap<Socket, KnownCaller>();

  constructor(authenticator: RememberingAuthenticator) {
    this.#authenticator = authenticator;
  }

  /** @throws ProblemError `UNAUTHENTICATED` with a challenge; by the promise when there is one */
  identify({ headers, socket }: IncomingMessage): Identity | Promise<Identity> {
    const { authorization } = headers;
    const apiKey = headers['x-api-key'];
    const known = this.#bySocket.get(socket);
    if (
      known !== undefined &&
      known.authorization === authorization &&
      known.apiKey === apiKey &&
      this.#authenticator.stillHolds(known.identity)
    ) {
      return known.identity;
    }
    const remember = (identity: Identity): Identity => {
      this.#bySocket.set(socket, { authorization, apiKey, identity });
      return identity;
    };
    const identity = identify(headers, this.#authenticator);
    return identity instanceof Promise ? identity.then(remember) : remember(identity);
  }
}
