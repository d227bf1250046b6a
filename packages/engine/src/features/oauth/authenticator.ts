import type { Scope } from '@dipswitch/contract';

/** Who a token or key stands for. */
export interface Identity {
  readonly tenant: string;
  /** OAuth client id, or the id of the static key. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

/**
 * Judges what callers present: at once when it is known, else by a promise. Null means not valid, for whatever reason:
 * the caller learns no more.
 */
export interface Authenticator {
  authenticateToken(token: string): Identity | null | Promise<Identity | null>;
  authenticateKey(key: string): Identity | null | Promise<Identity | null>;
}

/** An authenticator that can say of an identity that it gave whether it still holds, without the credential. */
export interface RememberingAuthenticator extends Authenticator {
  /** False when it does not, and when that cannot be told without asking the state: present the credential again. */
  stillHolds(identity: Identity): boolean;
}
