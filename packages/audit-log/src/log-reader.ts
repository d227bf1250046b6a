import { type FileHandle, open } from 'node:fs/promises';

/** A file that is read from any place, while another process may append to it. */
export interface LogReader {
  sizeBytes(): Promise<number>;
  /** Up to `length` bytes from `offset`; fewer at the end of the file. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** One that its opener closes. */
export interface OpenLogReader extends LogReader, AsyncDisposable {}

/** @throws the system's error when it cannot be opened */
export async function openLogReader(path: string): Promise<OpenLogReader> {
  return toLogReader(await open(path, 'r'));
}

/** Reads by an open handle; disposing closes it. */
export function toLogReader(handle: FileHandle): OpenLogReader {
  return {
    sizeBytes: async () => (await handle.stat()).size,
    async read(offset, length) {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    [Symbol.asyncDispose]: () => handle.close(),
  };
}
