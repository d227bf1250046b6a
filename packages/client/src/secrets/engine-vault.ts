import { formatSecretReference, SECRET_LIMITS, type Secret, type SecretResource } from '@dipswitch/contract';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import type { ReferenceCheck, SecretListing, SecretVault, VaultCallOptions } from './secret-vault.ts';
import { assertReference, isReferenceOf, parseReferenceOf } from './vault-references.ts';

export interface PutEngineSecretOptions extends VaultCallOptions {
  /** Replaces only this version (`If-Match`), or only creates (`absent`: `If-None-Match: *`). Default: unconditional. */
  readonly onlyIf?: number | 'absent' | undefined;
}

/** The secrets of the tenant in the engine's own store; no call returns a value. */
export interface EngineSecrets {
  put(name: string, value: Secret, options?: PutEngineSecretOptions): Promise<SecretResource>;
  /** Every secret, page by page as it is consumed, ordered by name. */
  list(options?: VaultCallOptions): AsyncIterable<SecretResource>;
  /** Resolves also when a lost answer had already deleted it. */
  delete(name: string, options?: VaultCallOptions): Promise<void>;
  /** Whether each reference, of any scheme, leads to a value when the engine asks; in their order. */
  check(references: readonly string[], options?: VaultCallOptions): Promise<readonly ReferenceCheck[]>;
}

const NAME_RULE = '1 to 128 letters, digits and . _ -, not beginning with . or -';

/** The engine's own store as a vault: `local://NAME`, the default. The owner of the client closes it. */
export function createEngineVault(secrets: EngineSecrets): SecretVault {
  const nothing = async (): Promise<void> => undefined;
  const referenceTo = (name: string): string => assertReference('local', `local://${name}`, NAME_RULE);
  return {
    name: 'engine',
    scheme: 'local',
    referenceOf: (name) => (isReferenceOf('local', name) ? name : referenceTo(name)),
    credentialReference: (connectorId, member) => referenceTo(`${connectorId}.${member}`),
    async put(text, value, { onlyIf, signal } = {}) {
      const reference = parseReferenceOf('local', text);
      try {
        const stored = await secrets.put(reference.name, value, { onlyIf, signal });
        return { reference: formatSecretReference(reference), version: String(stored.version) };
      } catch (error) {
        if (onlyIf !== 'absent' || !isDipswitchError(error, 'PRECONDITION_FAILED')) throw error;
        throw new DipswitchError('SECRET_EXISTS', `a value is stored under ${text} already`, { cause: error });
      }
    },
    async list(options) {
      const listed: SecretListing[] = [];
      for await (const { name, reference, version, updatedAt } of secrets.list(options)) {
        listed.push({ name, reference, version: String(version), updatedAt });
      }
      return listed;
    },
    async check(references, options) {
      const checks: ReferenceCheck[] = [];
      for (let start = 0; start < references.length; start += SECRET_LIMITS.referencesMax) {
        checks.push(...(await secrets.check(references.slice(start, start + SECRET_LIMITS.referencesMax), options)));
      }
      return checks;
    },
    close: nothing,
    [Symbol.asyncDispose]: nothing,
  };
}
