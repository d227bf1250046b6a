import { type AuditDefect, type AuditHead, createAuditVerifier } from '@dipswitch/contract';
import type { AuditCheckpoint } from './audit-checkpoint.ts';
import { endOfLastLine, linesForward } from './lines.ts';
import type { LogFile } from './log-file.ts';
import { sha256Hex } from './sha256-hex.ts';

export interface RecoveredChain {
  readonly sizeBytes: number;
  readonly head: AuditHead | null;
  /** Bytes of a half-written last record that were cut off. */
  readonly droppedBytes: number;
  /** Why nothing may be appended: the chain does not verify. */
  readonly defect: { readonly sequence: number | null; readonly message: string } | null;
}

/**
 * Makes an audit file fit to be appended to: cuts a half-written last record, then verifies every record since
 * `checkpoint` (all of them without one).
 */
export async function recoverChain(file: LogFile, checkpoint: AuditCheckpoint | null): Promise<RecoveredChain> {
  const found = await file.sizeBytes();
  const sizeBytes = await endOfLastLine(file, found);
  const droppedBytes = found - sizeBytes;
  if (checkpoint !== null && sizeBytes < checkpoint.offsetBytes) {
    const message = `the file ends before record ${checkpoint.sequence}, which a signed checkpoint names`;
    return { sizeBytes, head: null, droppedBytes: 0, defect: { sequence: checkpoint.sequence, message } };
  }
  if (droppedBytes > 0) {
    await file.truncate(sizeBytes);
    await file.sync();
  }
  const start = checkpoint === null ? null : { sequence: checkpoint.sequence, hash: checkpoint.hash };
  const { head, defect } = await verifyRange(file, checkpoint?.offsetBytes ?? 0, sizeBytes, start);
  return {
    sizeBytes,
    head,
    droppedBytes,
    defect: defect === null ? null : { sequence: defect.sequence, message: defect.message },
  };
}

/** Verifies the records between two offsets against the chain that leads up to them. Stops at the first defect. */
export async function verifyRange(
  file: LogFile,
  from: number,
  to: number,
  start: AuditHead | null,
): Promise<{ readonly head: AuditHead | null; readonly defect: AuditDefect | null; readonly records: number }> {
  const verifier = createAuditVerifier(sha256Hex, start ?? undefined);
  for await (const lines of linesForward(file, { from, to })) {
    for (const line of lines) {
      const defect = verifier.push(line);
      if (defect !== null) return { head: start, defect, records: verifier.finish().records };
    }
  }
  const { head, records } = verifier.finish();
  return { head: head ?? start, defect: null, records };
}
