import { randomUUID, timingSafeEqual } from 'node:crypto';
import type { Scope, TokenAnswer } from '@dipswitch/contract';
import { SignJWT } from 'jose';
import { ENGINE_TENANT } from '../../audit/audit-trail.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Sealer } from '../../seal/sealer.ts';
import type { Clock } from '../../util/clock.ts';
import { RateLimit } from '../../util/rate-limit.ts';
import { type Client, parseScopes } from './client.ts';
import type { ClientDirectory } from './client-directory.ts';
import { OauthError } from './oauth-error.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';
import type { TokenRequest } from './token-request.ts';

const TOKEN_LIFETIME_SECONDS = 3600;
export const SECRET_DIGEST = 'client-secret';

const NO_SUCH_CLIENT_HASH = '0'.repeat(64);

export interface TokenServiceOptions {
  readonly keys: SigningKeys;
  readonly directory: ClientDirectory;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly changes: Pick<AuditedTransactions, 'record'>;
  readonly issuer: () => string;
}

/** Where a token request came from; for limits and the audit trail. */
export interface TokenRequestOrigin {
  readonly address: string;
  readonly requestId: string;
}

/** Issues access tokens for client credentials. */
export class TokenService {
  readonly #options: TokenServiceOptions;
  readonly #failuresByClient: RateLimit;
  readonly #failuresByAddress: RateLimit;

  constructor(options: TokenServiceOptions) {
    this.#options = options;
    // By client and address: somebody else's guesses must not lock a client out.
    this.#failuresByClient = new RateLimit({ burst: 20, perSecond: 1 }, options.clock);
    this.#failuresByAddress = new RateLimit({ burst: 100, perSecond: 5 }, options.clock);
  }

  /** @throws OauthError */
  async issue(request: TokenRequest, origin: TokenRequestOrigin): Promise<TokenAnswer> {
    const startedAt = this.#options.clock.monotonicMs();
    const pair = `${origin.address} ${request.clientId.slice(0, 128)}`;
    const wait = Math.max(
      this.#failuresByClient.waitSeconds(pair),
      this.#failuresByAddress.waitSeconds(origin.address),
    );
    if (wait > 0) {
      throw new OauthError('temporarily_unavailable', 'too many failed attempts', wait);
    }
    const client = await this.#authenticate(request);
    if (client === null) {
      this.#failuresByClient.spend(pair);
      this.#failuresByAddress.spend(origin.address);
      this.#recordDenial(request, origin, startedAt, 'invalid_client');
      throw new OauthError('invalid_client', 'the client is not known or its secret is wrong');
    }
    const scopes = narrow(client, request.scope);
    if (scopes === null) {
      this.#recordDenial(request, origin, startedAt, 'invalid_scope', client.tenant);
      throw new OauthError('invalid_scope', 'a scope is not known, or the client does not have it');
    }
    return {
      access_token: await this.#sign(client, scopes),
      token_type: 'Bearer',
      expires_in: TOKEN_LIFETIME_SECONDS,
      scope: scopes.join(' '),
    };
  }

  async #authenticate(request: TokenRequest): Promise<Client | null> {
    const digest = this.#options.sealer.keyedDigest(SECRET_DIGEST, request.clientSecret.expose());
    const client = await this.#options.directory.findClient(request.clientId);
    // Compared also when there is no such client, so that the time of the answer does not tell.
    const matches = isSameDigest(digest, client?.secretHash ?? NO_SUCH_CLIENT_HASH);
    return client !== undefined && matches && client.revokedAt === null ? client : null;
  }

  async #sign(client: Client, scopes: readonly Scope[]): Promise<string> {
    const { keys, clock, issuer } = this.#options;
    const { kid, key } = await keys.current();
    const issuedAt = Math.floor(clock.now() / 1000);
    return new SignJWT({ client_id: client.clientId, scope: scopes.join(' '), tenant: client.tenant })
      .setProtectedHeader({ alg: SIGNING_ALGORITHM, typ: 'at+jwt', kid })
      .setIssuer(issuer())
      .setAudience(issuer())
      .setSubject(client.clientId)
      .setJti(randomUUID())
      .setIssuedAt(issuedAt)
      .setExpirationTime(issuedAt + TOKEN_LIFETIME_SECONDS)
      .sign(key);
  }

  #recordDenial(
    request: TokenRequest,
    origin: TokenRequestOrigin,
    startedAt: number,
    reason: string,
    tenant: string = ENGINE_TENANT,
  ): void {
    const { changes, clock, sealer } = this.#options;
    changes.record({
      eventType: 'TOKEN_DENIED',
      status: 'FAILED',
      latencyMs: clock.monotonicMs() - startedAt,
      // Of a client that is not known only a digest: people paste secrets into the wrong field.
      details: { reason, address: origin.address },
      actor:
        tenant === ENGINE_TENANT
          ? `unknown:${sealer.keyedDigest('client-id', request.clientId).slice(0, 16)}`
          : request.clientId,
      tenant,
      requestId: origin.requestId,
    });
  }
}

function isSameDigest(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left, 'hex'), Buffer.from(right, 'hex')];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** The scopes asked for, if the client has them all; all that it has when it asks for none in particular. */
function narrow(client: Client, requested: string | undefined): readonly Scope[] | null {
  if (requested === undefined) return client.scopes;
  const scopes = parseScopes(requested);
  return scopes?.every((scope) => client.scopes.includes(scope)) === true ? scopes : null;
}
