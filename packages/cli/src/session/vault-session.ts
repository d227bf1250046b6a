import { createEngineVault, openVault, type SecretVault, VAULT_NAMES, type VaultName } from '@dipswitch/client';
import { createUsageError } from '../cli-error.ts';
import type { CommandContext } from './command-context.ts';
import { loadEnvironment, nonEmpty } from './environment.ts';
import { withClient } from './server-session.ts';
import { isPlaintextHttpAllowed, type SettingFlags } from './settings.ts';

export interface VaultFlags extends SettingFlags {
  readonly vault?: string;
}

/** The vault that a command means: by flag, by `DIP_VAULT`, else the engine's own store. @throws CliError (64) */
export async function resolveVaultName(context: CommandContext, flags: VaultFlags): Promise<VaultName> {
  const env = await loadEnvironment(context.env, context.cwd);
  const given = flags.vault ?? nonEmpty(env.DIP_VAULT) ?? 'engine';
  const name = VAULT_NAMES.find((known) => known === given);
  if (name !== undefined) return name;
  throw createUsageError('DIP_VAULT names no vault that is known.', `Give one of ${VAULT_NAMES.join(', ')}.`);
}

/** Opens the vault, lends it, and closes it whatever happens. */
export async function withVault<Result>(
  context: CommandContext,
  flags: VaultFlags,
  name: VaultName,
  use: (vault: SecretVault) => Promise<Result>,
): Promise<Result> {
  if (name === 'engine') return withClient(context, flags, async ({ secrets }) => use(createEngineVault(secrets)));
  const environment = await loadEnvironment(context.env, context.cwd);
  const allowPlaintextHttp = isPlaintextHttpAllowed(flags, environment);
  await using vault = await openVault(name, { environment, allowPlaintextHttp });
  return await use(vault);
}

/** What people call the vault of a name. */
export const VAULT_TITLES: Readonly<Record<VaultName, string>> = {
  engine: "the engine's own store",
  vault: 'Vault',
  aws: 'AWS Secrets Manager',
  azure: 'Azure Key Vault',
  gcp: 'Google Secret Manager',
};
