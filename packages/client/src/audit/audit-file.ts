import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import {
  type FileLock,
  GroupCommitLog,
  headOfNewestSegment,
  LogDefectError,
  type LogFile,
  openLogFile,
  readTail,
  rotateLogFile,
  sha256Hex,
} from '@dipswitch/audit-log';
import {
  type AuditEvent,
  type AuditHead,
  type AuditRecord,
  canonicalJson,
  chainAuditRecord,
} from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import { takeAuditLock } from './audit-lock.ts';

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
  readonly lock: FileLock;
  readonly logFile: LogFile;
  readonly sizeBytes: number;
  readonly head: AuditHead | null;
}

const DEFAULT_LOCK_WAIT_MS = 5_000;

/**
 * A hash-chained file of audit records, held by one process at a time. States: open -> broken (a write or fsync fails;
 * nothing is accepted any more, because after a failed fsync nobody knows what is on the disk) -> closed; open -> closed.
 */
export class AuditFile {
  readonly #file: string;
  readonly #lock: FileLock;
  readonly #log: GroupCommitLog<null>;
  #head: AuditHead | null;
  #failure: DipswitchError | undefined;

  private constructor(file: string, options: OpenAuditFileOptions, opened: OpenedAuditFile) {
    const { clock, maxBytes = Number.POSITIVE_INFINITY } = options;
    this.#file = file;
    this.#lock = opened.lock;
    this.#head = opened.head;
    this.#log = new GroupCommitLog(opened.logFile, opened.sizeBytes, {
      clock,
      onFailure: (cause) => this.#break(cause),
      rotation: { maxBytes, next: (full) => rotateLogFile(file, full) },
    });
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
    let logFile: LogFile | undefined;
    try {
      logFile = await openLogFile(file);
      const tail = await readTail(logFile);
      if (tail.tornBytes > 0) await logFile.truncate(tail.wholeBytes);
      const head = tail.head ?? (await headOfNewestSegment(file));
      const auditFile = new AuditFile(file, options, { lock, logFile, sizeBytes: tail.wholeBytes, head });
      if (tail.tornBytes > 0) await auditFile.append(recoveryEvent(tail.tornBytes, options));
      return auditFile;
    } catch (error) {
      await logFile?.close();
      await lock.release();
      if (error instanceof LogDefectError) throw new DipswitchError('AUDIT_FILE_DEFECT', error.message);
      throw error instanceof DipswitchError ? error : unwritable(file, error);
    }
  }

  /** Resolves when the record is on the disk. Records of the same moment share one fsync. @throws AUDIT_FILE_UNWRITABLE */
  async append(event: AuditEvent): Promise<AuditRecord> {
    if (this.#failure !== undefined) throw this.#failure;
    const { record, line } = this.#chain(event);
    await this.#log.append(line, null);
    return record;
  }

  /** Waits for what was appended, then lets go of the file. */
  async close(): Promise<void> {
    await this.#log.drain();
    this.#failure ??= new DipswitchError('AUDIT_FILE_UNWRITABLE', 'the audit file was closed');
    await this.#log.close();
    await this.#lock.release();
  }

  #chain(event: AuditEvent): { readonly record: AuditRecord; readonly line: string } {
    try {
      const record = chainAuditRecord(event, this.#head, sha256Hex);
      // Canonical lines are verified twice as fast: their members need no sorting then.
      const line = `${canonicalJson(record)}\n`;
      this.#head = { sequence: record.sequence, hash: record.hash };
      return { record, line };
    } catch (error) {
      throw this.#break(error);
    }
  }

  #break(cause: unknown): DipswitchError {
    this.#failure ??= unwritable(this.#file, cause);
    return this.#failure;
  }
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
