import { timingSafeEqual } from 'node:crypto';
import { ContractError, isSecretReference, type Secret, type SecretReference } from '@dipswitch/contract';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import { SealBrokenError, type Sealer } from '../../seal/sealer.ts';
import type { StateDatabase } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import { createEnvSecretProvider, type EnvSecretOptions } from './env-secret-provider.ts';
import { createFileSecretProvider, type FileSecretOptions } from './file-secret-provider.ts';
import { createKyselySecretStore } from './kysely-secret-store.ts';
import { createLocalSecretProvider, sealingContext } from './local-secret-provider.ts';
import { parseReference, type Resolvable, toTarget } from './secret-label.ts';
import type { SecretProviders } from './secret-provider.ts';
import type { ResolvedSecret, SecretResolver } from './secret-resolver.ts';
import type { SecretStore, StoredSecret } from './secret-store.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';
import { SecretVersions } from './secret-versions.ts';

export interface SecretServiceOptions {
  readonly state: StateDatabase;
  readonly sealer: Sealer;
  /** Needed by `set` and `delete` only. */
  readonly transactions: AuditedTransactions;
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

/** Who changes a secret, for the audit trail. */
export interface SecretActor {
  readonly tenant: string;
  readonly actor: string;
  readonly requestId: string;
}

/** Resolves references for the engine and keeps the secrets of the embedded store. */
export interface SecretService extends SecretResolver {
  /**
   * Stores a value under a name of the actor's tenant. The value that is there already keeps its version, so that a
   * repeated call is no rotation. `assertVersion` sees what is stored (undefined: nothing) and may throw.
   * @throws ContractError `INVALID_SECRET_REFERENCE` when the name cannot be used in `local://NAME`
   * @throws RangeError `ERR_INVALID_ARG_VALUE` when the value is empty or longer than 64 KiB
   */
  set(
    by: SecretActor,
    name: string,
    value: Secret,
    assertVersion?: (version: number | undefined) => void,
  ): Promise<SecretListing>;
  /** Names and versions, ordered by name; never values. Without a query all of them. */
  list(tenant: string, query?: SecretListQuery): Promise<readonly SecretListing[]>;
  /** Resolves to whether there was such a secret. */
  delete(by: SecretActor, name: string): Promise<boolean>;
}

const MAX_VALUE_LENGTH = 64 * 1024;

export function createSecretService(options: SecretServiceOptions): SecretService {
  const store = createKyselySecretStore(options.state);
  const providers: SecretProviders = {
    ...options.providers,
    local: createLocalSecretProvider(store, options.sealer),
    env: options.env && createEnvSecretProvider(options.env),
    file: options.file && createFileSecretProvider(options.file),
  };
  const versions = new SecretVersions({ store, clock: options.clock });
  const resolve = async (tenant: string, text: string, signal?: AbortSignal): Promise<ResolvedSecret> => {
    const reference = await withoutLabel(store, tenant, parseReference(text));
    return dispatch(providers, tenant, reference, signal);
  };
  return {
    resolve,
    async version(tenant, text, signal) {
      const known = await versions.find(tenant, parseReference(text));
      return known ?? (await resolve(tenant, text, signal)).version;
    },
    set: (by, ...rest) => setSecret(options, store, by, ...rest).finally(() => versions.forget(by.tenant)),
    async list(tenant, query) {
      return (await store.list(tenant, query)).map(toListing);
    },
    delete: (by, name) => deleteSecret(options, store, by, name).finally(() => versions.forget(by.tenant)),
  };
}

/** As `toTarget`, with the mapping as it is stored now. */
async function withoutLabel(store: SecretStore, tenant: string, reference: SecretReference): Promise<Resolvable> {
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

async function setSecret(
  { transactions, sealer, clock }: SecretServiceOptions,
  store: SecretStore,
  by: SecretActor,
  name: string,
  value: Secret,
  assertVersion: (version: number | undefined) => void = () => undefined,
): Promise<SecretListing> {
  assertSecretName(name);
  const text = value.expose();
  if (text === '' || text.length > MAX_VALUE_LENGTH) {
    const message = `the value must have 1 to ${MAX_VALUE_LENGTH} characters`;
    throw Object.assign(new RangeError(message), { code: 'ERR_INVALID_ARG_VALUE' });
  }
  const startedAt = clock.monotonicMs();
  return transactions.run(async (transaction) => {
    const known = await store.find(by.tenant, name, transaction.state);
    assertVersion(known?.version);
    if (known !== undefined && holdsValue(sealer, known, text)) {
      await transaction.audit({
        eventType: 'SECRET_SET',
        status: 'SUCCESS',
        latencyMs: clock.monotonicMs() - startedAt,
        details: { name, version: known.version, change: 'none' },
        ...by,
      });
      return toListing(known);
    }
    const version = (known?.version ?? 0) + 1;
    const now = clock.now();
    const sealedValue = sealer.seal(text, sealingContext(by.tenant, name, version));
    const createdAt = known?.createdAt ?? now;
    const stored: StoredSecret = { tenant: by.tenant, name, version, sealedValue, createdAt, updatedAt: now };
    await store.put(stored, transaction.state);
    await transaction.audit({
      eventType: 'SECRET_SET',
      status: 'SUCCESS',
      latencyMs: clock.monotonicMs() - startedAt,
      details: { name, version },
      ...by,
    });
    return toListing(stored);
  });
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

async function deleteSecret(
  { transactions, clock }: SecretServiceOptions,
  store: SecretStore,
  by: SecretActor,
  name: string,
): Promise<boolean> {
  const startedAt = clock.monotonicMs();
  return transactions.run(async (transaction) => {
    const deleted = await store.delete(by.tenant, name, transaction.state);
    if (!deleted) return false;
    await transaction.audit({
      eventType: 'SECRET_DELETE',
      status: 'SUCCESS',
      latencyMs: clock.monotonicMs() - startedAt,
      details: { name },
      ...by,
    });
    return true;
  });
}

function assertSecretName(name: string): void {
  if (isSecretReference(`local://${name}`)) return;
  throw new ContractError(
    'INVALID_SECRET_REFERENCE',
    'a secret name has 1 to 128 letters, digits, dots, dashes and underscores, and starts with a letter, digit or underscore',
  );
}
