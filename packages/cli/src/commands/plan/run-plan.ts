import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deletionLimit, hasChanges, type Plan, renderPlanFile } from '@dipswitch/client';
import { CliError, reasonOf } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import type { FileFlags } from '../../files/project-files.ts';
import { checkSecretUses, type SecretUse } from '../../files/secret-uses.ts';
import { renderUnresolved } from '../../files/secret-uses-view.ts';
import { loadSoundProject } from '../../files/sound-project.ts';
import { countKinds, renderOrphans, renderPlan } from '../../output/plan-view.ts';
import { printStructured } from '../../output/structured.ts';
import { countOf } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { VaultFlags } from '../../session/vault-session.ts';

export interface PlanFlags extends FileFlags, VaultFlags {
  readonly checkSecrets?: boolean;
  readonly prune?: boolean;
  readonly draft?: boolean;
  readonly out?: string;
}

export async function runPlan(context: CommandContext, flags: PlanFlags): Promise<ExitCode> {
  const project = await loadSoundProject(context, flags);
  const signal = stopSignal(context.interrupts);
  const plan = await withClient(context, flags, (client) =>
    client.plan(project.desired, { prune: flags.prune === true, draft: flags.draft === true, signal }),
  );
  const uses = flags.checkSecrets === true ? await checkSecretUses(context, flags, project.desired) : [];
  const unresolved = uses.filter(({ check }) => !check.resolves);
  if (flags.out !== undefined && unresolved.length === 0) await writePlan(path.resolve(context.cwd, flags.out), plan);
  await printPlan(context, plan);
  if (flags.prune === true) noteUnseen(context, plan);
  if (unresolved.length > 0) throw toUnresolvedError(context, unresolved);
  if (flags.out !== undefined) {
    context.terminal.note(`\nWritten to ${flags.out}. \`dip apply ${flags.out}\` carries out exactly this.`);
  }
  if (plan.summary.delete > deletionLimit(plan)) {
    const { delete: deletions } = plan.summary;
    context.terminal.note(`\nSo many deletions need --max-delete ${deletions}, or --yes, when they are applied.`);
  }
  return hasChanges(plan) ? EXIT_CODES.findings : EXIT_CODES.done;
}

/** Says which connectors would get no secret. A plan with such a one is not written to a file. */
function toUnresolvedError({ terminal }: CommandContext, unresolved: readonly SecretUse[]): CliError {
  terminal.alert(`\n${renderUnresolved(terminal, unresolved)}\n`);
  const connectors = new Set(unresolved.map(({ connectorId }) => connectorId));
  return new CliError(`${countOf(connectors.size, 'connector')} would get no secret.`, {
    hint: 'Store what is missing with `dip secrets set`, or correct the references above.',
  });
}

async function writePlan(file: string, plan: Plan): Promise<void> {
  try {
    await writeFile(file, renderPlanFile(plan));
  } catch (error) {
    throw new CliError(`The plan cannot be written to ${file} (${reasonOf(error)}).`, {
      hint: 'Name another file with --out.',
      cause: error,
    });
  }
}

/** Pruning that could not see everything must not look as if it had. */
export function noteUnseen({ terminal }: CommandContext, { dataActionsRead }: Plan): void {
  if (dataActionsRead) return;
  const reason = 'the server has none, or this client lacks the scope dataactions:read';
  terminal.note(terminal.noteStyle.caution(`\nData actions were not looked at, so none is pruned: ${reason}.`));
}

async function printPlan({ terminal }: CommandContext, plan: Plan): Promise<void> {
  if (await printStructured(terminal, plan)) return;
  if (hasChanges(plan)) {
    terminal.note(terminal.noteStyle.dim(`Compared with ${plan.server}\n`));
    terminal.result(renderPlan(plan, terminal.style, terminal.columns));
  } else {
    terminal.result(`${terminal.style.good('No changes')}: ${countKinds(plan.changes)} as the files say.`);
    if (plan.orphans.length > 0) terminal.result(renderOrphans(plan, terminal.style));
  }
}
