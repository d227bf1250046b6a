import { createProgram } from '../packages/cli/src/tree/program.ts';
import type { RenderedHelp } from '../packages/cli/src/tree/rendered-help.ts';

type Command = ReturnType<typeof createProgram>;

/** What `dip` prints where stdout is no terminal. */
const PLAIN_COLUMNS = 80;
const WIDE_COLUMNS = 1000;

/** The help of every command, by its path. */
export async function renderHelp(): Promise<Record<string, RenderedHelp>> {
  const rendered: Record<string, RenderedHelp> = {};
  for (const path of listPaths(createProgram('', never))) {
    const text = await captureHelp(path, PLAIN_COLUMNS);
    const wide = await captureHelp(path, WIDE_COLUMNS);
    rendered[path.join(' ')] = { text, wide, columns: Math.max(...wide.split('\n').map((line) => line.length)) };
  }
  return rendered;
}

/** Of the commands, outermost first; `help` itself is left to the tree. */
function listPaths(command: Command, path: readonly string[] = []): (readonly string[])[] {
  const below = command.commands.filter((child) => child.name() !== 'help');
  return [path, ...below.flatMap((child) => listPaths(child, [...path, child.name()]))];
}

async function captureHelp(path: readonly string[], columns: number): Promise<string> {
  let text = '';
  const program = createProgram('', never);
  const configure = (command: Command): void => {
    command.exitOverride().configureOutput({
      writeOut: (written) => {
        text += written;
      },
      getOutHelpWidth: () => columns,
      getOutHasColors: () => false,
    });
    command.commands.forEach(configure);
  };
  configure(program);
  await program.parseAsync([...path, '--help'], { from: 'user' }).catch((error: unknown) => {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'commander.helpDisplayed') throw error;
  });
  return text;
}

async function never(): Promise<void> {
  throw new Error('help ran a command');
}
