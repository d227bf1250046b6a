import { type FileLock, LockHeldError, takeFileLock } from '@dipswitch/audit-log';
import { DipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';

/** On a file system without hard links a lock is empty until its maker has filled it in. */
const EMPTY_LOCK_STALE_MS = 10_000;

/**
 * Takes `FILE.lock`, so that two processes cannot continue one chain from the same record. The lock of a process that
 * is gone is broken; that of another host is left alone, because nothing can be known of it.
 * @throws AUDIT_FILE_LOCKED when it is still held after `waitMs`
 */
export async function takeAuditLock(
  file: string,
  waitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<FileLock> {
  const lockFile = `${file}.lock`;
  try {
    return await takeFileLock(lockFile, { clock, waitMs, signal, emptyStaleMs: EMPTY_LOCK_STALE_MS });
  } catch (error) {
    if (error instanceof LockHeldError) {
      throw new DipswitchError('AUDIT_FILE_LOCKED', `another process holds ${lockFile}`);
    }
    if (signal.aborted) throw signal.reason;
    throw new DipswitchError('AUDIT_FILE_UNWRITABLE', `cannot create ${lockFile}`, { cause: error });
  }
}
