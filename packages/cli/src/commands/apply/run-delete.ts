import { createUsageError } from '../../cli-error.ts';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';
import { assertCanBeAsked, carryOut, confirmPlan } from './run-apply.ts';

export interface DeleteFlags extends SettingFlags {
  readonly yes?: boolean;
  readonly force?: boolean;
}

/** Deletes by id. An id that the server does not have ends it before anything is deleted. */
export async function runDelete(
  context: CommandContext,
  flags: DeleteFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  const [kind, ...named] = operands;
  if (kind !== 'actions' && flags.force === true) {
    throw createUsageError('--force is for data actions that are published.', 'Leave it out for connectors.');
  }
  assertCanBeAsked(context, flags.yes === true);
  const ids = [...new Set(named)];
  const signal = stopSignal(context.interrupts);
  const options =
    kind === 'actions' ? ({ kind: 'data-action', force: flags.force === true, signal } as const) : { signal };
  return await withClient(context, flags, async (client) => {
    const plan = await client.planDeletion(ids, options);
    if (!(await confirmPlan(context, plan, flags.yes === true))) return EXIT_CODES.failed;
    return await carryOut(context, client, plan, { reportFiles: [] });
  });
}
