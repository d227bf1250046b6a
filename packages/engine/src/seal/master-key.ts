import { randomBytes } from 'node:crypto';
import { link, open, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Secret } from '@dipswitch/contract';
import { EngineError } from '../util/engine-error.ts';
import { makeFolder } from '../util/make-folder.ts';
import { createSealer, MASTER_KEY_BYTES, type Sealer } from './sealer.ts';

/** The master key is missing where it must be, malformed, or readable by others. */
class MasterKeyError extends EngineError {
  override readonly name = 'MasterKeyError';
  readonly code = 'MASTER_KEY_UNUSABLE';
}

const FILE_NAME = 'master.key';

/** Reads a key of 32 bytes written as 64 hex digits, base64 or base64url; null when it is none of them. */
export function parseMasterKey(text: string): Uint8Array | null {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(trimmed)) return null;
  const bytes = Buffer.from(trimmed, 'base64url');
  return bytes.length === MASTER_KEY_BYTES ? bytes : null;
}

/**
 * Reads `master.key` of the data folder, or makes it (mode 0600) when there is none. Safe when an engine and a command
 * start at once: the one that links its file first wins, the other reads that one.
 * @throws MasterKeyError `MASTER_KEY_UNUSABLE`
 */
export async function loadMasterKey(dataDir: string): Promise<Uint8Array> {
  await makeFolder(dataDir);
  const path = join(dataDir, FILE_NAME);
  return (await readKeyFile(path)) ?? (await createKeyFile(path));
}

async function readKeyFile(path: string): Promise<Uint8Array | null> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new MasterKeyError(`${path} is readable by others; run: chmod 600 ${path}`);
    }
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    if (error instanceof MasterKeyError) throw error;
    throw new MasterKeyError(`${path} cannot be read`, { cause: error });
  }
  const key = parseMasterKey(text);
  if (key === null) throw new MasterKeyError(`${path} does not hold a key of 32 bytes in base64`);
  return key;
}

async function createKeyFile(path: string): Promise<Uint8Array> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(MASTER_KEY_BYTES).toString('base64')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(temporary, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      throw new MasterKeyError(`${path} cannot be written`, { cause: error });
    }
  } finally {
    await unlink(temporary);
  }
  const key = await readKeyFile(path);
  if (key === null) throw new MasterKeyError(`${path} vanished while it was being made`);
  return key;
}

/**
 * Creates the sealer of a data folder: over the key given, else over the folder's own.
 * @throws MasterKeyError `MASTER_KEY_UNUSABLE`
 */
export async function openSealer(dataDir: string, given: Secret | undefined): Promise<Sealer> {
  if (given === undefined) return createSealer(await loadMasterKey(dataDir));
  const key = parseMasterKey(given.expose());
  if (key === null) throw new MasterKeyError('the master key given does not have 32 bytes');
  return createSealer(key);
}
