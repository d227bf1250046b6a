import { ContractError } from '@dipswitch/contract';
import { UsageError } from '../settings/read-options.ts';
import { EngineError } from '../util/engine-error.ts';
import type { Command, CommandContext } from './command.ts';
import { toCommandHelp, toProgramHelp } from './help.ts';

const EXIT_DONE = 0;
export const EXIT_FAILED = 1;
const EXIT_USAGE = 64;

/**
 * Finds the command that a command line names, runs it and answers the exit code. Expected failures are explained in one
 * line without values; what is not expected is thrown on.
 */
export async function runProgram(
  argv: readonly string[],
  commands: readonly Command[],
  context: CommandContext,
): Promise<number> {
  const command = findCommand(argv, commands);
  const rest = command === undefined ? argv : argv.slice(command.name.split(' ').length);
  if (command === undefined) return refuseUnknown(argv, commands, context);
  if (rest.includes('--help') || rest.includes('-h')) {
    context.print(toCommandHelp(command));
    return EXIT_DONE;
  }
  try {
    await command.run(rest, context);
    return EXIT_DONE;
  } catch (error) {
    if (error instanceof UsageError) {
      const problems = error.problems.map((problem) => `  ${problem}\n`).join('');
      context.explain(`dip-engine ${command.name}:\n${problems}See dip-engine ${command.name} --help\n`);
      return EXIT_USAGE;
    }
    const explanation = toExplanation(error);
    if (explanation === undefined) throw error;
    context.explain(`dip-engine ${command.name}: ${explanation}\n`);
    return EXIT_FAILED;
  }
}

function findCommand(argv: readonly string[], commands: readonly Command[]): Command | undefined {
  return commands.find((command) => command.name.split(' ').every((word, index) => argv[index] === word));
}

function refuseUnknown(argv: readonly string[], commands: readonly Command[], context: CommandContext): number {
  const [first] = argv;
  const isAsked = first === '--help' || first === '-h' || first === 'help';
  const group = commands.filter((command) => command.name.split(' ')[0] === first);
  const help = toProgramHelp(group.length > 0 ? group : commands);
  if (isAsked || (group.length > 0 && argv.some((word) => word === '--help' || word === '-h'))) {
    context.print(help);
    return EXIT_DONE;
  }
  context.explain(first === undefined ? help : `dip-engine: there is no such command\n\n${help}`);
  return EXIT_USAGE;
}

/** What the operator can do something about, in words of ours; a vendor's message may quote the connection string. */
function toExplanation(error: unknown): string | undefined {
  if (error instanceof EngineError) return error.hint === undefined ? error.message : `${error.message}; ${error.hint}`;
  // Those of the contract and of misuse have no value in their messages either.
  if (error instanceof ContractError || error instanceof RangeError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  if (error.code === 'EADDRINUSE') return 'the address is in use by another program; choose another --port';
  if (error.code === 'EACCES' || error.code === 'EADDRNOTAVAIL') return `cannot listen there (${error.code})`;
  return undefined;
}
