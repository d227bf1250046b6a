import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printStructured } from '../../output/structured.ts';
import { renderTable } from '../../output/table.ts';
import { countOf, neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { resolveVaultName, VAULT_TITLES, type VaultFlags, withVault } from '../../session/vault-session.ts';

export async function runSecretsList(context: CommandContext, flags: VaultFlags): Promise<ExitCode> {
  const { terminal } = context;
  const name = await resolveVaultName(context, flags);
  const signal = stopSignal(context.interrupts);
  const secrets = await withVault(context, flags, name, (vault) => vault.list({ signal }));
  if (await printStructured(terminal, secrets)) return EXIT_CODES.done;
  if (secrets.length > 0) {
    const columns = [
      { title: 'REFERENCE', cell: (row: (typeof secrets)[number]) => neutralizeControls(row.reference), shrinks: true },
      { title: 'VERSION', cell: (row: (typeof secrets)[number]) => neutralizeControls(row.version ?? '-') },
      { title: 'UPDATED', cell: (row: (typeof secrets)[number]) => neutralizeControls(row.updatedAt ?? '-') },
    ];
    terminal.result(renderTable(terminal, columns, secrets));
  }
  terminal.note(`${countOf(secrets.length, 'secret')} in ${VAULT_TITLES[name]}.`);
  return EXIT_CODES.done;
}
