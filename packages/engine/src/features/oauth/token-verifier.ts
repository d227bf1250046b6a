import { createHash } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { Clock } from '../../util/clock.ts';
import type { Sealer } from '../secrets/sealer.ts';
import type { Authenticator, Identity } from './authenticator.ts';
import { isScope } from './client.ts';
import type { ClientDirectory } from './client-directory.ts';
import { isWellFormedCredential } from './credential.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-keys.ts';

const MAX_TOKEN_LENGTH = 4096;
const MAX_VERDICTS = 20_000;
/** Engines of one installation may differ this much in their clocks. */
const CLOCK_TOLERANCE_SECONDS = 5;

/** HMAC purposes; the stored hash of a credential depends on its purpose. */
export const KEY_DIGEST = 'api-key';

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
export class TokenVerifier implements Authenticator {
  readonly #options: TokenVerifierOptions;
  readonly #verdicts = new Map<string, Verdict>();

  constructor(options: TokenVerifierOptions) {
    this.#options = options;
  }

  async authenticateToken(token: string): Promise<Identity | null> {
    if (token.length > MAX_TOKEN_LENGTH) return null;
    const id = createHash('sha256').update(token).digest('base64');
    const verdict = this.#verdicts.get(id) ?? (await this.#judge(token, id));
    if (verdict === null) return null;
    if (verdict.expiresAt + CLOCK_TOLERANCE_SECONDS <= this.#options.clock.now() / 1000) {
      this.#verdicts.delete(id);
      return null;
    }
    const client = await this.#options.directory.findClient(verdict.identity.actor);
    if (client === undefined || client.revokedAt !== null || client.tenant !== verdict.identity.tenant) {
      this.#verdicts.delete(id);
      return null;
    }
    return verdict.identity;
  }

  async authenticateKey(key: string): Promise<Identity | null> {
    if (!isWellFormedCredential(key, 'dipk_')) return null;
    const found = await this.#options.directory.findKeyByHash(this.#options.sealer.keyedDigest(KEY_DIGEST, key));
    if (found === undefined || found.revokedAt !== null) return null;
    return { tenant: found.tenant, actor: found.keyId, scopes: new Set(['dataactions:execute']) };
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
      this.#remember(id, verdict);
      return verdict;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  #remember(id: string, verdict: Verdict): void {
    if (this.#verdicts.size >= MAX_VERDICTS) {
      const [oldest] = this.#verdicts.keys();
      if (oldest !== undefined) this.#verdicts.delete(oldest);
    }
    this.#verdicts.set(id, verdict);
  }
}
