import { type FileLock, type FileLockOptions, LockHeldError, takeFileLock } from '@dipswitch/audit-log';
import { EngineError } from '../util/engine-error.ts';

/** The audit file belongs to another engine. The message names it and says what to do. */
export class AuditLockedError extends EngineError {
  override readonly name = 'AuditLockedError';
  readonly code = 'AUDIT_LOCKED';
}

/** Takes the lock of the audit file of one data folder. @throws AuditLockedError while another engine holds it */
export async function takeAuditLock(path: string, options: FileLockOptions): Promise<FileLock> {
  try {
    return await takeFileLock(path, options);
  } catch (error) {
    throw error instanceof LockHeldError ? lockedBy(error) : error;
  }
}

function lockedBy(error: LockHeldError): AuditLockedError {
  if (error.holderPid === null) {
    return new AuditLockedError('several engines are starting on this data folder; start one only', { cause: error });
  }
  const who = `another engine (process ${error.holderPid})`;
  const what = 'stop it, or give this engine a data folder of its own';
  return new AuditLockedError(`${who} writes the audit file of this data folder; ${what}`, { cause: error });
}
