import type { Secret, SecretReference } from '@dipswitch/contract';

/** Where the provisioner can put secrets: the engine's own store, Vault or OpenBao, and those of three clouds. */
export const VAULT_NAMES = ['engine', 'vault', 'aws', 'azure', 'gcp'] as const;
export type VaultName = (typeof VAULT_NAMES)[number];

export interface VaultCallOptions {
  readonly signal?: AbortSignal | undefined;
}

export interface PutSecretOptions extends VaultCallOptions {
  /** `absent`: only where nothing is stored yet, else `SECRET_EXISTS`. Default: replace. */
  readonly onlyIf?: 'absent' | undefined;
}

export interface StoredSecret {
  /** What a file's `credentials` carry to mean it. */
  readonly reference: string;
  /** The vault's own name for the state of the value; null where it tells none. */
  readonly version: string | null;
}

export interface SecretListing extends StoredSecret {
  readonly name: string;
  /** ISO 8601; null where the vault's list does not tell. */
  readonly updatedAt: string | null;
}

export interface ReferenceCheck {
  readonly reference: string;
  readonly resolves: boolean;
  /** Why not, and what to do about it; null when it resolves. Never a value. */
  readonly message: string | null;
}

/**
 * A vault as the provisioner uses it: values go in, references come out. No call returns, logs or quotes a value.
 * All reject with `DipswitchError` (`VAULT_UNAVAILABLE`, `VAULT_DENIED`, `VAULT_REFUSED`, ...).
 */
export interface SecretVault extends AsyncDisposable {
  readonly name: VaultName;
  /** References of this scheme are its own; the engine's store has `local`. */
  readonly scheme: SecretReference['scheme'];
  /** The reference of a name, or the name itself when it is one. @throws TypeError `ERR_INVALID_ARG_VALUE` */
  referenceOf(name: string): string;
  /** The reference that a credential of a connector is moved to. @throws TypeError `ERR_INVALID_ARG_VALUE` */
  credentialReference(connectorId: string, member: string): string;
  /** Stores a value. One that is there already keeps its version where the vault lets us see that. */
  put(reference: string, value: Secret, options?: PutSecretOptions): Promise<StoredSecret>;
  /** What this vault holds where `referenceOf` puts things; ordered by name. */
  list(options?: VaultCallOptions): Promise<readonly SecretListing[]>;
  /** Resolves references and drops what they lead to; in their order. */
  check(references: readonly string[], options?: VaultCallOptions): Promise<readonly ReferenceCheck[]>;
  close(): Promise<void>;
}
