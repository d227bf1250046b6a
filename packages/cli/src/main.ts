import { readFileSync } from 'node:fs';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { createTerminal, type Terminal, type TextSink } from './output/terminal.ts';
import { createInterruptSource, type InterruptSource } from './process/interrupts.ts';
import { createProcessSink } from './process/process-sink.ts';
import type { CommandContext } from './session/command-context.ts';
import type { GlobalFlags } from './tree/program.ts';
import { readQuickValidate } from './tree/quick-validate.ts';

/** Runs `dip` on this process: arguments, environment, streams and signals are its own, and it sets the exit code. */
export async function main(): Promise<void> {
  const interrupts = createInterruptSource();
  const stdout = createProcessSink(1, () => process.stdout, interrupts.closeOutput);
  const stderr = createProcessSink(
    2,
    () => process.stderr,
    () => undefined,
  );
  const onSignal = createSignalListener(interrupts);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const exitCode = await runProgram(process.argv, { interrupts, stdout, stderr });
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
  await Promise.all([stdout.drain(), stderr.drain()]);
  // Sockets kept alive and a terminal's stdin would hold the process open.
  process.exit(exitCode);
}

interface ProgramStreams {
  readonly interrupts: InterruptSource;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
}

async function runProgram(argv: readonly string[], streams: ProgramStreams): Promise<ExitCode> {
  const { interrupts, stdout, stderr } = streams;
  if (await printRenderedHelp(argv.slice(2), stdout)) return EXIT_CODES.done;
  let seenFlags: GlobalFlags = {};
  const terminalOf = (flags: GlobalFlags): Terminal => createProcessTerminal(flags, streams);
  const invoke = async (flags: GlobalFlags, run: (context: CommandContext) => Promise<ExitCode>): Promise<ExitCode> => {
    seenFlags = flags;
    return await run({
      terminal: terminalOf(flags),
      env: process.env,
      cwd: process.cwd(),
      interrupts,
      now: Date.now,
      sleep,
      createClient: async (options) => (await import('@dipswitch/client')).createDipswitchClient(options),
    });
  };
  try {
    const quick = readQuickValidate(argv.slice(2));
    if (quick === null) return await runCommandTree(argv, { stdout, stderr }, invoke);
    const { runValidate } = await import('./commands/validate.ts');
    return await invoke(quick, (context) => runValidate(context, quick));
  } catch (error) {
    if (interrupts.outputClosed.aborted) return EXIT_CODES.done;
    const { printError } = await import('./output/error-view.ts');
    return printError(terminalOf(seenFlags), error, {
      isInterrupted: interrupts.drain.aborted,
      isDebug: seenFlags.debug === true,
    });
  }
}

/** Help that the build rendered, where it fits; otherwise nothing is printed and the command tree prints its own. */
async function printRenderedHelp(words: readonly string[], stdout: TextSink): Promise<boolean> {
  const last = words.at(-1);
  if (last !== '--help' && last !== '-h') return false;
  const { RENDERED_HELP } = await import('./tree/rendered-help.ts');
  const command = words.slice(0, -1).join(' ');
  const help = Object.hasOwn(RENDERED_HELP, command) ? RENDERED_HELP[command] : undefined;
  if (help === undefined || (stdout.isTTY === true && (stdout.columns ?? 0) < help.columns)) return false;
  stdout.write(stdout.isTTY === true ? help.wide : help.text);
  return true;
}

async function runCommandTree(
  argv: readonly string[],
  { stdout, stderr }: Pick<ProgramStreams, 'stdout' | 'stderr'>,
  invoke: (flags: GlobalFlags, run: (context: CommandContext) => Promise<ExitCode>) => Promise<ExitCode>,
): Promise<ExitCode> {
  const [{ CommanderError }, { createProgram }] = await Promise.all([import('commander'), import('./tree/program.ts')]);
  let exitCode: ExitCode = EXIT_CODES.done;
  const program = createProgram(readVersion(), async (flags, run) => {
    exitCode = await invoke(flags, run);
  });
  program.configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    throw error;
  }
  return exitCode;
}

function createProcessTerminal(flags: GlobalFlags, { stdout, stderr }: ProgramStreams): Terminal {
  return createTerminal({
    stdout,
    stderr,
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    format: flags.output ?? 'table',
    quiet: flags.quiet === true,
    noColor: flags.color === false,
  });
}

/** By hand: `node:timers/promises` is one more module to load before the first word of --help. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The third Ctrl-C ends the process on the spot: whatever hangs then is ours, not the reader's, to sort out. */
function createSignalListener(interrupts: InterruptSource): () => void {
  let presses = 0;
  return () => {
    presses += 1;
    if (presses > 2) process.exit(EXIT_CODES.interrupted);
    interrupts.press();
  };
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown';
}
