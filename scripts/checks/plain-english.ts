import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CheckResult } from './checks.ts';
import { REFUSED_PHRASES } from './refused-phrases.ts';

const TEXT_FILES = /\.(ts|mjs|md|ya?ml|json|sql|svg)$/;
/** The list itself, its test, texts of others, and what npm writes. */
const EXCLUDED =
  /^(scripts\/checks\/refused-phrases\.ts|test\/unit\/plain-english\.test\.ts|LICENSE|package-lock\.json)$/;

export interface RefusedPhrase {
  readonly line: number;
  readonly found: string;
  readonly instead: string;
}

/** Every refused phrase of a text, with its line; one that runs over a line break counts to the line where it starts. */
export function findRefusedPhrases(text: string): readonly RefusedPhrase[] {
  // A phrase may be broken by a line end and the marks of a comment or a list.
  const flat = text.replace(/\n[ \t]*(?:\*|\/\/|#|>|-)?[ \t]*/g, (lineEnd) => ' '.padEnd(lineEnd.length));
  return REFUSED_PHRASES.flatMap(({ pattern, instead }) => {
    const spaced = new RegExp(pattern.source.replaceAll(' ', ' +'), 'gi');
    return [...flat.matchAll(spaced)].map((match) => ({
      line: text.slice(0, match.index).split('\n').length,
      found: match[0].replaceAll(/ +/g, ' '),
      instead,
    }));
  });
}

/** Holds every tracked text to plain English. */
export async function checkPlainEnglish(): Promise<CheckResult> {
  const files = execFileSync('git', ['ls-files'], { encoding: 'utf8' })
    .split('\n')
    .filter((file) => TEXT_FILES.test(file) && !EXCLUDED.test(file));
  const problems = files.flatMap((file) =>
    findRefusedPhrases(readFileSync(file, 'utf8')).map(
      ({ line, found, instead }) => `${file}:${line}: "${found}"; write: ${instead}`,
    ),
  );
  if (files.length === 0) problems.push('no file was found at all');
  return { passed: problems.length === 0, output: problems.join('\n') };
}
