import type { FileHandle } from 'node:fs/promises';
import { openAuditChain } from './audit-segments.ts';

/** Stays in the processor's cache while it is decoded, parsed and hashed; 1 MiB takes a fifth longer for a record. */
const CHUNK_BYTES = 128 * 1024;
const TAIL_BLOCK_BYTES = 64 * 1024;
/** No record is this long; the bound keeps a file without line feeds from filling the memory. */
const LINE_MAX_BYTES = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;

/**
 * The lines of a file, a batch for each read: a promise for each line would cost more than its hash. Whole lines are
 * decoded at once, because a text that is joined from two reads has to be copied again before it can be parsed.
 */
export async function* readLineBatches(handle: FileHandle, signal?: AbortSignal): AsyncGenerator<readonly string[]> {
  let buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  let position = 0;
  for (;;) {
    signal?.throwIfAborted();
    if (filled === buffer.length) {
      if (buffer.length < LINE_MAX_BYTES) buffer = Buffer.concat([buffer], buffer.length * 2);
      // What is kept of an endless line is not a record either.
      else filled = 1;
    }
    const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, position);
    if (bytesRead === 0) break;
    position += bytesRead;
    const end = buffer.subarray(filled, filled + bytesRead).lastIndexOf(LINE_FEED) + filled;
    const hasLine = end >= filled;
    filled += bytesRead;
    if (!hasLine) continue;
    yield buffer.toString('utf8', 0, end).split('\n');
    buffer.copyWithin(0, end + 1, filled);
    filled -= end + 1;
  }
  if (filled > 0) yield [buffer.toString('utf8', 0, filled)];
}

/**
 * The last lines of an audit file and, where it has too few, of those rotated away from it; oldest first. Read from
 * the end, so the size does not matter.
 * @throws the system's error when nothing can be read
 */
export async function readLastAuditLines(file: string, count: number): Promise<readonly string[]> {
  const chain = await openAuditChain(file);
  let lines: string[] = [];
  try {
    for (const part of chain.files.toReversed()) {
      if (lines.length >= count) break;
      const handle = await part.open();
      try {
        lines = [...(await readLastLines(handle, count - lines.length)), ...lines];
      } finally {
        await handle.close();
      }
    }
  } finally {
    await chain.close();
  }
  return lines;
}

async function readLastLines(handle: FileHandle, count: number): Promise<readonly string[]> {
  let position = (await handle.stat()).size;
  const blocks: Buffer[] = [];
  let lineFeeds = 0;
  // One line feed more than lines: the file ends with one.
  while (position > 0 && lineFeeds <= count) {
    const length = Math.min(TAIL_BLOCK_BYTES, position);
    position -= length;
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position);
    const block = buffer.subarray(0, bytesRead);
    for (const byte of block) if (byte === LINE_FEED) lineFeeds += 1;
    blocks.push(block);
  }
  const lines = Buffer.concat(blocks.reverse()).toString('utf8').split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(-count);
}
