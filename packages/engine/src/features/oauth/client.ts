import { SCOPES, type Scope } from '@dipswitch/contract';

/** An OAuth client of a tenant. Times are milliseconds since the epoch. */
export interface Client {
  readonly clientId: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly secretHash: string;
  readonly description: string;
  readonly createdAt: number;
  readonly revokedAt: number | null;
}

/** A static header key of a tenant; it carries `dataactions:execute` and nothing else. */
export interface ApiKey {
  readonly keyId: string;
  readonly tenant: string;
  readonly keyHash: string;
  readonly description: string;
  readonly createdAt: number;
  readonly revokedAt: number | null;
}

const KNOWN_SCOPES: ReadonlySet<string> = new Set(SCOPES);

export function isScope(text: string): text is Scope {
  return KNOWN_SCOPES.has(text);
}

/** Reads a space separated list of scopes; null when one is not known or there is none. Doubles are dropped. */
export function parseScopes(text: string): readonly Scope[] | null {
  const names = [...new Set(text.split(' ').filter((name) => name !== ''))];
  const scopes = names.filter(isScope);
  return scopes.length === names.length && scopes.length > 0 ? scopes : null;
}
