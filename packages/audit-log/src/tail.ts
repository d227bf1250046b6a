import { type AuditHead, auditRecordSchema, canonicalJson } from '@dipswitch/contract';
import { endOfLastLine, linesBackward } from './lines.ts';
import { type LogReader, openLogReader } from './log-reader.ts';
import { listSegments } from './segments.ts';
import { sha256Hex } from './sha256-hex.ts';

/** Where a file can be continued. */
export interface LogTail {
  /** The last whole record; null when there is none. */
  readonly head: AuditHead | null;
  /** Bytes up to and with the last line feed. */
  readonly wholeBytes: number;
  /** Bytes of a last line that was cut off while it was written, so never acknowledged. */
  readonly tornBytes: number;
}

/** The last whole line is not a record that hashes to what it says. */
export class LogDefectError extends Error {
  override readonly name = 'LogDefectError';
}

/** Finds the last whole record. @throws LogDefectError when the last whole line is not one */
export async function readTail(file: LogReader): Promise<LogTail> {
  const sizeBytes = await file.sizeBytes();
  const wholeBytes = await endOfLastLine(file, sizeBytes);
  const tornBytes = sizeBytes - wholeBytes;
  for await (const { text } of linesBackward(file, wholeBytes)) return { head: headOf(text), wholeBytes, tornBytes };
  return { head: null, wholeBytes, tornBytes };
}

function headOf(line: string): AuditHead {
  const record = auditRecordSchema.loose().safeParse(parseJson(line));
  if (!record.success) throw new LogDefectError('the last line is not an audit record');
  const { hash, ...unsigned } = record.data;
  if (sha256Hex(canonicalJson(unsigned)) !== hash) throw new LogDefectError('the last record was edited');
  return { sequence: record.data.sequence, hash };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Where the chain goes on when the current file holds no record yet. @throws LogDefectError */
export async function headOfNewestSegment(file: string): Promise<AuditHead | null> {
  const newest = (await listSegments(file)).at(-1);
  if (newest === undefined) return null;
  await using reader = await openLogReader(newest.file);
  const { head, tornBytes } = await readTail(reader);
  if (head !== null && tornBytes === 0) return head;
  throw new LogDefectError(`${newest.file} does not end in a whole record`);
}
