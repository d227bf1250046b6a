import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compileCacheEnvironment } from './compile-cache.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/** Path of a program as its package publishes it: `bin` of its package.json. */
function locateProgram(packageName: 'cli' | 'engine', bin: string): string {
  const folder = join(ROOT, 'packages', packageName);
  const manifest: { bin?: Record<string, string> } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = manifest.bin?.[bin];
  if (file === undefined) throw new Error(`packages/${packageName}/package.json publishes no ${bin}`);
  return join(folder, file);
}

export const DIP = locateProgram('cli', 'dip');
export const DIP_ENGINE = locateProgram('engine', 'dip-engine');

export interface ProgramOutcome {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  /** Replaces the environment, but for PATH and HOME: what the caller's shell has set must not change a test. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Receives the program's own output as it comes. */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
  readonly timeoutMs?: number;
}

export function createProgramEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env;
  return { PATH, HOME, ...compileCacheEnvironment(), ...('FORCE_COLOR' in env ? {} : { NO_COLOR: '1' }), ...env };
}

/** Runs `dip` or `dip-engine` to its end as a child process. @throws Error when it outlives `timeoutMs` (60 s). */
export function runProgram(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramOutcome> {
  return new Promise((resolvePromise, reject) => {
    const child = spawn(process.execPath, [program, ...args], {
      cwd: options.cwd ?? ROOT,
      env: createProgramEnvironment(options.env),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      options.onOutput?.(text, 'stdout');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      options.onOutput?.(text, 'stderr');
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${args.join(' ')} did not end in time:\n${stdout}\n${stderr}`));
    }, options.timeoutMs ?? 60_000);
    child.once('error', reject);
    child.once('close', (exitCode, signal) => {
      clearTimeout(timer);
      resolvePromise({ exitCode, signal, stdout, stderr });
    });
    // The program may end without reading: that is its good right.
    child.stdin.on('error', () => {});
    child.stdin.end(options.stdin ?? '');
  });
}

/** As `runProgram`, but anything but exit code 0 is an error that shows what the program said. */
export async function runProgramWell(
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramOutcome> {
  const outcome = await runProgram(program, args, options);
  if (outcome.exitCode === 0) return outcome;
  throw new Error(
    `${args.slice(0, 3).join(' ')} exited with ${outcome.exitCode ?? outcome.signal}:\n${outcome.stdout}\n${outcome.stderr}`,
  );
}
