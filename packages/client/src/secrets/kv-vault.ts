import { formatSecretReference, type Secret } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import type { WireAnswer } from '../wire.ts';
import { KvClient, type KvClientOptions, memberOf } from './kv-client.ts';
import type { PutSecretOptions, SecretListing, SecretVault, StoredSecret, VaultCallOptions } from './secret-vault.ts';
import {
  assertReference,
  checkReferences,
  isReferenceOf,
  parseReferenceOf,
  type ReferenceOf,
} from './vault-references.ts';

export interface KvVaultOptions extends KvClientOptions {
  /** Mount of the KV engine, version 2, that new secrets go to. Default `secret`. */
  readonly mount?: string | undefined;
  /** Folder in it. Default `dipswitch`. */
  readonly folder?: string | undefined;
}

type KvReference = ReferenceOf<'vault'>;
type Fields = Readonly<Record<string, unknown>>;

/** One version of what lies at a path; `fields` is null where nothing does. */
interface KvEntry {
  readonly fields: Fields | null;
  /** 0 where nothing was ever stored: what check-and-set wants for "must be new". */
  readonly version: number;
}

const NAME_RULE = 'letters, digits and . _ -; or a whole reference such as vault://mount/path#field';
const DEFAULT_FIELD = 'value';
/** How often a write is begun again because another field of the same path was written meanwhile. */
const WRITE_ROUNDS = 5;
const NOT_NEW = 'SECRET_EXISTS';

/**
 * HashiCorp Vault and OpenBao, KV engine version 2: `vault://mount/path#field`. A field is written next to the others
 * of its path, with check-and-set, so that two writers lose nothing.
 */
export function createKvVault(options: KvVaultOptions): SecretVault {
  return new KvVault(options);
}

class KvVault implements SecretVault {
  readonly name = 'vault';
  readonly scheme = 'vault';
  readonly #client: KvClient;
  readonly #mount: string;
  readonly #folder: string;

  constructor({ mount, folder, ...client }: KvVaultOptions) {
    this.#client = new KvClient(client);
    this.#mount = mount ?? 'secret';
    this.#folder = folder ?? 'dipswitch';
  }

  referenceOf(name: string): string {
    if (isReferenceOf('vault', name)) return name;
    return assertReference('vault', `vault://${this.#mount}/${this.#folder}/${name}#${DEFAULT_FIELD}`, NAME_RULE);
  }

  credentialReference(connectorId: string, member: string): string {
    return assertReference('vault', `vault://${this.#mount}/${this.#folder}/${connectorId}#${member}`, NAME_RULE);
  }

