import type { Clock } from './clock.ts';
import type { LogFile } from './log-file.ts';

/** How long a line that nobody waits for may stay in memory, so that many share a write and a sync. */
const OFFER_DELAY_MS = 50;
/** Text that is written without waiting for more, in UTF-16 units. */
const OFFER_TEXT_MAX = 1024 * 1024;

interface Group<Mark> {
  text: string;
  count: number;
  /** Lines among them that nobody waits for. */
  offered: number;
  /** To be written as soon as the file is free, and not when the delay is over. */
  isDue: boolean;
  mark: Mark;
  readonly durable: PromiseWithResolvers<void>;
}

export interface GroupCommitLogOptions {
  readonly clock: Clock;
  /** Called once, with the cause; makes the error that everyone who waits or comes later is given. */
  readonly onFailure: (cause: unknown) => Error;
  /** Called with the number of offered lines that were lost by that failure. */
  readonly onOffersLost?: (count: number) => void;
  /** Before a write to a file that has this many bytes `next` puts it away and opens the one that goes on. Default: never. */
  readonly rotation?: { readonly maxBytes: number; readonly next: (full: LogFile) => Promise<LogFile> };
}

/**
 * Lines appended to a file, one write and one sync for all that wait; lines that are only offered wait a little for
 * company first. States: `serving` -> `broken` at the first
 * failed write or sync, for good: after a failed sync the kernel may have thrown the pages away and report success
 * next time, so the file is not touched again by this process.
 */
export class GroupCommitLog<Mark> {
  #file: LogFile;
  readonly #options: GroupCommitLogOptions;
  #offerTimer: { cancel(): void } | undefined;
  #next: Group<Mark> | undefined;
  #flushing = false;
  #writingCount = 0;
  #durableBytes: number;
  #durableMark: Mark | undefined;
  #failure: Error | undefined;
  #idle: PromiseWithResolvers<void> | undefined;

  constructor(file: LogFile, sizeBytes: number, options: GroupCommitLogOptions) {
    this.#file = file;
    this.#durableBytes = sizeBytes;
    this.#options = options;
  }

  /** Size of the part of the current file that is known to be on the disk. */
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
    const group = this.#take(line, mark);
    if (!group.isDue) this.#makeDue(group);
    return group.durable.promise;
  }

  /** Takes a line like `append`, but nobody waits: it goes to the disk with the next that is appended, or soon. */
  offer(line: string, mark: Mark): void {
    if (this.#failure !== undefined) {
      this.#options.onOffersLost?.(1);
      return;
    }
    const group = this.#take(line, mark);
    group.offered += 1;
    if (group.isDue) return;
    if (group.text.length >= OFFER_TEXT_MAX) this.#makeDue(group);
    else this.#offerTimer ??= this.#options.clock.setTimer(OFFER_DELAY_MS, () => this.#makeDue(group));
  }

  /** Resolves when nothing waits any more, whether written or failed. */
  async drain(): Promise<void> {
    if (this.#next !== undefined && !this.#next.isDue) this.#makeDue(this.#next);
    if (!this.#flushing && this.#next === undefined) return;
    this.#idle ??= Promise.withResolvers<void>();
    await this.#idle.promise;
  }

  /** Waits for what was handed over, then closes the current file. */
  async close(): Promise<void> {
    await this.drain();
    await this.#file.close();
  }

  #take(line: string, mark: Mark): Group<Mark> {
    if (this.#next === undefined) {
      const durable = Promise.withResolvers<void>();
      // A caller that offers without waiting must not turn a disk failure into an unhandled rejection.
      durable.promise.catch(() => {});
      this.#next = { text: '', count: 0, offered: 0, isDue: false, mark, durable };
    }
    const group = this.#next;
    group.text += line;
    group.count += 1;
    group.mark = mark;
    return group;
  }

  #makeDue(group: Group<Mark>): void {
    group.isDue = true;
    this.#offerTimer?.cancel();
    this.#offerTimer = undefined;
    // A microtask, so that everything this turn of the loop appends shares the write.
    if (!this.#flushing) queueMicrotask(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    if (this.#flushing) return;
    this.#flushing = true;
    while (this.#next?.isDue === true) {
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
    if (this.#failure !== undefined) return this.#lose(group, this.#failure);
    const bytes = Buffer.from(group.text);
    this.#writingCount = group.count;
    const { rotation } = this.#options;
    try {
      if (rotation !== undefined && this.#durableBytes >= rotation.maxBytes) {
        this.#file = await rotation.next(this.#file);
        this.#durableBytes = 0;
      }
      await this.#file.append(bytes);
      await this.#file.sync();
      this.#writingCount = 0;
    } catch (cause) {
      this.#writingCount = 0;
      this.#failure = this.#options.onFailure(cause);
      return this.#lose(group, this.#failure);
    }
    this.#durableBytes += bytes.length;
    this.#durableMark = group.mark;
    group.durable.resolve();
  }

  #lose(group: Group<Mark>, failure: Error): void {
    group.durable.reject(failure);
    if (group.offered > 0) this.#options.onOffersLost?.(group.offered);
  }
}
