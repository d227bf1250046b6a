import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { CliError, createUsageError, isErrorWithCode, reasonOf } from '../cli-error.ts';
import type { Environment } from './environment.ts';

/** Where a context's client secret is; the secret itself never is in the file. */
export type SecretPlace = 'environment' | 'keyring';

/** A server by name, so that nobody retypes an address. */
export interface ServerContext {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: SecretPlace;
  readonly vaultWebhookUrl?: string;
  readonly allowPlaintextHttp?: boolean;
}

export interface ContextFile {
  /** The context that is meant when none is named. */
  readonly current: string | null;
  readonly contexts: ReadonlyMap<string, ServerContext>;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const OTHERS_MAY_WRITE = 0o022;
const EMPTY: ContextFile = { current: null, contexts: new Map() };

/** @throws CliError (64) */
export function assertContextName(name: string): string {
  if (NAME.test(name)) return name;
  throw createUsageError(
    'That is no name for a context.',
    'Letters, digits, dot, dash and underscore, at most 64, beginning with a letter or a digit.',
  );
}

/** XDG's place for configuration, or Windows's; null where the environment names no home. */
export function contextFilePath(env: Environment, platform: NodeJS.Platform = process.platform): string | null {
  // The XDG specification wants a relative path to be passed over.
  const xdg = env.XDG_CONFIG_HOME !== undefined && path.isAbsolute(env.XDG_CONFIG_HOME) ? env.XDG_CONFIG_HOME : null;
  const home = env.HOME === undefined || env.HOME === '' ? null : path.join(env.HOME, '.config');
  const folder = xdg ?? (platform === 'win32' ? (env.APPDATA ?? null) : home);
  return folder === null ? null : path.join(folder, 'dipswitch', 'contexts.json');
}

/** No file is no contexts. @throws CliError (64) when it cannot be read, is none, or others may write it */
export async function loadContextFile(env: Environment): Promise<ContextFile> {
  const file = contextFilePath(env);
  if (file === null) return EMPTY;
  let text: string;
  let mode: number;
  try {
    text = await readFile(file, 'utf8');
    ({ mode } = await stat(file));
  } catch (error) {
    if (isErrorWithCode(error) && ['ENOENT', 'ENOTDIR'].includes(error.code)) return EMPTY;
    throw unusable(file, `cannot be read (${reasonOf(error)})`);
  }
  if (process.platform !== 'win32' && (mode & OTHERS_MAY_WRITE) !== 0) {
    // Anyone who can write it can name another server, and our secret would be sent there.
    throw unusable(file, 'may be written by others', `Run: chmod 600 ${file}`);
  }
  const parsed = parseContextFile(text);
  if (parsed === null) throw unusable(file, 'is not a context file', 'Remove it and add your contexts again.');
  return parsed;
}

/** Replaces the file as a whole, readable by its owner alone. @throws CliError */
export async function saveContextFile(env: Environment, contents: ContextFile): Promise<void> {
  const file = contextFilePath(env);
  if (file === null) {
    throw createUsageError('There is no place for contexts: HOME is not set.', 'Set HOME or XDG_CONFIG_HOME.');
  }
  const value = { current: contents.current, contexts: Object.fromEntries(contents.contexts) };
  const temporary = `${file}.${randomUUID()}`;
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(value, null, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    const reason = reasonOf(error);
    throw new CliError(`${file} cannot be written (${reason}).`, {
      hint: 'Check the permissions of the folder and the space on the disk.',
      cause: error,
    });
  }
}

/** The context of that name. @throws CliError (64) that lists those there are */
export function findContext(file: ContextFile, name: string): ServerContext {
  const found = file.contexts.get(name);
  if (found !== undefined) return found;
  const names = [...file.contexts.keys()].sort();
  throw createUsageError(
    NAME.test(name) ? `There is no context ${name}.` : 'There is no context of that name.',
    names.length === 0 ? '`dip context add` makes one.' : `There are: ${names.join(', ')}.`,
  );
}

function parseContextFile(text: string): ContextFile | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || !isObject(value.contexts)) return null;
  const contexts = new Map<string, ServerContext>();
  for (const [name, entry] of Object.entries(value.contexts)) {
    if (!NAME.test(name) || !isServerContext(entry)) return null;
    contexts.set(name, entry);
  }
  const { current } = value;
  if (current === null) return { current, contexts };
  return typeof current === 'string' && contexts.has(current) ? { current, contexts } : null;
}

const MEMBERS = ['baseUrl', 'clientId', 'clientSecret', 'vaultWebhookUrl', 'allowPlaintextHttp'];

function isServerContext(value: unknown): value is ServerContext {
  if (!isObject(value) || Object.keys(value).some((name) => !MEMBERS.includes(name))) return false;
  const { baseUrl, clientId, clientSecret, vaultWebhookUrl, allowPlaintextHttp } = value;
  return (
    typeof baseUrl === 'string' &&
    typeof clientId === 'string' &&
    (clientSecret === 'environment' || clientSecret === 'keyring') &&
    ['string', 'undefined'].includes(typeof vaultWebhookUrl) &&
    ['boolean', 'undefined'].includes(typeof allowPlaintextHttp)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unusable(file: string, what: string, hint = 'Check the path and its permissions.'): CliError {
  return createUsageError(`The context file ${file} ${what}.`, hint);
}
