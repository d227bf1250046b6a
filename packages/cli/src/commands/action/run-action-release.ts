import type { DipswitchClient, PublishDataActionOptions } from '@dipswitch/client';
import type { DataActionResource } from '@dipswitch/contract';
import { EXIT_CODES, type ExitCode } from '../../exit-codes.ts';
import { printStructured } from '../../output/structured.ts';
import { neutralizeControls } from '../../output/text.ts';
import { stopSignal } from '../../process/interrupts.ts';
import type { CommandContext } from '../../session/command-context.ts';
import { withClient } from '../../session/server-session.ts';
import type { SettingFlags } from '../../session/settings.ts';

export interface ActionReleaseFlags extends SettingFlags {
  readonly version?: number;
}

type Release = (client: DipswitchClient, id: string, options: PublishDataActionOptions) => Promise<DataActionResource>;

/** Makes a version the one that runs, by default the newest. */
export function runActionPublish(
  context: CommandContext,
  flags: ActionReleaseFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  return release(context, flags, operands, (client, id, options) => client.publishDataAction(id, options));
}

/** Makes an earlier version the one that runs, by default the one before. */
export function runActionRollback(
  context: CommandContext,
  flags: ActionReleaseFlags,
  operands: readonly string[],
): Promise<ExitCode> {
  return release(context, flags, operands, (client, id, options) => client.rollbackDataAction(id, options));
}

async function release(
  context: CommandContext,
  flags: ActionReleaseFlags,
  operands: readonly string[],
  carryOut: Release,
): Promise<ExitCode> {
  const { terminal } = context;
  const version = flags.version === undefined ? {} : { version: flags.version };
  return await withClient(context, flags, async (client) => {
    const signal = stopSignal(context.interrupts);
    const stored = await carryOut(client, operands[0] ?? '', { signal, ...version });
    if (await printStructured(terminal, stored)) return EXIT_CODES.done;
    const { style, noteStyle } = terminal;
    const id = style.bold(neutralizeControls(stored.actionId));
    terminal.result(`${style.good('ok')}  ${id} version ${stored.publishedVersion ?? '-'} runs now`);
    if (stored.publishedVersion !== stored.version) {
      const newest = `The newest version is ${stored.version}; the next \`dip apply\` publishes it again`;
      terminal.note(noteStyle.caution(`${newest}, unless \`dip pull actions\` or an editor brings the files back.`));
    }
    return EXIT_CODES.done;
  });
}
