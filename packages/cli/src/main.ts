import { readFileSync } from 'node:fs';
import { CommanderError } from 'commander';
import { EXIT_CODES, type ExitCode } from './exit-codes.ts';
import { createInterruptSource, type InterruptSource } from './interrupts.ts';
import { printError } from './output/error-view.ts';
import { createTerminal, type Terminal, type TextSink } from './output/terminal.ts';
import { createProgram, type GlobalFlags } from './program.ts';

/** Runs `dip` on this process: arguments, environment, streams and signals are its own, and it sets the exit code. */
export async function main(): Promise<void> {
  const interrupts = createInterruptSource();
  const stdout = createSafeSink(process.stdout, interrupts.closeOutput);
  const stderr = createSafeSink(process.stderr, () => undefined);
  const onSignal = createSignalListener(interrupts);
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const exitCode = await runProgram(process.argv, { interrupts, stdout, stderr });
  process.off('SIGINT', onSignal);
  process.off('SIGTERM', onSignal);
  await Promise.all([drainStream(process.stdout), drainStream(process.stderr)]);
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
  const terminalFor = (flags: GlobalFlags): Terminal =>
    createTerminal({
      stdout,
      stderr,
      stdin: process.stdin,
      env: process.env,
      format: flags.output ?? 'table',
      quiet: flags.quiet === true,
      noColor: flags.color === false,
    });
  let exitCode: ExitCode = EXIT_CODES.done;
  let seenFlags: GlobalFlags = {};
  const program = createProgram(readVersion(), async (flags, run) => {
    seenFlags = flags;
    exitCode = await run({
      terminal: terminalFor(flags),
      env: process.env,
      cwd: process.cwd(),
      interrupts,
      now: Date.now,
      sleep,
      createClient: async (options) => (await import('@dipswitch/client')).createDipswitchClient(options),
    });
  });
  program.configureOutput({
    writeOut: (text) => void stdout.write(text),
    writeErr: (text) => void stderr.write(text),
  });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT_CODES.done : EXIT_CODES.usage;
    if (interrupts.outputClosed.aborted) return EXIT_CODES.done;
    return printError(terminalFor(seenFlags), error, {
      isInterrupted: interrupts.drain.aborted,
      isDebug: seenFlags.debug === true,
    });
  }
  return exitCode;
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

/** A stream whose reader has left (EPIPE) swallows what follows: that is `| head`, not a failure. */
function createSafeSink(stream: NodeJS.WriteStream, onClosed: () => void): TextSink {
  let isClosed = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
    isClosed = true;
    onClosed();
  });
  return {
    write: (text) => (isClosed ? false : stream.write(text)),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}

function drainStream(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}

function readVersion(): string {
  const parsed: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof parsed === 'object' && parsed !== null && 'version' in parsed ? String(parsed.version) : 'unknown';
}
