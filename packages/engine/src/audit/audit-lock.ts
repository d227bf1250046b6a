import { type FileLock, LockHeldError, takeFileLock } from '@dipswitch/audit-log';
import type { Clock } from '../util/clock.ts';
import { EngineError } from '../util/engine-error.ts';

/** The audit file belongs to another engine. The message names it and says what to do. */
export class AuditLockedError extends EngineError {
  override readonly name = 'AuditLockedError';
  readonly code = 'AUDIT_LOCKED';
}

export interface AuditLockOptions {
  readonly clock: Clock;
  /** Called when another engine has taken the lock over. */
  readonly onLost: () => void;
}

/** Takes the lock of the audit file of one data folder. @throws AuditLockedError while another engine holds it */
export async function takeAuditLock(path: string, { clock, onLost }: AuditLockOptions): Promise<FileLock> {
  try {
    return await takeFileLock(path, { clock, heartbeat: { onLost } });
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
