import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256Hex } from '@dipswitch/audit-log';
import {
  type AuditEvent,
  type AuditHead,
  type AuditRecord,
  canonicalJson,
  chainAuditRecord,
} from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import { type AuditLock, takeAuditLock } from './audit-lock.ts';
import { listAuditSegments, nextSegmentFile } from './audit-segments.ts';
import { readAuditTail } from './audit-tail.ts';

export interface OpenAuditFileOptions {
  readonly clock: Clock;
  /** How long to wait for another process to let go. Default 5 000. */
  readonly lockWaitMs?: number;
  /** A file that has this many bytes is put away as `audit.NNNN.jsonl`, and the next one goes on. Default: never. */
  readonly maxBytes?: number;
  /** Who opens it; named in the record of a recovery. */
  readonly actor: string;
  readonly signal?: AbortSignal;
}

interface OpenedAuditFile {
  readonly handle: FileHandle;
  readonly sizeBytes: number;
  readonly head: AuditHead | null;
}

interface PendingRecord {
  readonly event: AuditEvent;
  readonly resolve: (record: AuditRecord) => void;
  readonly reject: (error: unknown) => void;
}

const DEFAULT_LOCK_WAIT_MS = 5_000;

/**
 * A hash-chained file of audit records, held by one process at a time. States: open -> broken (a write or fsync fails;
 * nothing is taken any more, because after a failed fsync nobody knows what is on the disk) -> closed; open -> closed.
 */
export class AuditFile {
  readonly #file: string;
  readonly #lock: AuditLock;
  readonly #maxBytes: number;
  #handle: FileHandle;
  #sizeBytes: number;
  #head: AuditHead | null;
  #pending: PendingRecord[] = [];
  #flushing: Promise<void> | undefined;
  #failure: DipswitchError | undefined;

  private constructor(file: string, lock: AuditLock, maxBytes: number, opened: OpenedAuditFile) {
    this.#file = file;
    this.#lock = lock;
    this.#maxBytes = maxBytes;
    this.#handle = opened.handle;
    this.#sizeBytes = opened.sizeBytes;
    this.#head = opened.head;
  }

  /**
   * Opens or creates it. A last line that a crash cut off is removed, and a record of that is the next one.
   * @throws AUDIT_FILE_LOCKED, AUDIT_FILE_UNWRITABLE, AUDIT_FILE_DEFECT
   */
  static async open(file: string, options: OpenAuditFileOptions): Promise<AuditFile> {
    await mkdir(dirname(file), { recursive: true }).catch((error: unknown) => {
      throw unwritable(file, error);
    });
    const signal = options.signal ?? new AbortController().signal;
    const lock = await takeAuditLock(file, options.lockWaitMs ?? DEFAULT_LOCK_WAIT_MS, options.clock, signal);
    let handle: FileHandle | undefined;
    try {
      handle = await open(file, 'a+', 0o600);
      const tail = await readAuditTail(handle);
      if (tail.tornBytes > 0) await handle.truncate(tail.wholeBytes);
      await syncFolder(dirname(file));
      const head = tail.head ?? (await headOfNewestSegment(file));
      const opened = { handle, sizeBytes: tail.wholeBytes, head };
      const auditFile = new AuditFile(file, lock, options.maxBytes ?? Number.POSITIVE_INFINITY, opened);
      if (tail.tornBytes > 0) await auditFile.append(recoveryEvent(tail.tornBytes, options));
      return auditFile;
    } catch (error) {
      await handle?.close();
      await lock.release();
      throw error instanceof DipswitchError ? error : unwritable(file, error);
    }
  }

  /** Resolves when the record is on the disk. Records of the same moment share one fsync. @throws AUDIT_FILE_UNWRITABLE */
  append(event: AuditEvent): Promise<AuditRecord> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#pending.push({ event, resolve, reject });
      this.#flushing ??= this.#flush();
    });
  }

  /** Waits for what was appended, then lets go of the file. */
  async close(): Promise<void> {
    await this.#flushing;
    this.#failure ??= new DipswitchError('AUDIT_FILE_UNWRITABLE', 'the audit file was closed');
    await this.#handle.close();
    await this.#lock.release();
  }

  async #flush(): Promise<void> {
    // One turn of the loop, so that what is appended together is written together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      const group = this.#pending;
      this.#pending = [];
      try {
        if (this.#sizeBytes >= this.#maxBytes) await this.#rotate();
        // Canonical lines are verified twice as fast: their members need no sorting then.
        const records = group.map(({ event }) => this.#chain(event));
        const bytes = Buffer.from(records.map((record) => `${canonicalJson(record)}\n`).join(''));
        await this.#handle.appendFile(bytes);
        await this.#handle.datasync();
        this.#sizeBytes += bytes.length;
        for (const [index, { resolve }] of group.entries()) {
          const record = records[index];
          if (record !== undefined) resolve(record);
        }
      } catch (error) {
        this.#failure = unwritable(this.#file, error);
        for (const { reject } of [...group, ...this.#pending]) reject(this.#failure);
        this.#pending = [];
      }
    }
    // In the same turn as the look at what is pending: whoever was just told may append before any other turn.
    this.#flushing = undefined;
  }

  /** A crash between the two names leaves no current file; `open` then goes on from the newest one put away. */
  async #rotate(): Promise<void> {
    await this.#handle.close();
    await rename(this.#file, nextSegmentFile(this.#file, await listAuditSegments(this.#file)));
    this.#handle = await open(this.#file, 'ax', 0o600);
    this.#sizeBytes = 0;
    await syncFolder(dirname(this.#file));
  }

  #chain(event: AuditEvent): AuditRecord {
    const record = chainAuditRecord(event, this.#head, sha256Hex);
    this.#head = { sequence: record.sequence, hash: record.hash };
    return record;
  }
}

/** Where the chain goes on when the current file holds no record yet. */
async function headOfNewestSegment(file: string): Promise<AuditHead | null> {
  const newest = (await listAuditSegments(file)).at(-1);
  if (newest === undefined) return null;
  await using handle = await open(newest.file, 'r');
  const { head, tornBytes } = await readAuditTail(handle);
  if (head === null || tornBytes > 0) {
    throw new DipswitchError('AUDIT_FILE_DEFECT', `${newest.file} does not end in a whole record`);
  }
  return head;
}

function recoveryEvent(truncatedBytes: number, options: OpenAuditFileOptions): AuditEvent {
  return {
    timestamp: new Date(options.clock.now()).toISOString(),
    eventType: 'AUDIT_TAIL_RECOVERED',
    status: 'SUCCESS',
    latencyMs: 0,
    details: { truncatedBytes },
    actor: options.actor,
    tenant: '',
    requestId: '',
  };
}

function unwritable(file: string, cause: unknown): DipswitchError {
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
  return new DipswitchError('AUDIT_FILE_UNWRITABLE', `cannot write ${file}${code}`, { cause });
}

/** A new file's name is on the disk only when its folder is. Windows cannot, and need not, sync a folder. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
