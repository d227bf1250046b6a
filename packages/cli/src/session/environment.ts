import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { CliError, createUsageError, isErrorWithCode, reasonOf } from '../cli-error.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The environment with `.env` of the working folder under it: a variable that is set already is not replaced. */
export async function loadEnvironment(env: Environment, cwd: string): Promise<Environment> {
  let text: string;
  try {
    text = readFileSync(path.join(cwd, '.env'), 'utf8');
  } catch (error) {
    if (isErrorWithCode(error) && error.code === 'ENOENT') return env;
    throw new CliError(`The file .env cannot be read (${reasonOf(error)}).`, {
      hint: 'Fix its permissions, or remove it and set the variables in the environment.',
      cause: error,
    });
  }
  const merged: Record<string, string | undefined> = { ...parseEnv(text) };
  for (const [name, value] of Object.entries(env)) if (value !== undefined) merged[name] = value;
  return merged;
}

/** A variable that is set to nothing is not set. */
export function nonEmpty(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}

const ON = ['1', 'true', 'yes', 'on'];
const OFF = ['', '0', 'false', 'no', 'off'];

/** A variable that is true or false, spelt as the engine reads its own; not set is false. @throws CliError (64) */
export function readSwitch(env: Environment, name: string): boolean {
  const text = (env[name] ?? '').toLowerCase();
  if (ON.includes(text)) return true;
  if (OFF.includes(text)) return false;
  throw createUsageError(`${name} is neither true nor false.`, `Give one of ${[...ON, ...OFF.slice(1)].join(', ')}.`);
}