  async put(text: string, value: Secret, { onlyIf, signal }: PutSecretOptions = {}): Promise<StoredSecret> {
    const reference = parseReferenceOf('vault', text);
    const unversioned = formatSecretReference({ ...reference, version: undefined });
    if (reference.version !== undefined) {
      throw new DipswitchError('VAULT_REFUSED', 'a reference to one version cannot be written to; leave @version out');
    }
    for (let round = 0; round < WRITE_ROUNDS; round += 1) {
      const { fields, version } = await this.#read(reference, signal);
      const stored = fields?.[reference.field];
      if (stored === value.expose()) return { reference: unversioned, version: String(version) };
      if (onlyIf === 'absent' && stored !== undefined) {
        throw new DipswitchError(NOT_NEW, `a value is stored under ${unversioned} already`);
      }
      const data = { ...fields, [reference.field]: value.expose() };
      const answer = await this.#client.send({
        method: 'POST',
        path: dataPath(reference),
        body: { options: { cas: version }, data },
        signal,
      });
      // 400 is check-and-set's answer: somebody, or our own attempt whose answer was lost, was there first.
      if (answer.status === 400) continue;
      if (answer.status !== 200) throw unexpected('write', reference, answer);
      const written = memberOf(memberOf(answer.json, 'data'), 'version');
      return { reference: unversioned, version: typeof written === 'number' ? String(written) : null };
    }
    const message = `the vault does not take a value at ${dataPath(reference)}: others keep writing there, or it refuses the data`;
    throw new DipswitchError('VAULT_REFUSED', message);
  }

  async list({ signal }: VaultCallOptions = {}): Promise<readonly SecretListing[]> {
    const path = `${encode(this.#mount)}/metadata/${encode(this.#folder)}?list=true`;
    const answer = await this.#client.send({ method: 'GET', path, signal });
    if (answer.status === 404) return [];
    const keys = memberOf(memberOf(answer.json, 'data'), 'keys');
    if (answer.status !== 200 || !Array.isArray(keys)) throw unexpectedStatus('list', path, answer);
    const names = keys.filter((key): key is string => typeof key === 'string' && !key.endsWith('/')).sort();
    const listed: SecretListing[] = [];
    for (const name of names) listed.push(...(await this.#fieldsOf(name, signal)));
    return listed;
  }

  check(references: readonly string[], { signal }: VaultCallOptions = {}) {
    return checkReferences('vault', references, async (reference) => {
      const { fields } = await this.#read(reference, signal);
      const place = `${reference.mount}/${reference.path}`;
      if (fields === null) throw new DipswitchError('SECRET_UNRESOLVED', `${NOTHING_AT} ${place}`);
      const value = fields[reference.field];
      if (typeof value !== 'string' || value === '') {
        throw new DipswitchError(
          'SECRET_UNRESOLVED',
          `what lies at ${place} has no text under the field ${reference.field}`,
        );
      }
    });
  }

  async close(): Promise<void> {
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** One listing a field: a reference means a field, and a path alone means nothing. */
  async #fieldsOf(name: string, signal: AbortSignal | undefined): Promise<SecretListing[]> {
    const reference: KvReference = {
      scheme: 'vault',
      mount: this.#mount,
      path: `${this.#folder}/${name}`,
      field: DEFAULT_FIELD,
      version: undefined,
    };
    const { fields, version, updatedAt } = await this.#read(reference, signal);
    return Object.keys(fields ?? {})
      .sort()
      .map((field) => ({
        name: field === DEFAULT_FIELD ? name : `${name}#${field}`,
        reference: formatSecretReference({ ...reference, field }),
        version: String(version),
        updatedAt,
      }));
  }

  async #read(
    reference: KvReference,
    signal: AbortSignal | undefined,
  ): Promise<KvEntry & { readonly updatedAt: string | null }> {
    const query = reference.version === undefined ? '' : `?version=${reference.version}`;
    const answer = await this.#client.send({ method: 'GET', path: dataPath(reference) + query, signal });
    const data = memberOf(answer.json, 'data');
    const metadata = memberOf(data, 'metadata');
    const version = memberOf(metadata, 'version');
    // A deleted version is a 404 that still tells its number, which check-and-set wants.
    if (answer.status === 404) return { fields: null, version: Number(version ?? 0), updatedAt: null };
    const fields = memberOf(data, 'data');
    if (answer.status !== 200 || typeof version !== 'number') throw unexpected('read', reference, answer);
    const createdAt = memberOf(metadata, 'created_time');
    return {
      fields: typeof fields === 'object' && fields !== null ? { ...fields } : null,
      version,
      updatedAt: typeof createdAt === 'string' ? createdAt : null,
    };
  }
}

const NOTHING_AT = 'nothing is stored (or the version is deleted, or the mount is not KV version 2) at';

function dataPath({ mount, path }: KvReference): string {
  return `${encode(mount)}/data/${encode(path)}`;
}

function encode(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function unexpected(doing: string, reference: KvReference, answer: WireAnswer): DipswitchError {
  return unexpectedStatus(doing, dataPath(reference), answer);
}

function unexpectedStatus(doing: string, path: string, { status }: WireAnswer): DipswitchError {
  const message = `the vault answered ${status} to the ${doing} of ${path}; is this a KV engine of version 2?`;
  return new DipswitchError('VAULT_REFUSED', message, { status });
}
