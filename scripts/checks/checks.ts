import { existsSync, globSync } from 'node:fs';
import { basename } from 'node:path';
import { checkFileLengths } from './file-lengths.ts';
import { checkLayers } from './layers.ts';
import { checkPlainEnglish } from './plain-english.ts';
import { runProgram } from './run-program.ts';

export interface CheckResult {
  readonly passed: boolean;
  /** What the reader needs to fix it; shown only when it failed. */
  readonly output: string;
}

export interface Check {
  readonly name: string;
  run(): Promise<CheckResult>;
}

const program = (name: string, command: string, args: readonly string[]): Check => ({
  name,
  async run() {
    const { exitCode, output } = await runProgram(command, args);
    return { passed: exitCode === 0, output };
  },
});

/** Every check of `npm run check`, in the order of their report. */
export function listChecks(): readonly Check[] {
  const checks = [
    program('format and lint', 'biome', ['ci', '--colors=off', '--diagnostic-level=warn', '.']),
    program('types', 'tsc', ['--noEmit', '--pretty', 'false', '-p', 'tsconfig.json']),
    { name: 'layers', run: checkLayers },
    { name: 'file lengths', run: checkFileLengths },
    { name: 'plain English', run: checkPlainEnglish },
    program('unused code', 'knip', ['--no-progress']),
  ];
  if (existsSync('packages/console/tsconfig.json')) {
    checks.push(program('types of the console', 'tsc', ['--noEmit', '--pretty', 'false', '-p', 'packages/console']));
  }
  for (const file of globSync('scripts/generate-*.ts').sort()) {
    const what = basename(file, '.ts').slice('generate-'.length).replaceAll('-', ' ');
    checks.push(program(`generated: ${what}`, process.execPath, [file, '--check']));
  }
  return checks;
}
