import { randomUUID } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../util/make-folder.ts';

/**
 * Reads the identity of the engine that owns a data folder, making it at the first call. Commands that work next to a
 * running engine read the same one.
 */
export async function loadEngineId(dataDir: string): Promise<string> {
  const path = join(dataDir, 'engine-id');
  const found = await readEngineId(path);
  if (found !== undefined) return found;
  await makeFolder(dataDir);
  const candidate = `${path}.${randomUUID()}`;
  await writeFile(candidate, `${randomUUID()}\n`, { mode: 0o600, flush: true });
  // The first link wins when an engine and a command start at once; both then read what is there.
  await link(candidate, path).catch(() => {});
  await rm(candidate, { force: true });
  const made = await readEngineId(path);
  if (made === undefined) throw new Error(`${path} cannot be written`);
  return made;
}

async function readEngineId(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? undefined : text.trim();
}
