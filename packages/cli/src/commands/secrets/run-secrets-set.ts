import { VAULT_NAMES, type VaultName } from '@dipswitch/client';
import { Secret } from '@dipswitch/contract';
import { createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { readSecret } from '../../output/read-secret.ts';
import { printStructured } from '../../output/structured.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { resolveVaultName, VAULT_TITLES, type VaultFlags, withVault } from '../../session/vault-session.ts';

/** The vault that a whole reference names by its scheme. */
const VAULT_OF_SCHEME: Readonly<Record<string, VaultName>> = {
  local: 'engine',
  vault: 'vault',
  'aws-sm': 'aws',
  'azure-kv': 'azure',
  'gcp-sm': 'gcp',
};

export async function runSecretsSet(
  context: CommandContext,
  flags: VaultFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const { terminal } = context;
  const name = onlyName(operands);
  const vaultName = flags.vault === undefined ? schemeVault(name) : undefined;
  const chosen = vaultName ?? (await resolveVaultName(context, flags));
  const signal = stopSignal(context.interrupts);
  const stored = await withVault(context, flags, chosen, async (vault) => {
    // Before the value is asked for: nobody should type it twice because of a name.
    const reference = vault.referenceOf(name);
    const value = new Secret(await readSecret(terminal, `Value for ${reference} (not shown): `, signal));
    return await vault.put(reference, value, { signal });
  });
  const { reference, version } = stored;
  if (await printStructured(terminal, { reference, version, vault: chosen })) return EXIT_CODES.done;
  terminal.result(reference);
  terminal.note(`Stored in ${VAULT_TITLES[chosen]}${version === null ? '' : `, version ${version}`}.`);
  return EXIT_CODES.done;
}

/** Nothing of the command line is repeated: what is one too many is a value that should not be there. */
function onlyName(operands: readonly string[]): string {
  const [name, ...rest] = operands;
  if (name !== undefined && rest.length === 0 && !name.startsWith('-')) return name;
  throw createUsageError(
    'Give the name of the secret and nothing else: a value on the command line stays in the history of the shell and in the list of processes.',
    'Type the value when asked, or pipe it in: dip secrets set NAME < file',
  );
}

function schemeVault(name: string): VaultName | undefined {
  const [scheme = '', rest] = name.split('://', 2);
  const vault = rest === undefined ? undefined : VAULT_OF_SCHEME[scheme];
  return VAULT_NAMES.find((known) => known === vault);
}
