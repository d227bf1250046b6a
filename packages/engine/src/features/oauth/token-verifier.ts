import { hash } from 'node:crypto';
import type { Scope } from '@dipswitch/contract';
import { errors, jwtVerify } from 'jose';
import type { Sealer } from '../../seal/sealer.ts';
import { BoundedMap } from '../../util/bounded-map.ts';
import type { Clock } from '../../util/clock.ts';
import type { Identity, RememberingAuthenticator } from './authenticator.ts';
import { type ApiKey, type Client, isScope } from './client.ts';
import type { ClientDirectory } from './client-directory.ts';
import { isWellFormedCredential } from './credential.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

const MAX_TOKEN_LENGTH = 4096;
const MAX_VERDICTS = 20_000;
/** Engines of one installation may differ this much in their clocks. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** HMAC purposes; the stored hash of a credential depends on its purpose. */
export const KEY_DIGEST = 'api-key';

const KEY_SCOPES: ReadonlySet<Scope> = new Set(['dataactions:execute']);

interface Verdict {
  readonly identity: Identity;
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenVerifierOptions {
  readonly keys: SigningKeys;
  readonly directory: ClientDirectory;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly issuer: () => string;
}

/**
 * Verifies access tokens and static keys. The verdict on a token is kept by the SHA-256 of the token until it expires,
 * because an Ed25519 verification costs more than the rest of a request; that the client is not revoked is asked of the
 * directory every time, which is never more than three seconds behind.
 */
export class TokenVerifier implements RememberingAuthenticator {
  readonly #options: TokenVerifierOptions;
  readonly #verdicts = new BoundedMap<Verdict>({ maxEntries: MAX_VERDICTS });
  /** Identities that were given out, by what they rest on. */
  readonly #byVerdict = new WeakMap<Identity, Verdict>();
  readonly #byKeyHash = new WeakMap<Identity, string>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  authenticateToken(token: string): Identity | null | Promise<Identity | null> {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const id = hash('sha256', token, 'base64');
    const verdict = this.#verdicts.get(id);
    return verdict === undefined ? this.#authenticateNew(token, id) : this.#confirm(verdict, id);
  }

  authenticateKey(key: string): Identity | null | Promise<Identity | null> {
    if (!isWellFormedCredential(key, 'dipk_')) return null;
    const keyHash = this.#options.sealer.keyedDigest(KEY_DIGEST, key);
    const found = this.#options.directory.findKeyByHash(keyHash);
    if (found instanceof Promise) return found.then((each) => this.#toKeyIdentity(each, keyHash));
    return this.#toKeyIdentity(found, keyHash);
  }

  stillHolds(identity: Identity): boolean {
    const { directory } = this.#options;
    const verdict = this.#byVerdict.get(identity);
    if (verdict !== undefined) {
      return !this.#isExpired(verdict) && isGood(directory.peekClient(identity.actor), identity);
    }
    const keyHash = this.#byKeyHash.get(identity);
    return keyHash !== undefined && isGood(directory.peekKeyByHash(keyHash), identity);
  }

  async #authenticateNew(token: string, id: string): Promise<Identity | null> {
    const verdict = await this.#judge(token, id);
    return verdict === null ? null : this.#confirm(verdict, id);
  }

  #confirm(verdict: Verdict, id: string): Identity | null | Promise<Identity | null> {
    if (this.#isExpired(verdict)) {
      this.#verdicts.delete(id);
      return null;
    }
    const client = this.#options.directory.findClient(verdict.identity.actor);
    if (client instanceof Promise) return client.then((each) => this.#toTokenIdentity(each, verdict, id));
    return this.#toTokenIdentity(client, verdict, id);
  }

  #toTokenIdentity(client: Client | undefined, { identity }: Verdict, id: string): Identity | null {
    if (isGood(client, identity)) return identity;
    this.#verdicts.delete(id);
    return null;
  }

  #toKeyIdentity(key: ApiKey | undefined, keyHash: string): Identity | null {
    if (key === undefined || key.revokedAt !== null) return null;
    const identity: Identity = { tenant: key.tenant, actor: key.keyId, scopes: KEY_SCOPES };
    this.#byKeyHash.set(identity, keyHash);
    return identity;
  }

  #isExpired({ expiresAt }: Verdict): boolean {
    return expiresAt + CLOCK_TOLERANCE_SECONDS <= this.#options.clock.now() / 1000;
  }

  async #judge(token: string, id: string): Promise<Verdict | null> {
    const { issuer, clock, keys } = this.#options;
    try {
      const { payload } = await jwtVerify(
        token,
        async (header) => {
          const key = header.kid === undefined ? null : await keys.find(header.kid);
          if (key === null) throw new errors.JWKSNoMatchingKey();
          return key;
        },
        {
          algorithms: [SIGNING_ALGORITHM],
          typ: 'at+jwt',
          issuer: issuer(),
          audience: issuer(),
          requiredClaims: ['exp', 'sub', 'client_id', 'scope', 'jti', 'tenant'],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: new Date(clock.now()),
        },
      );
      const { client_id: clientId, scope, tenant, exp } = payload;
      if (typeof clientId !== 'string' || typeof scope !== 'string' || typeof tenant !== 'string') return null;
      const scopes = new Set(scope.split(' ').filter(isScope));
      const verdict = { identity: { tenant, actor: clientId, scopes }, expiresAt: exp ?? 0 };
      this.#byVerdict.set(verdict.identity, verdict);
      this.#verdicts.set(id, verdict);
      return verdict;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

function isGood(holder: Client | ApiKey | undefined, { tenant }: Identity): boolean {
  return holder !== undefined && holder.revokedAt === null && holder.tenant === tenant;
}
