import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { compileCacheEnvironment } from '../../../../test/support/compile-cache.ts';

export const DIP_PROGRAM = fileURLToPath(new URL('../../bin/dip.mjs', import.meta.url));

export interface DipRun {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

export interface DipOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export interface DipProcess {
  readonly child: ChildProcessWithoutNullStreams;
  readonly done: Promise<DipRun>;
}

/** Starts the real `bin/dip.mjs` with nothing of this process's environment but the PATH. */
export function startDip(args: readonly string[], { cwd, env = {}, input }: DipOptions): DipProcess {
  const child = spawn(process.execPath, [DIP_PROGRAM, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...compileCacheEnvironment(), ...env },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  if (input !== undefined) child.stdin.end(input);
  const done = new Promise<DipRun>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => resolve({ exitCode, out, err }));
  });
  return { child, done };
}

export async function runDip(args: readonly string[], options: DipOptions): Promise<DipRun> {
  return await startDip(args, { input: '', ...options }).done;
}
