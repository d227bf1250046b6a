import { readFile } from 'node:fs/promises';
import { Secret } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import { createAwsVault } from './aws-vault.ts';
import { createAzureVault } from './azure-vault.ts';
import { createEngineVault, type EngineSecrets } from './engine-vault.ts';
import { createGcpVault } from './gcp-vault.ts';
import type { KvAuthentication } from './kv-client.ts';
import { createKvVault } from './kv-vault.ts';
import type { SecretVault, VaultName } from './secret-vault.ts';

export interface OpenVaultOptions {
  /** Where the settings of the vault are looked up; the names are those of the vaults' own tools. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Needed for `engine` only; asked for when it is. */
  readonly engineSecrets?: () => Promise<EngineSecrets>;
  /** Accepts plain http to any host. Default false. */
  readonly allowPlaintextHttp?: boolean;
}

/**
 * Makes a vault from the settings of an environment. Nothing is dialled; a certificate that the settings name is read.
 * @throws DipswitchError `VAULT_SETTING_MISSING` with the variables to set
 */
export async function openVault(name: VaultName, options: OpenVaultOptions): Promise<SecretVault> {
  switch (name) {
    case 'engine':
      if (options.engineSecrets === undefined) throw missing('a client of the engine');
      return createEngineVault(await options.engineSecrets());
    case 'vault':
      return openKvVault(options);
    case 'aws':
      return openAwsVault(options);
    case 'azure':
      return createAzureVault({
        vault: required(options, 'DIP_AZURE_VAULT'),
        domain: settingOf(options, 'DIP_AZURE_VAULT_DOMAIN'),
      });
    case 'gcp':
      return createGcpVault({ project: required(options, 'GOOGLE_CLOUD_PROJECT', 'GCLOUD_PROJECT') });
  }
}

async function openKvVault(options: OpenVaultOptions): Promise<SecretVault> {
  const certificate = settingOf(options, 'VAULT_CACERT', 'BAO_CACERT');
  return createKvVault({
    address: required(options, 'VAULT_ADDR', 'BAO_ADDR'),
    authentication: kvAuthentication(options),
    namespace: settingOf(options, 'VAULT_NAMESPACE', 'BAO_NAMESPACE'),
    caCertificate: certificate === undefined ? undefined : await readSetting('VAULT_CACERT', certificate),
    allowPlaintextHttp: options.allowPlaintextHttp,
    mount: settingOf(options, 'DIP_VAULT_MOUNT'),
    folder: settingOf(options, 'DIP_VAULT_FOLDER'),
  });
}

/** The first that the settings have: a token, an AppRole, a Kubernetes role. */
function kvAuthentication(options: OpenVaultOptions): KvAuthentication {
  const token = settingOf(options, 'VAULT_TOKEN', 'BAO_TOKEN');
  if (token !== undefined) return { method: 'token', token: new Secret(token) };
  const roleId = settingOf(options, 'VAULT_ROLE_ID', 'BAO_ROLE_ID');
  if (roleId !== undefined) {
    const secretId = new Secret(required(options, 'VAULT_SECRET_ID', 'BAO_SECRET_ID'));
    return { method: 'app-role', roleId, secretId, ...mountOf(options, 'VAULT_APPROLE_MOUNT') };
  }
  const role = settingOf(options, 'VAULT_K8S_ROLE');
  if (role === undefined) {
    throw missing('VAULT_TOKEN, or VAULT_ROLE_ID and VAULT_SECRET_ID, or VAULT_K8S_ROLE');
  }
  const tokenFile = settingOf(options, 'VAULT_K8S_TOKEN_FILE');
  return {
    method: 'kubernetes',
    role,
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...mountOf(options, 'VAULT_K8S_MOUNT'),
  };
}

function openAwsVault(options: OpenVaultOptions): SecretVault {
  const accessKeyId = settingOf(options, 'AWS_ACCESS_KEY_ID');
  const secretAccessKey = settingOf(options, 'AWS_SECRET_ACCESS_KEY');
  const sessionToken = settingOf(options, 'AWS_SESSION_TOKEN');
  return createAwsVault({
    region: settingOf(options, 'AWS_REGION', 'AWS_DEFAULT_REGION'),
    endpoint: settingOf(options, 'AWS_ENDPOINT_URL_SECRETS_MANAGER', 'AWS_ENDPOINT_URL'),
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : {
          credentials: {
            accessKeyId,
            secretAccessKey: new Secret(secretAccessKey),
            sessionToken: sessionToken === undefined ? undefined : new Secret(sessionToken),
          },
        }),
  });
}

function mountOf(options: OpenVaultOptions, name: string): { readonly mount?: string } {
  const mount = settingOf(options, name);
  return mount === undefined ? {} : { mount };
}

function settingOf({ environment }: OpenVaultOptions, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = environment[name];
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function required(options: OpenVaultOptions, ...names: readonly [string, ...string[]]): string {
  const value = settingOf(options, ...names);
  if (value !== undefined) return value;
  throw missing(names[0]);
}

function missing(what: string): DipswitchError {
  return new DipswitchError('VAULT_SETTING_MISSING', `the settings of the vault lack ${what}`);
}

async function readSetting(name: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new DipswitchError('VAULT_SETTING_MISSING', `the file that ${name} names cannot be read`, { cause });
  }
}
