import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { CliError, isErrorWithCode, reasonOf } from '../cli-error.ts';

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
