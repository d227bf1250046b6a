import { Command } from 'commander';
import { addAction } from './commands/action.ts';
import { addApply } from './commands/apply.ts';
import { addAudit } from './commands/audit.ts';
import { addCompletion } from './commands/completion.ts';
import { addContext } from './commands/context.ts';
import { addDelete } from './commands/delete.ts';
import { addDoctor } from './commands/doctor.ts';
import { addGet } from './commands/get.ts';
import { addHealth } from './commands/health.ts';
import { addInit } from './commands/init.ts';
import { addPlan } from './commands/plan.ts';
import { addPull } from './commands/pull.ts';
import { addSecrets } from './commands/secrets.ts';
import { addTest } from './commands/test.ts';
import { addValidate } from './commands/validate.ts';
import type { ExitCode } from './exit-codes.ts';
import type { OutputFormat } from './output/terminal.ts';
import type { CommandContext } from './session/command-context.ts';
import type { Runs } from './tree/add-command.ts';
import { addGlobalOptions } from './tree/command-options.ts';

export interface GlobalFlags {
  readonly output?: OutputFormat;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly debug?: boolean;
}

/** Starts what a parsed command line asks for; `main.ts` builds the context, the reference generator never calls it. */
export type Invoke = (flags: GlobalFlags, run: (context: CommandContext) => Promise<ExitCode>) => Promise<void>;

/** The commands in the order of the help. Each file defines one, and imports what it runs when it runs, and only then. */
const COMMANDS: Readonly<Record<string, (program: Command, runs: Runs) => void>> = {
  init: addInit,
  validate: addValidate,
  plan: addPlan,
  apply: addApply,
  get: addGet,
  pull: addPull,
  delete: addDelete,
  health: addHealth,
  test: addTest,
  action: addAction,
  secrets: addSecrets,
  audit: addAudit,
  context: addContext,
  doctor: addDoctor,
  completion: addCompletion,
};

/** Lines of one word, or none, that show no more of a command than its name, operands and summary. */
const OUTLINED: readonly string[] = ['', '-h', '--help', '-V', '--version'];

/** A command without its options: to make the three hundred of the tree takes longer than all else of `dip --help`. */
class OutlinedCommand extends Command {
  override createCommand(name: string): Command {
    return new OutlinedCommand(name);
  }
  override option(): this {
    return this;
  }
  override requiredOption(): this {
    return this;
  }
  override addOption(): this {
    return this;
  }
}

/**
 * The command tree: names, options, help. Given the words of the line that it is to read, it builds no more than they
 * need: the command that they begin with, or an outline where they ask for the help or the version of `dip` itself.
 */
export function createProgram(version: string, invoke: Invoke, line: readonly string[] = ['help']): Command {
  const [word = ''] = line;
  const isWanted = (name: string): boolean => !Object.hasOwn(COMMANDS, word) || name === word;
  const program = new Command('dip')
    .description('Database connectors and data actions for CXone data dips: from reviewed files to answers in time.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print this help')
    .helpCommand('help [command]', 'print the help of a command')
    .configureHelp({ subcommandTerm: termOf })
    .showHelpAfterError('(run with --help for the options and examples)')
    // What follows the name of a command is the command's: `dip action publish ID --version 3` asks for no version of dip.
    .enablePositionalOptions()
    .exitOverride();
  if (line.length <= 1 && OUTLINED.includes(word)) program.createCommand = (name) => new OutlinedCommand(name);
  addGlobalOptions(program);
  program.addHelpText('after', EXIT_CODE_HELP);

  /** The last thing said of a command: its implementation. Its own options win over the same before its name. */
  const runs: Runs = (command, load) => {
    addGlobalOptions(command);
    command.action(async () => {
      const said = [program, ...(command.parent === null ? [] : [command.parent]), command].map((level) =>
        level.opts<GlobalFlags>(),
      );
      const flags = { ...Object.assign({}, ...said), color: said.every(({ color }) => color !== false) };
      const run = await load();
      await invoke(flags, (context) => run(context, command.opts(), command.args));
    });
  };
  for (const [name, add] of Object.entries(COMMANDS)) if (isWanted(name)) add(program, runs);
  // Said between the words of a command, as in `dip audit -o json verify`, they hold too.
  for (const group of program.commands) if (group.commands.length > 0) addGlobalOptions(group, { isHidden: true });
  return program;
}

const EXIT_CODE_HELP = `
Exit codes: 0 done, 1 could not do its job, 2 changes or findings, 64 usage, 130 interrupted.
Settings: flag, then environment, then a file .env here, then a context. \`dip init\` writes a .env.example.`;

/** A command and its operands; that it takes options goes without saying. */
function termOf(command: Command): string {
  const children = command.commands.map((child) => child.name()).filter((name) => name !== 'help');
  const operands = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...(children.length > 0 ? [children.join('|')] : []), ...operands].join(' ');
}
