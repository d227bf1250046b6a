import { constants } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { Secret } from '@dipswitch/contract';
import { digestOf } from './env-secret-provider.ts';
import type { SecretProvider } from './secret-provider.ts';
import { SecretUnresolvedError } from './secret-unresolved-error.ts';

export interface FileSecretOptions {
  /** Only files below this folder are read, e.g. `/run/secrets`. */
  readonly root: string;
  /** The folder belongs to the host, not to a tenant: only these may use it. */
  readonly tenants: readonly string[];
}

export const MAX_SECRET_FILE_BYTES = 64 * 1024;

/**
 * `file://path`: a file below the configured folder, as orchestrators mount secrets. An absolute path must lie below
 * the folder, a relative one starts there. Links are followed (mounted secrets are links), but not out of the folder.
 * One line break at the end is not part of the value. Off unless the operator turns it on.
 */
export function createFileSecretProvider(options: FileSecretOptions): SecretProvider<'file'> {
  return {
    async resolve(tenant, { path }) {
      const reference = `file://${path}`;
      if (!options.tenants.includes(tenant)) {
        throw new SecretUnresolvedError(reference, 'the operator has not opened file:// to this tenant');
      }
      const value = await readWithin(options.root, path, reference);
      return { value: new Secret(value), version: digestOf(value) };
    },
  };
}

async function readWithin(root: string, path: string, reference: string): Promise<string> {
  const wanted = path.startsWith(sep) ? resolve(path) : join(root, path);
  const file = await openWithin(root, wanted, reference);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new SecretUnresolvedError(reference, 'it is not a regular file');
    if (status.size > MAX_SECRET_FILE_BYTES) {
      throw new SecretUnresolvedError(reference, `the file is larger than ${MAX_SECRET_FILE_BYTES} bytes`);
    }
    const text = (await file.readFile('utf8')).replace(/\r?\n$/, '');
    if (text === '') throw new SecretUnresolvedError(reference, 'the file is empty');
    return text;
  } finally {
    await file.close();
  }
}

/** One answer for "outside", "missing" and "unreadable": a tenant must not explore the host's files by the difference. */
async function openWithin(root: string, wanted: string, reference: string): Promise<FileHandle> {
  try {
    const [realRoot, real] = await Promise.all([realpath(root), realpath(wanted)]);
    const below = relative(realRoot, real);
    if (below !== '' && below !== '..' && !below.startsWith(`..${sep}`)) {
      // The resolved path has no link left; a link put there since then is refused rather than followed.
      return await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    }
  } catch (cause) {
    throw new SecretUnresolvedError(reference, UNREADABLE, { cause });
  }
  throw new SecretUnresolvedError(reference, UNREADABLE);
}

const UNREADABLE = 'there is no readable file at this path below the folder that the operator opened';
