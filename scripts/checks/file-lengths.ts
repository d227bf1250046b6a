import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CheckResult } from './checks.ts';

const MAX_LINES = 400;
const CHECKED = /^(packages\/[^/]+\/(src|test)|test|scripts|bench)\/.*\.tsx?$/;
const GENERATED = /\/generated\//;

/** Long files that are allowed, each with the reason: tables alone, which are read by the row. Code is split instead. */
const TABLES: Readonly<Record<string, string>> = {};

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** Every source file that is too long and no table, and every exception that is no longer needed. */
export function findLongFiles(
  files: readonly SourceFile[],
  tables: Readonly<Record<string, string>> = TABLES,
): readonly string[] {
  const lengths = files
    .filter(({ path }) => CHECKED.test(path) && !GENERATED.test(path))
    .map(({ path, text }) => ({ path, lines: countLines(text) }));
  const long = lengths.filter(({ lines }) => lines > MAX_LINES);
  const stale = Object.keys(tables).filter((table) => !long.some(({ path }) => path === table));
  return [
    ...long
      .filter(({ path }) => !(path in tables))
      .map(({ path, lines }) => `${path}: ${lines} lines; split it, ${MAX_LINES} are allowed`),
    ...stale.map((path) => `${path}: not a long file any more; remove its exception`),
  ];
}

function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
}

/** Holds every tracked source and test file to a length that one can read in one go. */
export async function checkFileLengths(): Promise<CheckResult> {
  const paths = execFileSync('git', ['ls-files', '*.ts', '*.tsx'], { encoding: 'utf8' }).split('\n').filter(Boolean);
  const problems = [...findLongFiles(paths.map((path) => ({ path, text: readFileSync(path, 'utf8') })))];
  if (!paths.some((path) => CHECKED.test(path))) problems.push('no file was found at all');
  return { passed: problems.length === 0, output: problems.join('\n') };
}
