import type { LogReader } from './log-reader.ts';

/** Stays in the processor's cache while it is decoded, parsed and hashed; 1 MiB takes a fifth longer for a record. */
const FORWARD_CHUNK_BYTES = 128 * 1024;
const BACKWARD_CHUNK_BYTES = 64 * 1024;
/** No record is this long; the bound keeps a file without line feeds from filling the memory. */
const LINE_MAX_BYTES = 4 * 1024 * 1024;
const LINE_END = 0x0a;

export interface ReadLinesOptions {
  /** Offset of the first byte; default 0. */
  readonly from?: number;
  /** Offset behind the last byte; default the end of the file. */
  readonly to?: number;
  /** Whether what follows the last line end is a line too; default false. */
  readonly withRest?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The lines of a file, oldest first, a batch for each read: a promise for each line would cost more than its hash. Whole
 * lines are decoded at once, because a text that is joined from two reads has to be copied again before it can be parsed.
 */
export async function* linesForward(
  file: LogReader,
  { from = 0, to = Number.POSITIVE_INFINITY, withRest = false, signal }: ReadLinesOptions = {},
): AsyncGenerator<readonly string[]> {
  let carry: Buffer = Buffer.alloc(0);
  let position = from;
  while (position < to) {
    signal?.throwIfAborted();
    // A long line is read in ever longer pieces: each is joined to what came before it, which copies that again.
    const length = Math.max(FORWARD_CHUNK_BYTES, carry.length);
    const chunk = await file.read(position, Math.min(length, to - position));
    if (chunk.length === 0) break;
    position += chunk.length;
    const block = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const end = chunk.lastIndexOf(LINE_END);
    if (end === -1) {
      // What is kept of an endless line is not a record either.
      carry = block.length < LINE_MAX_BYTES ? block : block.subarray(0, 1);
      continue;
    }
    yield block.toString('utf8', 0, carry.length + end).split('\n');
    carry = chunk.subarray(end + 1);
  }
  if (withRest && carry.length > 0) yield [carry.toString('utf8')];
}

export interface PlacedLine {
  readonly text: string;
  /** Offset of its first byte. */
  readonly offset: number;
}

/** The lines before `end`, newest first. The byte before `end` is a line end. */
export async function* linesBackward(file: LogReader, end: number): AsyncGenerator<PlacedLine> {
  let carry: Buffer = Buffer.alloc(0);
  let position = end;
  while (position > 0) {
    const length = Math.min(BACKWARD_CHUNK_BYTES, position);
    position -= length;
    const block = Buffer.concat([await file.read(position, length), carry]);
    let lineEnd = block.length;
    while (lineEnd >= 2) {
      const previousEnd = block.lastIndexOf(LINE_END, lineEnd - 2);
      if (previousEnd === -1) break;
      yield { text: block.toString('utf8', previousEnd + 1, lineEnd - 1), offset: position + previousEnd + 1 };
      lineEnd = previousEnd + 1;
    }
    carry = block.subarray(0, lineEnd);
  }
  if (carry.length > 0) yield { text: carry.toString('utf8', 0, carry.length - 1), offset: 0 };
}

/** Offset behind the last line end: what follows is a record that was being written when the engine died. */
export async function endOfLastLine(file: LogReader, sizeBytes: number): Promise<number> {
  let position = sizeBytes;
  while (position > 0) {
    const length = Math.min(BACKWARD_CHUNK_BYTES, position);
    const chunk = await file.read(position - length, length);
    const lineEnd = chunk.lastIndexOf(LINE_END);
    if (lineEnd !== -1) return position - length + lineEnd + 1;
    position -= length;
  }
  return 0;
}

/** The last lines, oldest first; what follows the last line end is one too. Read from the end: the size does not matter. */
export async function readLastLines(file: LogReader, count: number): Promise<readonly string[]> {
  const sizeBytes = await file.sizeBytes();
  const end = await endOfLastLine(file, sizeBytes);
  const lines = end < sizeBytes ? [(await file.read(end, sizeBytes - end)).toString('utf8')] : [];
  for await (const { text } of linesBackward(file, end)) {
    if (lines.length >= count) break;
    lines.push(text);
  }
  return lines.slice(0, count).reverse();
}
