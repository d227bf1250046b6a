import type { FindingCode } from '../finding-codes.ts';

export interface PatternProblem {
  readonly code: FindingCode;
  readonly message: string;
}

/** Says why a pattern can't be held against the input of callers. Null when it can. */
export function findPatternProblem(source: string, maxLength: number | null): PatternProblem | null {
  if (!compiles(source)) return { code: 'INVALID_FORMAT', message: 'must be a regular expression (with the flag u)' };
  if (maxLength === null) return { code: 'UNSUPPORTED_SCHEMA', message: 'needs a maxLength, which bounds its work' };
  return null;
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u') !== null;
  } catch {
    return false;
  }
}
