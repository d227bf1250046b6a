import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import type { FileFlags } from '../../files/project-files.ts';
import { checkSecretUses, showReference } from '../../files/secret-uses.ts';
import { renderUnresolved } from '../../files/secret-uses-view.ts';
import { loadSoundProject } from '../../files/sound-project.ts';
import { printStructured } from '../../output/structured.ts';
import { countOf } from '../../output/text.ts';
import type { CommandContext } from '../../session/command-context.ts';
import type { VaultFlags } from '../../session/vault-session.ts';

export interface SecretsCheckFlags extends VaultFlags, FileFlags {}

export async function runSecretsCheck(context: CommandContext, flags: SecretsCheckFlags): Promise<ExitCode> {
  const { terminal } = context;
  const project = await loadSoundProject(context, flags);
  const uses = await checkSecretUses(context, flags, project.desired);
  const failed = uses.filter(({ check }) => !check.resolves);
  const exitCode = failed.length > 0 ? EXIT_CODES.findings : EXIT_CODES.done;
  const result = {
    resolved: uses.length - failed.length,
    unresolved: failed.length,
    references: uses.map((use) => ({
      connectorId: use.connectorId,
      member: use.member,
      reference: showReference(use),
      resolves: use.check.resolves,
      message: use.check.message,
      ...use.source,
    })),
  };
  if (await printStructured(terminal, result)) return exitCode;
  if (failed.length > 0) terminal.result(renderUnresolved(terminal, failed));
  const { good, bad } = terminal.noteStyle;
  if (failed.length > 0)
    terminal.note(`\n${bad(`${countOf(failed.length, 'reference')} of ${uses.length} lead to no value`)}`);
  else terminal.note(`${good('resolved')}: ${countOf(uses.length, 'reference')}`);
  return exitCode;
}
