import { type LogFile, linesBackward } from '@dipswitch/audit-log';
import type { AuditRecord } from '@dipswitch/contract';
import { ProblemError } from '../util/problem-error.ts';

export interface AuditPageRequest {
  readonly tenant: string;
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
}

export interface AuditPage {
  readonly items: readonly AuditRecord[];
  readonly nextCursor: string | null;
}

/** One request reads this much of the file at most; a page may then be short, or empty, and still have a next one. */
const SCAN_BYTES_MAX = 4 * 1024 * 1024;

/**
 * One page of a tenant's records, newest first. The cursor is a place in the file, so records appended meanwhile do not
 * shift the pages.
 * @throws ProblemError `INVALID_REQUEST` for a cursor that is not one of ours
 */
export async function readAuditPage(file: LogFile, sizeBytes: number, request: AuditPageRequest): Promise<AuditPage> {
  const end = request.cursor === undefined ? sizeBytes : await toOffset(file, sizeBytes, request.cursor);
  const items: AuditRecord[] = [];
  for await (const { text, offset } of linesBackward(file, end)) {
    const record = parseRecord(text);
    if (record?.tenant === request.tenant) items.push(record);
    if (offset > 0 && (items.length === request.limit || end - offset > SCAN_BYTES_MAX)) {
      return { items, nextCursor: Buffer.from(String(offset)).toString('base64url') };
    }
  }
  return { items, nextCursor: null };
}

/** A cursor made up by the caller must not start inside a line: a piece of another tenant's record could parse. */
async function toOffset(file: LogFile, sizeBytes: number, cursor: string): Promise<number> {
  const text = Buffer.from(cursor, 'base64url').toString('latin1');
  const offset = /^[1-9][0-9]{0,15}$/.test(text) ? Number(text) : Number.NaN;
  if (offset <= sizeBytes && (await file.read(offset - 1, 1)).toString('latin1') === '\n') return offset;
  throw new ProblemError('INVALID_REQUEST', 'The cursor is not one that this collection gave out.');
}

/** A broken trail is still read, and a damaged line is no reason to hide the others. */
function parseRecord(text: string): AuditRecord | null {
  try {
    const record: AuditRecord = JSON.parse(text);
    return record;
  } catch {
    return null;
  }
}
