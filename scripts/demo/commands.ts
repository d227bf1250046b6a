import { spawn } from 'node:child_process';
import { DIP, runProgram } from '../../test/support/product-programs.ts';
import type { Printer } from './printer.ts';

export interface DemoShell {
  /** Shows and runs a `dip` command. @throws Error unless its exit code is one of `expected` (default 0) */
  dip(args: readonly string[], expected?: readonly number[]): Promise<void>;
}

/**
 * Runs `dip` as a reader would in the root of the checkout. On a terminal the program gets the terminal itself, so that
 * its progress bar shows; otherwise its output is passed on line by line.
 */
export function createDemoShell(
  printer: Printer,
  environment: Readonly<Record<string, string>>,
  onTerminal: boolean,
): DemoShell {
  const { FORCE_COLOR } = process.env;
  const env = FORCE_COLOR === undefined ? environment : { ...environment, FORCE_COLOR };
  return {
    async dip(args, expected = [0]) {
      printer.command(`npx dip ${args.join(' ')}`);
      const exitCode = onTerminal
        ? await runOnTerminal(args, env)
        : (await runProgram(DIP, args, { env, onOutput: (text) => printer.output(text) })).exitCode;
      if (exitCode === null || !expected.includes(exitCode)) {
        throw new Error(`dip ${args.join(' ')} exited with ${exitCode}`);
      }
    },
  };
}

function runOnTerminal(args: readonly string[], environment: Readonly<Record<string, string>>): Promise<number | null> {
  const { PATH, HOME, TERM, NO_COLOR } = process.env;
  return new Promise((resolve, reject) => {
    const env = { PATH, HOME, TERM, NO_COLOR, ...environment };
    const child = spawn(process.execPath, [DIP, ...args], { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  });
}
