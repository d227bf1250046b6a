import type { FindingCode } from '../findings/finding-codes.ts';
import { measurePattern } from './measure-pattern.ts';

export interface PatternProblem {
  readonly code: FindingCode;
  readonly message: string;
}

const SOURCE_MAX_LENGTH = 1000;
/** Some ten milliseconds in the worst case. */
const WAYS_MAX = 1_000_000;
const SIZE_MAX = 10_000;

/** Says why a pattern can't be held against the input of callers. Null when it can. */
export function findPatternProblem(source: string, maxLength: number | null): PatternProblem | null {
  if (source.length > SOURCE_MAX_LENGTH) {
    return { code: 'TOO_LONG', message: `must have at most ${SOURCE_MAX_LENGTH} characters` };
  }
  if (!compiles(source)) return { code: 'INVALID_FORMAT', message: 'must be a regular expression (with the flag u)' };
  if (maxLength === null) return { code: 'UNSUPPORTED_SCHEMA', message: 'needs a maxLength, which bounds its work' };
  const { ways, size } = measurePattern(source, maxLength);
  if (ways > WAYS_MAX || size > SIZE_MAX) {
    const message = 'may take too long on some input; begin with ^, give repetitions a bound, or lower maxLength';
    return { code: 'UNSUPPORTED_SCHEMA', message };
  }
  return null;
}

function compiles(source: string): boolean {
  try {
    return new RegExp(source, 'u') !== null;
  } catch {
    return false;
  }
}
