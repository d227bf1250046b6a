import type { LogFile } from './log-file.ts';

const FORWARD_CHUNK_BYTES = 1024 * 1024;
const BACKWARD_CHUNK_BYTES = 64 * 1024;
const LINE_END = 0x0a;

/** The complete lines between two offsets, oldest first, a batch for each read. */
export async function* linesForward(file: LogFile, from: number, to: number): AsyncGenerator<readonly string[]> {
  let carry: Buffer = Buffer.alloc(0);
  let position = from;
  while (position < to) {
    const chunk = await file.read(position, Math.min(FORWARD_CHUNK_BYTES, to - position));
    if (chunk.length === 0) return;
    position += chunk.length;
    const block = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const end = block.lastIndexOf(LINE_END) + 1;
    carry = block.subarray(end);
    if (end > 0) yield block.toString('utf8', 0, end - 1).split('\n');
  }
}

export interface PlacedLine {
  readonly text: string;
  /** Offset of its first byte. */
  readonly offset: number;
}

/** The lines before `end`, newest first. The byte before `end` is a line end. */
export async function* linesBackward(file: LogFile, end: number): AsyncGenerator<PlacedLine> {
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
export async function endOfLastLine(file: LogFile, sizeBytes: number): Promise<number> {
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
