import { ContractError } from '../findings/contract-error.ts';

/** A pointer to a secret, understood. `label` is a bare name that a tenant's mapping resolves, else `local://`. */
export type SecretReference =
  | {
      readonly scheme: 'vault';
      readonly mount: string;
      readonly path: string;
      readonly field: string;
      readonly version: number | undefined;
    }
  /** Without a field the secret is the whole text. */
  | { readonly scheme: 'aws-sm'; readonly name: string; readonly field: string | undefined }
  | { readonly scheme: 'azure-kv'; readonly vault: string; readonly name: string }
  | { readonly scheme: 'gcp-sm'; readonly project: string; readonly name: string }
  | { readonly scheme: 'local'; readonly name: string }
  | { readonly scheme: 'env'; readonly name: string }
  | { readonly scheme: 'file'; readonly path: string }
  | { readonly scheme: 'label'; readonly label: string };

export const SECRET_LABEL_PATTERN = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/;
const SECRET_REFERENCE_MAX_LENGTH = 512;

const NAME = '[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}';
/** Names of the engine's own store. */
export const SECRET_NAME_PATTERN = new RegExp(`^${NAME}$`);
const VAULT = new RegExp(
  `^vault://(?<mount>${NAME})/(?<path>${NAME}(?:/${NAME})*)#(?<field>[A-Za-z0-9_.-]{1,128})(?:@(?<version>[1-9]\\d{0,8}))?$`,
);
const AWS = /^aws-sm:\/\/(?<name>[A-Za-z0-9_+=.@-][A-Za-z0-9/_+=.@-]{0,255})(?:#(?<field>[A-Za-z0-9_.-]{1,128}))?$/;
const AZURE = /^azure-kv:\/\/(?<vault>[A-Za-z][A-Za-z0-9-]{1,22}[A-Za-z0-9])\/(?<name>[A-Za-z0-9-]{1,127})$/;
const GCP = /^gcp-sm:\/\/(?<project>[a-z0-9][a-z0-9-]{0,61}[a-z0-9])\/(?<name>[A-Za-z0-9_-]{1,255})$/;
const LOCAL = new RegExp(`^local://(?<name>${NAME})$`);
const ENV = /^env:\/\/(?<name>[A-Za-z_][A-Za-z0-9_]{0,127})$/;
const FILE = /^file:\/\/(?<path>\/?[A-Za-z0-9_.-]+(?:\/[A-Za-z0-9_.-]+)*)$/;
const DOT_SEGMENT = /(?:^|\/)\.\.?(?:\/|$)/;

/**
 * Reads a secret reference or a bare label.
 * @throws ContractError `INVALID_SECRET_REFERENCE`; its message never holds the text, which may be a plain secret.
 */
export function parseSecretReference(text: string): SecretReference {
  const reference = readSecretReference(text);
  if (reference === null) {
    throw new ContractError(
      'INVALID_SECRET_REFERENCE',
      'this is neither a secret reference (vault://mount/path#field, local://name, ...) nor a label such as VAULT_DB_PASSWORD',
    );
  }
  return reference;
}

/** Whether a text is a well-formed secret reference or a bare label. */
export function isSecretReference(text: string): boolean {
  return SECRET_LABEL_PATTERN.test(text) || readSecretReference(text) !== null;
}

/** Writes a reference the way `parseSecretReference` reads it. */
export function formatSecretReference(reference: SecretReference): string {
  switch (reference.scheme) {
    case 'vault': {
      const version = reference.version === undefined ? '' : `@${reference.version}`;
      return `vault://${reference.mount}/${reference.path}#${reference.field}${version}`;
    }
    case 'aws-sm':
      return `aws-sm://${reference.name}${reference.field === undefined ? '' : `#${reference.field}`}`;
    case 'azure-kv':
      return `azure-kv://${reference.vault}/${reference.name}`;
    case 'gcp-sm':
      return `gcp-sm://${reference.project}/${reference.name}`;
    case 'local':
    case 'env':
      return `${reference.scheme}://${reference.name}`;
    case 'file':
      return `file://${reference.path}`;
    case 'label':
      return reference.label;
  }
}

function readSecretReference(text: string): SecretReference | null {
  if (text.length > SECRET_REFERENCE_MAX_LENGTH) return null;
  if (SECRET_LABEL_PATTERN.test(text)) return { scheme: 'label', label: text };
  const scheme = text.slice(0, Math.max(0, text.indexOf('://')));
  switch (scheme) {
    case 'vault':
      return readVault(text);
    case 'aws-sm': {
      const { name, field } = AWS.exec(text)?.groups ?? {};
      return name === undefined ? null : { scheme, name, field };
    }
    case 'azure-kv': {
      const { vault, name } = AZURE.exec(text)?.groups ?? {};
      return vault === undefined || name === undefined ? null : { scheme, vault, name };
    }
    case 'gcp-sm': {
      const { project, name } = GCP.exec(text)?.groups ?? {};
      return project === undefined || name === undefined ? null : { scheme, project, name };
    }
    case 'local':
    case 'env': {
      const { name } = (scheme === 'env' ? ENV : LOCAL).exec(text)?.groups ?? {};
      return name === undefined ? null : { scheme, name };
    }
    case 'file': {
      const { path } = FILE.exec(text)?.groups ?? {};
      return path === undefined || DOT_SEGMENT.test(path) ? null : { scheme, path };
    }
    default:
      return null;
  }
}

function readVault(text: string): SecretReference | null {
  const { mount, path, field, version } = VAULT.exec(text)?.groups ?? {};
  if (mount === undefined || path === undefined || field === undefined || DOT_SEGMENT.test(path)) return null;
  return { scheme: 'vault', mount, path, field, version: version === undefined ? undefined : Number(version) };
}
