import type { CommandContext } from '../command-context.ts';
import { EXIT_CODES, type ExitCode } from '../exit-codes.ts';
import { stopSignal } from '../interrupts.ts';
import { withClient } from '../server-session.ts';
import type { SettingFlags } from '../settings.ts';
import { assertCanBeAsked, carryOut, confirmPlan } from './apply.ts';

export interface DeleteFlags extends SettingFlags {
  readonly yes?: boolean;
}

/** Deletes by id. An id that the server does not have ends it before anything is deleted. */
export async function runDelete(
  context: CommandContext,
  flags: DeleteFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  assertCanBeAsked(context, flags.yes === true);
  const [, ...ids] = operands;
  return await withClient(context, flags, async (client) => {
    const plan = await client.planDeletion([...new Set(ids)], { signal: stopSignal(context.interrupts) });
    if (!(await confirmPlan(context, plan, flags.yes === true))) return EXIT_CODES.failed;
    return await carryOut(context, client, plan, { reportFiles: [] });
  });
}
