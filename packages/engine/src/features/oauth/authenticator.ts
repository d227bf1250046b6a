import type { Scope } from '@dipswitch/contract';

/** Who a token or key stands for. */
export interface Identity {
  readonly tenant: string;
  /** OAuth client id, or the id of the static key. */
  readonly actor: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Judges what callers present. Null means not valid, for whatever reason: the caller learns no more. */
export interface Authenticator {
  authenticateToken(token: string): Promise<Identity | null>;
  authenticateKey(key: string): Promise<Identity | null>;
}
