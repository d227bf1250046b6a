import { timingSafeEqual } from 'node:crypto';
import { ContractError, isSecretReference, type Secret, type SecretReference } from '@dipswitch/contract';
import {
  type AuditedCaller,
  type AuditedChanges,
  type Change,
  changed,
  unchanged,
} from '../../audit/audited-changes.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import { SealBrokenError, type Sealer } from '../../seal/sealer.ts';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import { createEnvSecretProvider, type EnvSecretOptions } from './env-secret-provider.ts';
import { createFileSecretProvider, type FileSecretOptions } from './file-secret-provider.ts';
import { createLocalSecretProvider, sealingContext } from './local-secret-provider.ts';
import { createSecretAudit } from './secret-audit.ts';
import { parseReference, type Resolvable, toTarget } from './secret-label.ts';
import type { SecretProviders } from './secret-provider.ts';
import type { ResolvedSecret, SecretResolver } from './secret-resolver.ts';
import { SecretStore, type StoredSecret } from './secret-store.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';
import { SecretVersions } from './secret-versions.ts';

export interface SecretServiceOptions {
  readonly state: StateDatabase;
  readonly sealer: Sealer;
  readonly transactions: Pick<AuditedTransactions, 'run' | 'record'>;
  readonly clock: Clock;
  /** Absent: `env://` is off. */
  readonly env?: EnvSecretOptions | undefined;
  /** Absent: `file://` is off. */
  readonly file?: FileSecretOptions | undefined;
  /** Vaults beyond the embedded store, the environment and files. */
  readonly providers?: SecretProviders;
}

/** A stored secret as a list may show it. */
export interface SecretListing {
  readonly name: string;
  readonly version: number;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export interface SecretListQuery {
  readonly limit: number;
  /** Name that the first one comes after. */
  readonly after?: string | undefined;
}

/** Sees the version that is stored, undefined for none, and may throw. */
export type AssertVersion = (version: number | undefined) => void;

const MAX_VALUE_LENGTH = 64 * 1024;

/** Resolves references for the engine and keeps the secrets of the embedded store. */
export class SecretService implements SecretResolver {
  readonly #sealer: Sealer;
  readonly #clock: Clock;
  readonly #audited: AuditedChanges;
  readonly #store: SecretStore;
  readonly #providers: SecretProviders;
  readonly #versions: SecretVersions;

  constructor({ state, sealer, transactions, clock, ...vaults }: SecretServiceOptions) {
    this.#sealer = sealer;
    this.#clock = clock;
    this.#audited = createSecretAudit(transactions, clock);
    this.#store = new SecretStore(state);
    this.#providers = {
      ...vaults.providers,
      local: createLocalSecretProvider(this.#store, sealer),
      env: vaults.env && createEnvSecretProvider(vaults.env),
      file: vaults.file && createFileSecretProvider(vaults.file),
    };
    this.#versions = new SecretVersions({ store: this.#store, clock });
  }

  async resolve(tenant: string, text: string, signal?: AbortSignal): Promise<ResolvedSecret> {
    const reference = await withoutLabel(this.#store, tenant, parseReference(text));
    return dispatch(this.#providers, tenant, reference, signal);
  }

  async version(tenant: string, text: string, signal?: AbortSignal): Promise<string> {
    const known = await this.#versions.find(tenant, parseReference(text));
    return known ?? (await this.resolve(tenant, text, signal)).version;
  }

  /**
   * Stores a value under a name of the actor's tenant.
   * @throws ContractError `INVALID_SECRET_REFERENCE` when the name cannot be used in `local://NAME`
   * @throws RangeError `ERR_INVALID_ARG_VALUE` when the value is empty or longer than 64 KiB
   */
  async set(by: AuditedCaller, name: string, value: Secret, assertVersion?: AssertVersion): Promise<SecretListing> {
    assertSecretName(name);
    assertLength(value.expose());
    return this.#audited.change('SECRET_SET', by, name, {
      within: ({ state }) => this.put(by.tenant, name, value, assertVersion, state),
      after: () => this.forget(by.tenant),
    });
  }

