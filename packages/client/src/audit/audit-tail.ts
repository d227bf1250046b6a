import type { FileHandle } from 'node:fs/promises';
import { sha256Hex } from '@dipswitch/audit-log';
import { type AuditHead, auditRecordSchema, canonicalJson } from '@dipswitch/contract';
import { DipswitchError } from '../errors.ts';

/** Where a file can be continued. */
export interface AuditTail {
  /** The last whole record; null when there is none. */
  readonly head: AuditHead | null;
  /** Bytes up to and with the last line feed. */
  readonly wholeBytes: number;
  /** Bytes of a last line that was cut off while it was written, so never acknowledged. */
  readonly tornBytes: number;
}

const FIRST_LOOK_BYTES = 64 * 1024;
const LINE_FEED = 0x0a;

/** Finds the last whole record. @throws AUDIT_FILE_DEFECT when the last whole line is not one */
export async function readAuditTail(handle: FileHandle): Promise<AuditTail> {
  const { size } = await handle.stat();
  for (let lookBytes = FIRST_LOOK_BYTES; ; lookBytes *= 4) {
    const length = Math.min(size, lookBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
    const bytes = buffer.subarray(0, bytesRead);
    const end = bytes.lastIndexOf(LINE_FEED);
    const start = end <= 0 ? -1 : bytes.lastIndexOf(LINE_FEED, end - 1);
    if (start === -1 && length < size) continue;
    if (end === -1) return { head: null, wholeBytes: 0, tornBytes: size };
    const wholeBytes = size - length + end + 1;
    return { head: headOf(bytes.toString('utf8', start + 1, end)), wholeBytes, tornBytes: size - wholeBytes };
  }
}

function headOf(line: string): AuditHead {
  const record = auditRecordSchema.loose().safeParse(parseJson(line));
  if (!record.success) throw defect('the last line is not an audit record');
  const { hash, ...unsigned } = record.data;
  if (sha256Hex(canonicalJson(unsigned)) !== hash) throw defect('the last record was edited');
  return { sequence: record.data.sequence, hash };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function defect(message: string): DipswitchError {
  return new DipswitchError('AUDIT_FILE_DEFECT', message);
}
