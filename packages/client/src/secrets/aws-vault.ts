import { randomUUID } from 'node:crypto';
import { formatSecretReference, type Secret } from '@dipswitch/contract';
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
  parseJsonObject,
  parseReferenceOf,
  type ReferenceOf,
  readJsonField,
} from './vault-references.ts';

export interface AwsVaultOptions {
  /** Default: what the SDK finds in its environment and files. */
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: Secret; readonly sessionToken?: Secret | undefined }
    | undefined;
  readonly importPackage?: ImportPackage | undefined;
}

interface AwsText {
  readonly text: string;
  readonly version: string | null;
}

const PACKAGE = '@aws-sdk/client-secrets-manager';
const FOLDER = 'dipswitch';
const NAME_RULE = 'letters, digits and / _ + = . @ -';
const MAX_ATTEMPTS = 3;

/** AWS Secrets Manager: `aws-sm://name`, or `aws-sm://name#field` for one text of a JSON object. */
export function createAwsVault(options: AwsVaultOptions = {}): SecretVault {
  return new AwsVault(options);
}

class AwsVault implements SecretVault {
  readonly name = 'aws';
  readonly scheme = 'aws-sm';
  readonly #options: AwsVaultOptions;
  #sdk: Promise<{ readonly loaded: object; readonly client: object }> | undefined;

  constructor(options: AwsVaultOptions) {
    this.#options = options;
  }

  referenceOf(name: string): string {
    return isReferenceOf('aws-sm', name) ? name : assertReference('aws-sm', `aws-sm://${FOLDER}/${name}`, NAME_RULE);
  }

  credentialReference(connectorId: string, member: string): string {
    return this.referenceOf(`${connectorId}.${member}`);
  }

  async put(text: string, value: Secret, { onlyIf, signal }: PutSecretOptions = {}): Promise<StoredSecret> {
    const reference = parseReferenceOf('aws-sm', text);
    const { name, field } = reference;
    const stored = await this.#readForWrite(reference, signal);
    const fields = field === undefined || stored === null ? {} : parseJsonObject(stored.text);
    const current = field === undefined ? stored?.text : fields[field];
    if (stored !== null && current === value.expose()) return { reference: text, version: stored.version };
    if (onlyIf === 'absent' && current !== undefined) {
      throw new DipswitchError('SECRET_EXISTS', `a value is stored under ${formatSecretReference(reference)} already`);
    }
    const secretString = field === undefined ? value.expose() : JSON.stringify({ ...fields, [field]: value.expose() });
    const content = { SecretString: secretString, ClientRequestToken: randomUUID() };
    const written =
      stored === null
        ? await this.#create(name, content, onlyIf === 'absent', signal)
        : await this.#call('PutSecretValue', { SecretId: name, ...content }, name, signal);
    return { reference: text, version: textOf(written, 'VersionId') ?? null };
  }

  async list({ signal }: VaultCallOptions = {}): Promise<readonly SecretListing[]> {
    const listed: SecretListing[] = [];
    let token: string | undefined;
    do {
      const page = await this.#call(
        'ListSecrets',
        { Filters: [{ Key: 'name', Values: [`${FOLDER}/`] }], ...(token === undefined ? {} : { NextToken: token }) },
        'the list',
        signal,
      );
      const secrets: unknown = Reflect.get(page, 'SecretList');
      for (const each of Array.isArray(secrets) ? secrets : []) {
        const name = textOf(each, 'Name');
        if (name === undefined) continue;
        const changed: unknown = Reflect.get(Object(each), 'LastChangedDate');
        listed.push({
          name: name.slice(`${FOLDER}/`.length),
          reference: `aws-sm://${name}`,
          version: null,
          updatedAt: changed instanceof Date ? changed.toISOString() : null,
        });
      }
      token = textOf(page, 'NextToken');
    } while (token !== undefined);
    return listed.sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  check(references: readonly string[], { signal }: VaultCallOptions = {}) {
    return checkReferences('aws-sm', references, async ({ name, field }) => {
      const { text } = await this.#read(name, signal);
      if (field !== undefined) readJsonField(text, field);
    });
  }

  async close(): Promise<void> {
    const sdk = await this.#sdk?.catch(() => undefined);
    if (sdk !== undefined) invoke(sdk.client, 'destroy');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #create(name: string, content: object, mustBeNew: boolean, signal: AbortSignal | undefined): Promise<object> {
    try {
      return await this.#call('CreateSecret', { Name: name, ...content }, name, signal);
    } catch (error) {
      // It holds no value that may be read by us, or somebody made it meanwhile.
      if (mustBeNew || !isDipswitchError(error, 'SECRET_EXISTS')) throw error;
      return this.#call('PutSecretValue', { SecretId: name, ...content }, name, signal);
    }
  }

  /** Null where nothing is, or where a right to write comes without one to read and the whole text is replaced. */
  async #readForWrite(
    { name, field }: ReferenceOf<'aws-sm'>,
    signal: AbortSignal | undefined,
  ): Promise<AwsText | null> {
    try {
      return await this.#read(name, signal);
    } catch (error) {
      if (isDipswitchError(error, 'SECRET_UNRESOLVED')) return null;
      if (field === undefined && isDipswitchError(error, 'VAULT_DENIED')) return null;
      throw error;
    }
  }

  async #read(name: string, signal: AbortSignal | undefined): Promise<AwsText> {
    const answer = await this.#call('GetSecretValue', { SecretId: name }, name, signal);
    const text = textOf(answer, 'SecretString');
    if (text === undefined || text === '') throw new DipswitchError('SECRET_UNRESOLVED', `${name} holds no text`);
    return { text, version: textOf(answer, 'VersionId') ?? null };
  }

  async #call(operation: string, input: object, what: string, signal: AbortSignal | undefined): Promise<object> {
    signal?.throwIfAborted();
    this.#sdk ??= this.#open();
    const { loaded, client } = await this.#sdk;
    try {
      const command = construct(loaded, `${operation}Command`, input);
      const options = signal === undefined ? {} : { abortSignal: signal };
      return Object(await invoke(client, 'send', command, options));
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw toCloudError(error, what, judge);
    }
  }

  async #open(): Promise<{ readonly loaded: object; readonly client: object }> {
    const { region, endpoint, credentials, importPackage } = this.#options;
    const loaded = await loadCloudPackage(PACKAGE, importPackage);
    const client = construct(loaded, 'SecretsManagerClient', {
      maxAttempts: MAX_ATTEMPTS,
      ...(region === undefined ? {} : { region }),
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(credentials === undefined
        ? {}
        : {
            credentials: {
              accessKeyId: credentials.accessKeyId,
              secretAccessKey: credentials.secretAccessKey.expose(),
              ...(credentials.sessionToken === undefined ? {} : { sessionToken: credentials.sessionToken.expose() }),
            },
          }),
    });
    return { loaded, client };
  }
}

const VERDICTS: Readonly<Record<string, CloudVerdict>> = {
  ResourceNotFoundException: 'missing',
  ResourceExistsException: 'exists',
  AccessDeniedException: 'denied',
  AccessDenied: 'denied',
  UnrecognizedClientException: 'denied',
  InvalidClientTokenId: 'denied',
  InvalidSignatureException: 'denied',
  ExpiredTokenException: 'denied',
  DecryptionFailure: 'denied',
  CredentialsProviderError: 'denied',
  InternalServiceError: 'unavailable',
  ThrottlingException: 'unavailable',
};

function judge(error: object): CloudVerdict {
  if (isNetworkError(error)) return 'unavailable';
  return VERDICTS[textOf(error, 'name') ?? ''] ?? 'refused';
}
