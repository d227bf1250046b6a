import { close, constants, fdatasync, fstat, ftruncate, open, read, write } from 'node:fs';
import { dirname } from 'node:path';
import type { LogReader } from './log-reader.ts';
import { syncFolder } from './sync-folder.ts';

/** The file under a log: the few calls it makes, so that a test can make any one of them fail. */
export interface LogFile extends LogReader {
  /** Writes all of `bytes` at the end, or rejects with any part of them written. */
  append(bytes: Buffer): Promise<void>;
  /** Forces what was appended to the disk. After a rejection nothing is known of it, and asking again proves nothing. */
  sync(): Promise<void>;
  truncate(sizeBytes: number): Promise<void>;
  close(): Promise<void>;
}

const FILE_MODE = 0o600;

export interface OpenLogFileOptions {
  /** Fails with `EEXIST` when the file is there already; default false. */
  readonly isNew?: boolean;
}

/** Opens `path` for reading and appending, making it (0600) when it is missing. The folder has to exist. */
export async function openLogFile(path: string, { isNew = false }: OpenLogFileOptions = {}): Promise<LogFile> {
  const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (isNew ? constants.O_EXCL : 0);
  const descriptor = await new Promise<number>((resolve, reject) => {
    open(path, flags, FILE_MODE, (error, opened) => (error ? reject(error) : resolve(opened)));
  });
  await syncFolder(dirname(path));
  return new NodeLogFile(descriptor);
}

class NodeLogFile implements LogFile {
  readonly #descriptor: number;
  #closing: Promise<void> | undefined;

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  sizeBytes(): Promise<number> {
    return new Promise((resolve, reject) => {
      fstat(this.#descriptor, (error, stats) => (error ? reject(error) : resolve(stats.size)));
    });
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = await new Promise<number>((resolve, reject) => {
        read(this.#descriptor, buffer, filled, length - filled, offset + filled, (error, bytesRead) =>
          error ? reject(error) : resolve(bytesRead),
        );
      });
      if (count === 0) break;
      filled += count;
    }
    return buffer.subarray(0, filled);
  }

  async append(bytes: Buffer): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      written += await new Promise<number>((resolve, reject) => {
        write(this.#descriptor, bytes, written, bytes.length - written, null, (error, count) =>
          error ? reject(error) : resolve(count),
        );
      });
    }
  }

  sync(): Promise<void> {
    return new Promise((resolve, reject) => {
      fdatasync(this.#descriptor, (error) => (error ? reject(error) : resolve()));
    });
  }

  truncate(sizeBytes: number): Promise<void> {
    return new Promise((resolve, reject) => {
      ftruncate(this.#descriptor, sizeBytes, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Idempotent: the system may have given the number of a closed descriptor to another file. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve, reject) => {
      close(this.#descriptor, (error) => (error ? reject(error) : resolve()));
    });
    return this.#closing;
  }
}
