import { type ContextFile, findContext, loadContextFile, type ServerContext } from './context-file.ts';
import { type Environment, nonEmpty } from './environment.ts';
import { createKeyring, type Keyring } from './keyring.ts';
import { type SettingFlags, secretVariableOf } from './settings.ts';

/** The environment with the chosen context under it. */
export interface LaidContext {
  readonly env: Environment;
  /** Null when none was chosen. */
  readonly name: string | null;
  /** Chosen by flag, and the environment names another address, which wins. */
  readonly isOverridden: boolean;
}

/** Bound to the server: anyone who edits the address in the context file does not get the secret sent there. */
export function keyringAccountOf(contextName: string, baseUrl: string): string {
  return `${contextName}@${new URL(baseUrl).origin}`;
}

/**
 * Lays a context under the environment: the one of the flag, of DIP_CONTEXT, or the current one. Its secret is used
 * to its own address only, else the `.env` of a folder that somebody sent could have it sent anywhere.
 * @throws CliError (64) when there is no context of that name
 */
export async function layContext(
  env: Environment,
  flags: SettingFlags,
  signal: AbortSignal,
  keyring: Keyring | null = createKeyring(env),
): Promise<LaidContext> {
  const file = await loadContextFile(env);
  const name = flags.context ?? nonEmpty(env.DIP_CONTEXT) ?? file.current;
  if (name === null) return { env, name, isOverridden: false };
  const context = findContext(file, name);
  const address = flags.baseUrl ?? nonEmpty(env.CXONE_BASE_URL) ?? context.baseUrl;
  const isOwnAddress = address === context.baseUrl;
  const own = isOwnAddress ? await secretSettings(name, context, env, flags, signal, keyring) : {};
  return {
    env: {
      CXONE_BASE_URL: context.baseUrl,
      CXONE_CLIENT_ID: context.clientId,
      ...(context.vaultWebhookUrl === undefined ? {} : { VAULT_WEBHOOK_URL: context.vaultWebhookUrl }),
      ...(isOwnAddress && context.allowPlaintextHttp === true ? { DIP_ALLOW_PLAINTEXT_HTTP: '1' } : {}),
      ...withoutEmpty(env),
      ...own,
      DIP_CONTEXT: name,
    },
    name,
    isOverridden: flags.context !== undefined && flags.baseUrl === undefined && !isOwnAddress,
  };
}

/** The context that a command would use; null for none. */
export function currentName(file: ContextFile, env: Environment): string | null {
  return nonEmpty(env.DIP_CONTEXT) ?? file.current;
}

async function secretSettings(
  name: string,
  context: ServerContext,
  env: Environment,
  flags: SettingFlags,
  signal: AbortSignal,
  keyring: Keyring | null,
): Promise<Environment> {
  if (flags.clientSecretFile !== undefined) return {};
  const variable = nonEmpty(env[secretVariableOf(name)]);
  if (variable !== undefined) return { CXONE_CLIENT_SECRET: variable };
  if (nonEmpty(env.CXONE_CLIENT_SECRET) !== undefined || context.clientSecret !== 'keyring') return {};
  const secret = await keyring?.get(keyringAccountOf(name, context.baseUrl), signal);
  return secret === null || secret === undefined ? {} : { CXONE_CLIENT_SECRET: secret.expose() };
}

function withoutEmpty(env: Environment): Environment {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
}
