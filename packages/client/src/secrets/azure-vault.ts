import type { Secret } from '@dipswitch/contract';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import {
  type CloudVerdict,
  construct,
  type ImportPackage,
  invoke,
  isNetworkError,
  loadCloudPackage,
  textOf,
  toCloudError,
} from './cloud-package.ts';
import type { PutSecretOptions, SecretListing, SecretVault, StoredSecret, VaultCallOptions } from './secret-vault.ts';
import {
  assertReference,
  checkReferences,
  isReferenceOf,
  parseReferenceOf,
  type ReferenceOf,
} from './vault-references.ts';

export interface AzureVaultOptions {
  /** Name of the key vault that new secrets go to. */
  readonly vault: string;
  /** Where key vaults are, for the sovereign clouds. Default `vault.azure.net`. */
  readonly domain?: string | undefined;
  readonly importPackage?: ImportPackage | undefined;
}

const SECRETS_PACKAGE = '@azure/keyvault-secrets';
const IDENTITY_PACKAGE = '@azure/identity';
const NAME_RULE = '1 to 127 letters, digits and -';

/** Azure Key Vault with the SDK's default credential: `azure-kv://vault/name`. */
export function createAzureVault(options: AzureVaultOptions): SecretVault {
  return new AzureVault(options);
}

class AzureVault implements SecretVault {
  readonly name = 'azure';
  readonly scheme = 'azure-kv';
  readonly #options: AzureVaultOptions;
  readonly #clients = new Map<string, Promise<object>>();

  constructor(options: AzureVaultOptions) {
    this.#options = options;
  }

  referenceOf(name: string): string {
    if (isReferenceOf('azure-kv', name)) return name;
    return assertReference('azure-kv', `azure-kv://${this.#options.vault}/${name}`, NAME_RULE);
  }

  credentialReference(connectorId: string, member: string): string {
    return this.referenceOf(`${connectorId}-${member}`.replaceAll(/[^A-Za-z0-9-]/g, '-'));
  }

  async put(text: string, value: Secret, { onlyIf, signal }: PutSecretOptions = {}): Promise<StoredSecret> {
    const reference = parseReferenceOf('azure-kv', text);
    const stored = await this.#readForWrite(reference, onlyIf === 'absent', signal);
    if (stored !== null && textOf(stored, 'value') === value.expose())
      return { reference: text, version: versionOf(stored) };
    if (onlyIf === 'absent' && stored !== null)
      throw new DipswitchError('SECRET_EXISTS', `a value is stored under ${text} already`);
    return { reference: text, version: versionOf(await this.#call(reference, 'setSecret', [value.expose()], signal)) };
  }

  async list({ signal }: VaultCallOptions = {}): Promise<readonly SecretListing[]> {
    const { vault } = this.#options;
    const listed: SecretListing[] = [];
    try {
      const pages = invoke(await this.#client(vault), 'listPropertiesOfSecrets', optionsOf(signal));
      if (!isAsyncIterable(pages))
        throw new DipswitchError('VAULT_PACKAGE_MISSING', 'the installed package lists nothing');
      for await (const each of pages) {
        const name = textOf(each, 'name');
        if (name === undefined) continue;
        const updated: unknown = Reflect.get(Object(each), 'updatedOn');
        const updatedAt = updated instanceof Date ? updated.toISOString() : null;
        listed.push({
          name,
          reference: `azure-kv://${vault}/${name}`,
          version: textOf(each, 'version') ?? null,
          updatedAt,
        });
      }
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw toCloudError(error, `the list of ${vault}`, judge);
    }
    return listed.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  check(references: readonly string[], { signal }: VaultCallOptions = {}) {
    return checkReferences('azure-kv', references, async (reference) => {
      const value = textOf(await this.#call(reference, 'getSecret', [], signal), 'value');
      if (value === undefined || value === '') throw new DipswitchError('SECRET_UNRESOLVED', 'it is stored empty');
    });
  }

  /** The SDK holds nothing that is to be closed. */
  async close(): Promise<void> {
    this.#clients.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #readForWrite(
    reference: ReferenceOf<'azure-kv'>,
    mustBeNew: boolean,
    signal: AbortSignal | undefined,
  ): Promise<object | null> {
    try {
      return await this.#call(reference, 'getSecret', [], signal);
    } catch (error) {
      if (isDipswitchError(error, 'SECRET_UNRESOLVED')) return null;
      if (!mustBeNew && isDipswitchError(error, 'VAULT_DENIED')) return null;
      throw error;
    }
  }

  async #call(
    { vault, name }: ReferenceOf<'azure-kv'>,
    method: 'getSecret' | 'setSecret',
    rest: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<object> {
    signal?.throwIfAborted();
    try {
      return Object(await invoke(await this.#client(vault), method, name, ...rest, optionsOf(signal)));
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw toCloudError(error, `azure-kv://${vault}/${name}`, judge);
    }
  }

  #client(vault: string): Promise<object> {
    const known = this.#clients.get(vault);
    if (known !== undefined) return known;
    const opening = this.#open(vault);
    this.#clients.set(vault, opening);
    return opening;
  }

  async #open(vault: string): Promise<object> {
    const { domain = 'vault.azure.net', importPackage } = this.#options;
    const secrets = await loadCloudPackage(SECRETS_PACKAGE, importPackage);
    const identity = await loadCloudPackage(IDENTITY_PACKAGE, importPackage);
    const credential = construct(identity, 'DefaultAzureCredential');
    return construct(secrets, 'SecretClient', `https://${vault}.${domain}`, credential);
  }
}

function optionsOf(signal: AbortSignal | undefined): object {
  return signal === undefined ? {} : { abortSignal: signal };
}

function versionOf(stored: object): string | null {
  return textOf(Reflect.get(stored, 'properties'), 'version') ?? null;
}

const CREDENTIAL_ERROR = /^(?:CredentialUnavailable|Authentication|AggregateAuthentication)Error$/;

function judge(error: object): CloudVerdict {
  const status: unknown = Reflect.get(error, 'statusCode');
  if (status === 404) return 'missing';
  if (status === 401 || status === 403 || CREDENTIAL_ERROR.test(textOf(error, 'name') ?? '')) return 'denied';
  if (isNetworkError(error) || status === 429 || (typeof status === 'number' && status >= 500)) return 'unavailable';
  return textOf(error, 'code') === 'REQUEST_SEND_ERROR' ? 'unavailable' : 'refused';
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
