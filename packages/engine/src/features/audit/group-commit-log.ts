import type { AuditFile } from './audit-file.ts';

interface Group<Mark> {
  text: string;
  count: number;
  mark: Mark;
  readonly durable: PromiseWithResolvers<void>;
}

/**
 * Lines appended to a file, one write and one sync for all that wait. States: `serving` -> `broken` at the first
 * failed write or sync, for good: after a failed sync the kernel may have thrown the pages away and report success
 * next time, so the file is not touched again by this process.
 */
export class GroupCommitLog<Mark> {
  readonly #file: AuditFile;
  readonly #onFailure: (cause: unknown) => Error;
  #next: Group<Mark> | undefined;
  #flushing = false;
  #writingCount = 0;
  #durableBytes: number;
  #durableMark: Mark | undefined;
  #failure: Error | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  /** `onFailure` is called once, and makes the error that everyone who waits or comes later is given. */
  constructor(file: AuditFile, sizeBytes: number, onFailure: (cause: unknown) => Error) {
    this.#file = file;
    this.#durableBytes = sizeBytes;
    this.#onFailure = onFailure;
  }

  /** Size of the part of the file that is known to be on the disk. */
  get durableBytes(): number {
    return this.#durableBytes;
  }

  /** What came with the last durable line of this process. */
  get durableMark(): Mark | undefined {
    return this.#durableMark;
  }

  /** Lines handed over and not yet durable. */
  get pendingCount(): number {
    return this.#writingCount + (this.#next?.count ?? 0);
  }

  /** Takes a line (with its line end) in the order of calls; resolves when it is on the disk. */
  append(line: string, mark: Mark): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    if (this.#next === undefined) {
      const durable = Promise.withResolvers<void>();
      // Whoever offers without waiting must not turn a disk failure into an unhandled rejection.
      durable.promise.catch(() => {});
      this.#next = { text: '', count: 0, mark, durable };
      // A microtask, so that everything this turn of the loop appends shares the write.
      if (!this.#flushing) queueMicrotask(() => void this.#flush());
    }
    const group = this.#next;
    group.text += line;
    group.count += 1;
    group.mark = mark;
    return group.durable.promise;
  }

  /** Resolves when nothing waits any more, whether written or failed. */
  async drain(): Promise<void> {
    if (!this.#flushing && this.#next === undefined) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  async #flush(): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    while (this.#next !== undefined) {
      const group = this.#next;
      this.#next = undefined;
      await this.#write(group);
      // The waiters run first, so that what they append at once joins the next group instead of missing it.
      await undefined;
    }
    this.#flushing = false;
    this.#idle?.resolve();
    this.#idle = undefined;
  }

  async #write(group: Group<Mark>): Promise<void> {
    if (this.#failure !== undefined) {
      group.durable.reject(this.#failure);
      return;
    }
    const bytes = Buffer.from(group.text);
    this.#writingCount = group.count;
    try {
      await this.#file.append(bytes);
      await this.#file.sync();
      this.#writingCount = 0;
    } catch (cause) {
      this.#writingCount = 0;
      this.#failure = this.#onFailure(cause);
      group.durable.reject(this.#failure);
      return;
    }
    this.#durableBytes += bytes.length;
    this.#durableMark = group.mark;
    group.durable.resolve();
  }
}
