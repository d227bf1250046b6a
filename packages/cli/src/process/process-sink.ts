import { fstatSync, statSync, writeSync } from 'node:fs';
import type { TextSink } from '../output/terminal.ts';

/** One of the process's output streams. */
export interface ProcessSink extends TextSink {
  /** Resolves when everything was handed to the system. */
  drain(): Promise<void>;
}

/**
 * Writes to a file or a pipe with plain system calls, and makes Node's stream only for a terminal or a reader that is
 * too slow: creating one takes a tenth of the time that `dip --help` may take. A reader that has left (EPIPE) swallows
 * what follows: that is `| head`, not a failure.
 */
export function createProcessSink(
  fileDescriptor: 1 | 2,
  openStream: () => NodeJS.WriteStream,
  onClosed: () => void,
): ProcessSink {
  let isClosed = false;
  let opened: NodeJS.WriteStream | undefined;
  const isDirect = isFileOrPipe(fileDescriptor);
  const heed = (error: unknown): void => {
    if (!isErrno(error) || (error.code !== 'EPIPE' && error.code !== 'EIO')) throw error;
    isClosed = true;
    onClosed();
  };
  const stream = (): NodeJS.WriteStream => {
    opened ??= openStream().on('error', heed);
    return opened;
  };
  return {
    write: (text) => {
      if (isClosed) return false;
      if (!isDirect || opened !== undefined) return stream().write(text);
      try {
        const rest = writeDirectly(fileDescriptor, Buffer.from(text));
        return rest === null ? true : stream().write(rest);
      } catch (error) {
        heed(error);
        return false;
      }
    },
    get isTTY() {
      return isDirect ? false : stream().isTTY;
    },
    get columns() {
      return isDirect ? undefined : stream().columns;
    },
    get rows() {
      return isDirect ? undefined : stream().rows;
    },
    drain: () =>
      new Promise((resolve) => {
        if (opened === undefined || opened.destroyed || !opened.writable) resolve();
        else opened.write('', () => resolve());
      }),
  };
}

/** Returns what a reader that is slower than its pipe has left over. */
function writeDirectly(fileDescriptor: number, bytes: Buffer): Buffer | null {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(fileDescriptor, bytes, written);
    } catch (error) {
      if (!isErrno(error) || error.code !== 'EAGAIN') throw error;
      return bytes.subarray(written);
    }
  }
  return null;
}

/** Windows has pipes of another kind, which Node's stream knows. */
function isFileOrPipe(fileDescriptor: number): boolean {
  if (process.platform === 'win32') return false;
  try {
    const stats = fstatSync(fileDescriptor);
    if (stats.isCharacterDevice()) return stats.rdev === statSync('/dev/null').rdev;
    return stats.isFile() || stats.isFIFO() || stats.isSocket();
  } catch {
    return false;
  }
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
