import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Credentials } from '@dipswitch/client';
import { Secret } from '@dipswitch/contract';
import { createUsageError, reasonOf } from '../cli-error.ts';
import { type Environment, nonEmpty } from './environment.ts';

interface IdentityFlags {
  readonly clientId?: string;
  readonly clientSecretFile?: string;
}

/** Credentials, or what is missing of them: one line each, the setting first. */
export type CredentialSettings =
  | { readonly missing: readonly string[] }
  | {
      readonly missing: null;
      readonly credentials: Credentials;
      /** Whom the server knows: the client id, or the id of the access key. */
      readonly clientId: string;
      /** Null where the client proves itself in another way. */
      readonly clientSecret: Secret | null;
    };

const WAYS = ['client_secret_post', 'client_secret_basic', 'private_key_jwt', 'cxone-access-key'];

/** Reads how the client proves itself (`DIP_AUTH`), and what it needs for that. @throws CliError (64) */
export function resolveCredentialSettings(
  flags: IdentityFlags,
  env: Environment,
  options: { readonly cwd: string; readonly ofContext: string },
): CredentialSettings {
  const way = nonEmpty(env.DIP_AUTH) ?? 'client_secret_post';
  if (way === 'cxone-access-key') return resolveAccessKey(env);
  if (way === 'private_key_jwt') return resolvePrivateKey(flags, env, options.cwd);
  if (way === 'client_secret_post' || way === 'client_secret_basic')
    return resolveClientSecret(flags, env, way, options);
  throw createUsageError('DIP_AUTH is no way of authentication.', `It is one of ${WAYS.join(', ')}.`);
}

function resolveClientSecret(
  flags: IdentityFlags,
  env: Environment,
  clientAuthentication: 'client_secret_post' | 'client_secret_basic',
  { cwd, ofContext }: { readonly cwd: string; readonly ofContext: string },
): CredentialSettings {
  const clientId = flags.clientId ?? nonEmpty(env.CXONE_CLIENT_ID);
  const secret =
    flags.clientSecretFile === undefined
      ? nonEmpty(env.CXONE_CLIENT_SECRET)
      : readSmallFile(flags.clientSecretFile, 'client secret', cwd);
  if (clientId === undefined || secret === undefined) {
    return {
      missing: [
        ...(clientId === undefined ? ['CXONE_CLIENT_ID      or --client-id ID'] : []),
        ...(secret === undefined ? [`CXONE_CLIENT_SECRET  or --client-secret-file FILE${ofContext}`] : []),
      ],
    };
  }
  const clientSecret = new Secret(secret);
  const credentials = { ...grantOf(env), clientId, clientSecret, clientAuthentication };
  return { missing: null, credentials, clientId, clientSecret };
}

function resolvePrivateKey(flags: IdentityFlags, env: Environment, cwd: string): CredentialSettings {
  const clientId = flags.clientId ?? nonEmpty(env.CXONE_CLIENT_ID);
  const file = nonEmpty(env.DIP_CLIENT_KEY_FILE);
  const key = file === undefined ? undefined : readSmallFile(file, 'private key', cwd);
  if (clientId === undefined || key === undefined) {
    return {
      missing: [
        ...(clientId === undefined ? ['CXONE_CLIENT_ID      or --client-id ID'] : []),
        ...(key === undefined ? ['DIP_CLIENT_KEY_FILE  a private key as PEM or JWK'] : []),
      ],
    };
  }
  const keyId = nonEmpty(env.DIP_CLIENT_KEY_ID);
  const credentials = {
    ...grantOf(env),
    clientId,
    clientAuthentication: 'private_key_jwt' as const,
    privateKey: new Secret(key),
    ...(keyId === undefined ? {} : { privateKeyId: keyId }),
  };
  return { missing: null, credentials, clientId, clientSecret: null };
}

/** Experimental, and untested against a live tenant. */
function resolveAccessKey(env: Environment): CredentialSettings {
  const accessKeyId = nonEmpty(env.CXONE_ACCESS_KEY_ID);
  const accessKeySecret = nonEmpty(env.CXONE_ACCESS_KEY_SECRET);
  const area = nonEmpty(env.CXONE_AREA);
  const tenantId = nonEmpty(env.CXONE_TENANT_ID);
  if (accessKeyId === undefined || accessKeySecret === undefined || (area ?? tenantId) === undefined) {
    return {
      missing: [
        ...(accessKeyId === undefined ? ['CXONE_ACCESS_KEY_ID'] : []),
        ...(accessKeySecret === undefined ? ['CXONE_ACCESS_KEY_SECRET'] : []),
        ...((area ?? tenantId) === undefined
          ? ['CXONE_AREA           like na1, or CXONE_TENANT_ID to look it up']
          : []),
      ],
    };
  }
  const where = area === undefined ? { tenantId: tenantId ?? '' } : { area };
  const credentials = {
    auth: 'cxone-access-key' as const,
    accessKeyId,
    accessKeySecret: new Secret(accessKeySecret),
    ...where,
  };
  return { missing: null, credentials, clientId: accessKeyId, clientSecret: null };
}

function grantOf(env: Environment): { scope?: string; authorizationServer?: string; resource?: string } {
  const scope = nonEmpty(env.DIP_SCOPE);
  const authorizationServer = nonEmpty(env.DIP_AUTHORIZATION_SERVER);
  const resource = nonEmpty(env.DIP_RESOURCE);
  return {
    ...(scope === undefined ? {} : { scope }),
    ...(authorizationServer === undefined ? {} : { authorizationServer }),
    ...(resource === undefined ? {} : { resource }),
  };
}

function readSmallFile(file: string, what: string, cwd: string): string | undefined {
  try {
    return nonEmpty(readFileSync(path.resolve(cwd, file), 'utf8').trim());
  } catch (error) {
    const reason = reasonOf(error);
    throw createUsageError(
      `The ${what} file ${file} cannot be read (${reason}).`,
      'Check the path and its permissions.',
    );
  }
}
