import { randomBytes } from 'node:crypto';
import { open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { CliError, createUsageError, reasonOf } from '../cli-error.ts';

const MAX_BYTES = 16 * 1024 * 1024;

/** A file of text that is rewritten whole or not at all. */
export interface TextFile {
  readonly text: string;
  /** Puts another text in its place, under the same permissions. @throws CliError when somebody changed it meanwhile */
  replace(text: string): Promise<void>;
}

/** @throws CliError (64) when it cannot be read, is too large, or is not UTF-8 */
export async function openTextFile(cwd: string, name: string): Promise<TextFile> {
  const given = path.resolve(cwd, name);
  try {
    // A link stays a link: what it leads to is what is replaced.
    const file = await realpath(given);
    const status = await stat(file);
    if (!status.isFile()) throw createUsageError(`${name} is not a file.`, 'Name one YAML file.');
    if (status.size > MAX_BYTES) throw createUsageError(`${name} is over ${MAX_BYTES} bytes.`);
    const bytes = await readFile(file);
    // A byte order mark is part of the text: it is written back.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { text, replace: (next) => replaceFile(file, name, bytes, next, status.mode) };
  } catch (error) {
    if (error instanceof CliError) throw error;
    const reason = reasonOf(error);
    throw createUsageError(
      `${name} cannot be read (${reason}).`,
      'Check the path; it is relative to the working folder.',
    );
  }
}

async function replaceFile(file: string, name: string, known: Buffer, text: string, mode: number): Promise<void> {
  const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.chmod(mode);
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!known.equals(await readFile(file))) {
      throw new CliError(`${name} was changed by somebody else meanwhile, so it was not rewritten.`, {
        hint: 'Run again: what is in the vault already is not lost.',
      });
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (error instanceof CliError) throw error;
    throw new CliError(`${name} cannot be written (${reasonOf(error)}).`, {
      hint: 'Fix the permissions of its folder and run again with --replace.',
      cause: error,
    });
  }
}
