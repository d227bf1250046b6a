import { runProgram } from '../checks/run-program.ts';

export interface Verdict {
  readonly name: string;
  readonly passed: boolean;
  /** What the reader needs to fix it. */
  readonly output: string;
}

/** What the judges of npm packages say of a tarball. */
export async function judge(tarball: string, isLibrary: boolean): Promise<readonly Verdict[]> {
  const verdicts = [await ask('publint', ['run', '--strict', tarball])];
  // A program has no types to be wrong.
  if (isLibrary) verdicts.push(await ask('attw', [tarball, '--profile', 'esm-only', '--no-color', '--no-emoji']));
  return verdicts;
}

async function ask(command: string, args: readonly string[]): Promise<Verdict> {
  const { exitCode, output } = await runProgram(command, args);
  return { name: command, passed: exitCode === 0, output };
}
