import type { FileHandle } from 'node:fs/promises';

interface PendingLine {
  readonly text: string;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Appends lines to an open file, each on the disk before its promise resolves; lines of the same moment share one fsync.
 * States: open -> broken. After a failed write or fsync nobody knows what is on the disk, so nothing is taken any more.
 */
export class DurableLines {
  readonly #handle: FileHandle;
  #pending: PendingLine[] = [];
  #flushing: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  append(line: string): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    return new Promise((resolve, reject) => {
      this.#pending.push({ text: `${line}\n`, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Resolves when nothing is under way. The file is the caller's to close. */
  async settle(): Promise<void> {
    await this.#flushing;
  }

  async #flush(): Promise<void> {
    // One turn of the loop, so that what is appended together is written together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      try {
        await this.#handle.appendFile(group.map(({ text }) => text).join(''));
        await this.#handle.datasync();
        for (const { resolve } of group) resolve();
      } catch (error) {
        this.#failure = { error };
        for (const { reject } of [...group, ...this.#pending]) reject(error);
        this.#pending = [];
      }
    }
    this.#flushing = undefined;
  }
}
