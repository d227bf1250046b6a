import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { isErrorWithCode, reasonOf } from './cli-error.ts';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { createTerminal, type Terminal } from './output/terminal.ts';
import { createInterruptSource, type InterruptSource } from './process/interrupts.ts';
import { createProgram, type GlobalFlags } from './program.ts';
import type { CommandContext } from './session/command-context.ts';

/** Runs `dip` on this process: arguments, environment, streams and signals are its own, and it sets the exit code. */
export async function main(): Promise<void> {
  const interrupts = createInterruptSource();
  let outputFailure: unknown;
  process.stdout.on('error', (error) => {
    if (!isReaderGone(error)) outputFailure ??= error;
    interrupts.closeOutput();
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => undefined);
  const onSignal = createSignalListener(interrupts);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const exitCode = await runProgram(process.argv, interrupts);
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
  await flush(process.stdout);
  if (outputFailure !== undefined) {
    process.stderr.write(`error: The output cannot be written (${reasonOf(outputFailure)}).\n`);
  }
  await flush(process.stderr);
  // Sockets kept alive and a terminal's stdin would hold the process open.
  process.exit(outputFailure === undefined ? exitCode : EXIT_CODES.failed);
}

async function runProgram(argv: readonly string[], interrupts: InterruptSource): Promise<ExitCode> {
  let seenFlags: GlobalFlags = {};
  let exitCode: ExitCode = EXIT_CODES.done;
  const program = createProgram(
    readVersion(),
    async (flags, run) => {
      seenFlags = flags;
      exitCode = await run(createContext(flags, interrupts));
    },
    argv.slice(2),
  );
  try {
    await program.parseAsync(argv);
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    if (interrupts.outputClosed.aborted) return EXIT_CODES.done;
    const { printError } = await import('./output/error-view.ts');
    return printError(createProcessTerminal(seenFlags), error, {
      isInterrupted: interrupts.drain.aborted,
      isDebug: seenFlags.debug === true,
    });
  }
}

function createContext(flags: GlobalFlags, interrupts: InterruptSource): CommandContext {
  return {
    terminal: createProcessTerminal(flags),
    env: process.env,
    cwd: process.cwd(),
    interrupts,
    now: Date.now,
    sleep,
    createClient: async (options) => (await import('@dipswitch/client')).createDipswitchClient(options),
  };
}

function createProcessTerminal(flags: GlobalFlags): Terminal {
  return createTerminal({
    stdout: process.stdout,
    stderr: process.stderr,
    get stdin() {
      return process.stdin;
    },
    env: process.env,
    format: flags.output ?? 'table',
    quiet: flags.quiet === true,
    noColor: flags.color === false,
  });
}

/** A reader that has left is `| head`, not a failure. */
function isReaderGone(error: unknown): boolean {
  return isErrorWithCode(error) && (error.code === 'EPIPE' || error.code === 'EIO');
}

/** Resolves when everything written was handed to the system, or cannot be. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
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
