import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose';
import type { Sealer } from '../../seal/sealer.ts';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';

export const SIGNING_ALGORITHM = 'EdDSA';
/** A retired key stays published while tokens that it signed can live, and a little more for slow clocks. */
const RETIRED_KEY_LIFETIME_MS = 65 * 60_000;
/** How long an engine may go on signing with a key that another one retired. */
const REFRESH_MS = 30_000;
/** A token with an unknown key makes us look again at most this often. */
const UNKNOWN_KEY_REFRESH_MS = 1_000;

export interface SigningKey {
  readonly kid: string;
  readonly key: CryptoKey;
}

export interface SigningKeySummary {
  readonly kid: string;
  readonly algorithm: string;
  readonly createdAt: number;
  readonly retiredAt: number | null;
}

interface LoadedKeys {
  readonly current: SigningKey;
  readonly byKid: ReadonlyMap<string, CryptoKey>;
  readonly jwks: { readonly keys: readonly JWK[] };
  readonly loadedAt: number;
}

/**
 * The Ed25519 keys that sign access tokens. They live in the state, the private half sealed, and are shared by all
 * engines. A rotation makes a new key and retires the others: retired keys verify on for 65 minutes, so no token that is
 * out breaks, and their private half is wiped.
 */
export class SigningKeys {
  readonly #state: StateDatabase;
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  #loaded: LoadedKeys | undefined;
  #loading: Promise<LoadedKeys> | undefined;

  constructor(state: StateDatabase, sealer: Sealer, clock: Clock) {
    this.#state = state;
    this.#sealer = sealer;
    this.#clock = clock;
  }

  /** The key to sign with; makes the first one. @throws SealBrokenError when the master key is not the one of this state. */
  async current(): Promise<SigningKey> {
    return (await this.#fresh(REFRESH_MS)).current;
  }

  /** The public key of a token's `kid`; null when no engine of this state made it, or it is long retired. */
  async find(kid: string): Promise<CryptoKey | null> {
    const known = (await this.#fresh(REFRESH_MS)).byKid.get(kid);
    return known ?? (await this.#fresh(UNKNOWN_KEY_REFRESH_MS)).byKid.get(kid) ?? null;
  }

  /** The public keys, as RFC 7517 writes them. */
  async jwks(): Promise<{ readonly keys: readonly JWK[] }> {
    return (await this.#fresh(REFRESH_MS)).jwks;
  }

  /** Retires every key and makes a new one, within the transaction of the caller. @returns the new key's id */
  async rotate(transaction: StateTransaction): Promise<string> {
    await transaction
      .updateTable('signing_keys')
      .set({ retired_at: this.#clock.now(), private_jwk_sealed: '' })
      .where('retired_at', 'is', null)
      .execute();
    return this.#create(transaction);
  }

  async list(): Promise<readonly SigningKeySummary[]> {
    const rows = await this.#state.queries.selectFrom('signing_keys').selectAll().orderBy('created_at').execute();
    return rows.map((row) => ({
      kid: row.kid,
      algorithm: row.algorithm,
      createdAt: row.created_at,
      retiredAt: row.retired_at,
    }));
  }

  async #fresh(maxAgeMs: number): Promise<LoadedKeys> {
    const loaded = this.#loaded;
    if (loaded !== undefined && this.#clock.monotonicMs() - loaded.loadedAt < maxAgeMs) return loaded;
    this.#loading ??= this.#load().finally(() => {
      this.#loading = undefined;
    });
    if (loaded === undefined) return this.#loading;
    // The keys at hand go on serving while the state database does not answer.
    return this.#loading.catch(() => loaded);
  }

  async #load(): Promise<LoadedKeys> {
    const rows = await this.#readOrCreate();
    const byKid = new Map<string, CryptoKey>();
    const jwks: JWK[] = [];
    for (const row of rows) {
      const jwk: JWK = JSON.parse(row.public_jwk);
      byKid.set(row.kid, await importKey(jwk));
      jwks.push({ ...jwk, kid: row.kid, alg: SIGNING_ALGORITHM, use: 'sig' });
    }
    const newest = rows.findLast((row) => row.retired_at === null);
    if (newest === undefined) throw new TypeError('there is no signing key that is not retired');
    const privateJwk: JWK = JSON.parse(this.#sealer.open(newest.private_jwk_sealed, sealContext(newest.kid)));
    const current = { kid: newest.kid, key: await importKey(privateJwk) };
    this.#loaded = { current, byKid, jwks: { keys: jwks }, loadedAt: this.#clock.monotonicMs() };
    return this.#loaded;
  }

  async #readOrCreate() {
    const rows = await this.#read(this.#state.queries);
    if (rows.some((row) => row.retired_at === null)) return rows;
    return this.#state.transaction(async (transaction) => {
      const again = await this.#read(transaction);
      if (again.some((row) => row.retired_at === null)) return again;
      await this.#create(transaction);
      return this.#read(transaction);
    });
  }

  #read(state: StateDatabase['queries']) {
    return state
      .selectFrom('signing_keys')
      .selectAll()
      .where((where) =>
        where.or([
          where('retired_at', 'is', null),
          where('retired_at', '>', this.#clock.now() - RETIRED_KEY_LIFETIME_MS),
        ]),
      )
      .orderBy('created_at')
      .orderBy('kid')
      .execute();
  }

  async #create(transaction: StateTransaction): Promise<string> {
    const { publicKey, privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { crv: 'Ed25519', extractable: true });
    const publicJwk = await exportJWK(publicKey);
    const kid = await calculateJwkThumbprint(publicJwk);
    await transaction
      .insertInto('signing_keys')
      .values({
        kid,
        algorithm: SIGNING_ALGORITHM,
        public_jwk: JSON.stringify(publicJwk),
        private_jwk_sealed: this.#sealer.seal(JSON.stringify(await exportJWK(privateKey)), sealContext(kid)),
        created_at: this.#clock.now(),
        retired_at: null,
      })
      .execute();
    return kid;
  }
}

function sealContext(kid: string): string {
  return `signing-key:${kid}`;
}

async function importKey(jwk: JWK): Promise<CryptoKey> {
  const key = await importJWK(jwk, SIGNING_ALGORITHM);
  if (key instanceof Uint8Array) throw new TypeError('a signing key is symmetric');
  return key;
}
