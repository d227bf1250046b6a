import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseCheckpoint } from '@dipswitch/audit-log';

/** A record that is known from elsewhere. */
export interface KnownHead {
  readonly sequence: number;
  /** The whole hash, or how it begins. */
  readonly hash: string;
  /** Who says so, for the message. */
  readonly source: string;
}

/** What an engine keeps next to its audit file. */
const CHECKPOINT_FILE = 'checkpoints.jsonl';
const HASH = /^[0-9a-f]{64}$/;

/**
 * The checkpoints that an engine wrote next to this audit file, in order. Their signatures need the engine's master key
 * and are not judged here; a half-written line is passed over, as the engine does.
 */
export async function loadCheckpointHeads(file: string): Promise<readonly KnownHead[]> {
  const text = await readFile(join(dirname(file), CHECKPOINT_FILE), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  return text.split('\n').flatMap((line) => {
    const checkpoint = parseCheckpoint(line);
    if (checkpoint === null) return [];
    const { sequence, hash } = checkpoint;
    if (!Number.isSafeInteger(sequence) || sequence < 1 || !HASH.test(hash)) return [];
    return [{ sequence, hash, source: `a checkpoint in ${CHECKPOINT_FILE}` }];
  });
}
