import type { Command } from 'commander';
import type { ExitCode } from '../exit-codes.ts';
import type { CommandContext } from '../session/command-context.ts';

type RunCommand<Flags> = (context: CommandContext, flags: Flags, operands: readonly string[]) => Promise<ExitCode>;

/** The last thing said of a command: its implementation, imported when it runs and only then. */
export type Runs = <Flags extends object>(command: Command, load: () => Promise<RunCommand<Flags>>) => void;

export function addCommand(parent: Command, name: string, description: string, examples: readonly string[]): Command {
  return parent
    .command(name)
    .description(description)
    .summary(description.replace(/;.*/, ''))
    .addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ ${line}`).join('\n')}`);
}
