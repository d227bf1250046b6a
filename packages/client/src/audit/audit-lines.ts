import type { FileHandle } from 'node:fs/promises';
import { linesForward, openLogChain, readLastLines, toLogReader } from '@dipswitch/audit-log';

/** The lines of a file, a batch for each read; what follows the last line feed is a line too. */
export function readLineBatches(handle: FileHandle, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
  return linesForward(toLogReader(handle), { withRest: true, signal });
}

/**
 * The last lines of an audit file and, where it has too few, of those rotated away from it; oldest first. Read from
 * the end, so the size does not matter.
 * @throws the system's error when nothing can be read
 */
export async function readLastAuditLines(file: string, count: number): Promise<readonly string[]> {
  const chain = await openLogChain(file);
  let lines: readonly string[] = [];
  try {
    for (const part of chain.files.toReversed()) {
      if (lines.length >= count) break;
      await using reader = await part.open();
      lines = [...(await readLastLines(reader, count - lines.length)), ...lines];
    }
  } finally {
    await chain.close();
  }
  return lines;
}