  /** Resolves to whether there was such a secret. */
  delete(by: AuditedCaller, name: string): Promise<boolean> {
    return this.#audited.change('SECRET_DELETE', by, name, {
      within: async ({ state }) =>
        (await this.remove(by.tenant, name, state)) ? changed(true, {}) : unchanged(false, {}),
      after: () => this.forget(by.tenant),
    });
  }

  /** Names and versions, ordered by name; never values. Without a query all of them. */
  async list(tenant: string, query?: SecretListQuery): Promise<readonly SecretListing[]> {
    return (await this.#store.list(tenant, query)).map(toListing);
  }

  /** A step of a change: the value that is there already keeps its version, so that a repeated call is no rotation. */
  async put(
    tenant: string,
    name: string,
    value: Secret,
    assertVersion: AssertVersion | undefined,
    within: StateTransaction,
  ): Promise<Change<SecretListing>> {
    const text = value.expose();
    const known = await this.#store.find(tenant, name, within);
    assertVersion?.(known?.version);
    if (known !== undefined && holdsValue(this.#sealer, known, text)) {
      return unchanged(toListing(known), { version: known.version });
    }
    const version = (known?.version ?? 0) + 1;
    const now = this.#clock.now();
    const sealedValue = this.#sealer.seal(text, sealingContext(tenant, name, version));
    const stored = { tenant, name, version, sealedValue, createdAt: known?.createdAt ?? now, updatedAt: now };
    await this.#store.put(stored, within);
    return changed(toListing(stored), { version });
  }

  /** A step of a change. Resolves to whether there was such a secret. */
  remove(tenant: string, name: string, within: StateTransaction): Promise<boolean> {
    return this.#store.delete(tenant, name, within);
  }

  /** To be called when a secret of the tenant was changed here. */
  forget(tenant: string): void {
    this.#versions.forget(tenant);
  }
}

/** As `toTarget`, with the mapping as it is stored now. */
async function withoutLabel(
  store: Pick<SecretStore, 'findLabel'>,
  tenant: string,
  reference: SecretReference,
): Promise<Resolvable> {
  if (reference.scheme !== 'label') return reference;
  return toTarget(reference, await store.findLabel(tenant, reference.label));
}

function dispatch(
  providers: SecretProviders,
  tenant: string,
  reference: Resolvable,
  signal: AbortSignal | undefined,
): Promise<ResolvedSecret> {
  switch (reference.scheme) {
    case 'local':
      return (providers.local ?? notConfigured('local')).resolve(tenant, reference, signal);
    case 'env':
      return (providers.env ?? notConfigured('env')).resolve(tenant, reference, signal);
    case 'file':
      return (providers.file ?? notConfigured('file')).resolve(tenant, reference, signal);
    case 'vault':
      return (providers.vault ?? notConfigured('vault')).resolve(tenant, reference, signal);
    case 'aws-sm':
      return (providers['aws-sm'] ?? notConfigured('aws-sm')).resolve(tenant, reference, signal);
    case 'azure-kv':
      return (providers['azure-kv'] ?? notConfigured('azure-kv')).resolve(tenant, reference, signal);
    case 'gcp-sm':
      return (providers['gcp-sm'] ?? notConfigured('gcp-sm')).resolve(tenant, reference, signal);
  }
}

function notConfigured(scheme: string): { resolve(): Promise<never> } {
  return {
    resolve: async () => {
      throw new SecretUnresolvedError(`${scheme}://`, `the provider ${scheme}:// is not configured in this engine`);
    },
  };
}

function toListing({ name, version, createdAt, updatedAt }: StoredSecret): SecretListing {
  return { name, version, createdAt, updatedAt };
}

/** A value that does not open any more is not this one: storing it again is what fixes it. */
function holdsValue(sealer: Sealer, { tenant, name, version, sealedValue }: StoredSecret, text: string): boolean {
  try {
    const stored = Buffer.from(sealer.open(sealedValue, sealingContext(tenant, name, version)), 'utf8');
    const submitted = Buffer.from(text, 'utf8');
    return stored.length === submitted.length && timingSafeEqual(stored, submitted);
  } catch (error) {
    if (error instanceof SealBrokenError) return false;
    throw error;
  }
}

function assertLength(value: string): void {
  if (value !== '' && value.length <= MAX_VALUE_LENGTH) return;
  const message = `the value must have 1 to ${MAX_VALUE_LENGTH} characters`;
  throw Object.assign(new RangeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
}

function assertSecretName(name: string): void {
  if (isSecretReference(`local://${name}`)) return;
  throw new ContractError(
    'INVALID_SECRET_REFERENCE',
    'a secret name has 1 to 128 letters, digits, dots, dashes and underscores, and starts with a letter, digit or underscore',
  );
}
