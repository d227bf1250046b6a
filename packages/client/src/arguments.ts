import { invalidArgument, outOfRange } from './errors.ts';

/** Refuses what is no plain object, and members that nobody knows: a misspelt option must not be ignored. */
export function assertKnownKeys(name: string, value: unknown, known: readonly string[]): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidArgument('ERR_INVALID_ARG_TYPE', `${name} must be an object`);
  }
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw invalidArgument('ERR_INVALID_ARG_UNKNOWN', `${name} has no member ${key}`);
  }
}

/** A whole number in a range, or the default where none is given. */
export function resolveInteger(
  name: string,
  value: number | undefined,
  fallback: number,
  [min, max]: readonly [number, number],
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number') throw invalidArgument('ERR_INVALID_ARG_TYPE', `${name} must be a number`);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw outOfRange(`${name} must be a whole number from ${min} to ${max}`);
  }
  return value;
}

/** A text that is not empty and holds no control characters. */
export function resolveText(name: string, value: string): string {
  if (typeof value !== 'string') throw invalidArgument('ERR_INVALID_ARG_TYPE', `${name} must be a text`);
  if (value === '' || /\p{Cc}/u.test(value)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must not be empty or hold control characters`);
  }
  return value;
}
