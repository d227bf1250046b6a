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

export interface GcpVaultOptions {
  /** Id of the project that new secrets go to. */
  readonly project: string;
  readonly importPackage?: ImportPackage | undefined;
}

const PACKAGE = '@google-cloud/secret-manager';
const NAME_RULE = '1 to 255 letters, digits and _ -';

/** Google Secret Manager with the application default credentials: `gcp-sm://project/name`, its latest version. */
export function createGcpVault(options: GcpVaultOptions): SecretVault {
  return new GcpVault(options);
}

class GcpVault implements SecretVault {
  readonly name = 'gcp';
  readonly scheme = 'gcp-sm';
  readonly #options: GcpVaultOptions;
  #client: Promise<object> | undefined;

  constructor(options: GcpVaultOptions) {
    this.#options = options;
  }

  referenceOf(name: string): string {
    if (isReferenceOf('gcp-sm', name)) return name;
    return assertReference('gcp-sm', `gcp-sm://${this.#options.project}/${name}`, NAME_RULE);
  }

  credentialReference(connectorId: string, member: string): string {
    return this.referenceOf(`${connectorId}-${member}`.replaceAll('.', '-'));
  }

  async put(text: string, value: Secret, { onlyIf, signal }: PutSecretOptions = {}): Promise<StoredSecret> {
    const { project, name } = parseReferenceOf('gcp-sm', text);
    const stored = await this.#readForWrite({ scheme: 'gcp-sm', project, name }, onlyIf === 'absent', signal);
    if (stored?.text === value.expose()) return { reference: text, version: stored.version };
    if (stored !== null && onlyIf === 'absent') {
      throw new DipswitchError('SECRET_EXISTS', `a value is stored under ${text} already`);
    }
    if (stored === null) await this.#create(project, name, signal);
    const parent = `projects/${project}/secrets/${name}`;
    const payload = { data: Buffer.from(value.expose(), 'utf8') };
    const added = await this.#call('addSecretVersion', { parent, payload }, text, signal);
    return { reference: text, version: versionOf(added) };
  }

  async list({ signal }: VaultCallOptions = {}): Promise<readonly SecretListing[]> {
    const { project } = this.#options;
    const found = await this.#call('listSecrets', { parent: `projects/${project}` }, `the list of ${project}`, signal);
    const names = (Array.isArray(found) ? found : []).flatMap((each) => textOf(each, 'name')?.split('/').at(-1) ?? []);
    return names
      .sort()
      .map((name) => ({ name, reference: `gcp-sm://${project}/${name}`, version: null, updatedAt: null }));
  }

  check(references: readonly string[], { signal }: VaultCallOptions = {}) {
    return checkReferences('gcp-sm', references, async (reference) => {
      const { text } = await this.#read(reference, signal);
      if (text === '') throw new DipswitchError('SECRET_UNRESOLVED', 'its latest version is empty');
    });
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    if (client !== undefined) await invoke(client, 'close');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** A secret without a version is there already: what is missing is its first value. */
  async #create(project: string, secretId: string, signal: AbortSignal | undefined): Promise<void> {
    const request = { parent: `projects/${project}`, secretId, secret: { replication: { automatic: {} } } };
    try {
      await this.#call('createSecret', request, secretId, signal);
    } catch (error) {
      if (!isDipswitchError(error, 'SECRET_EXISTS')) throw error;
    }
  }

  async #readForWrite(
    reference: ReferenceOf<'gcp-sm'>,
    mustBeNew: boolean,
    signal: AbortSignal | undefined,
  ): Promise<{ text: string; version: string | null } | null> {
    try {
      return await this.#read(reference, signal);
    } catch (error) {
      if (isDipswitchError(error, 'SECRET_UNRESOLVED')) return null;
      if (!mustBeNew && isDipswitchError(error, 'VAULT_DENIED')) return null;
      throw error;
    }
  }

  async #read(
    { project, name }: ReferenceOf<'gcp-sm'>,
    signal: AbortSignal | undefined,
  ): Promise<{ text: string; version: string | null }> {
    const request = { name: `projects/${project}/secrets/${name}/versions/latest` };
    const answer = await this.#call('accessSecretVersion', request, `gcp-sm://${project}/${name}`, signal);
    const payload: unknown = Reflect.get(Object(answer), 'payload');
    const data: unknown = Reflect.get(Object(payload), 'data');
    const text = data instanceof Uint8Array ? Buffer.from(data).toString('utf8') : typeof data === 'string' ? data : '';
    return { text, version: versionOf(answer) };
  }

  /** The first of what the SDK answers: the others are the request and the raw response. */
  async #call(method: string, request: object, what: string, signal: AbortSignal | undefined): Promise<unknown> {
    signal?.throwIfAborted();
    this.#client ??= this.#open();
    try {
      // Read once more after: the SDK knows no signal, so that what comes too late is dropped.
      const answer: unknown = await invoke(await this.#client, method, request);
      signal?.throwIfAborted();
      return Array.isArray(answer) ? answer[0] : undefined;
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw toCloudError(error, what, judge);
    }
  }

  async #open(): Promise<object> {
    return construct(await loadCloudPackage(PACKAGE, this.#options.importPackage), 'SecretManagerServiceClient');
  }
}

function versionOf(answer: unknown): string | null {
  return textOf(answer, 'name')?.split('/').at(-1) ?? null;
}

/** Status codes of gRPC. */
const VERDICTS: ReadonlyMap<unknown, CloudVerdict> = new Map<unknown, CloudVerdict>([
  [4, 'unavailable'],
  [5, 'missing'],
  [6, 'exists'],
  [7, 'denied'],
  [8, 'unavailable'],
  [14, 'unavailable'],
  [16, 'denied'],
]);

function judge(error: object): CloudVerdict {
  if (isNetworkError(error)) return 'unavailable';
  return VERDICTS.get(Reflect.get(error, 'code')) ?? 'refused';
}
