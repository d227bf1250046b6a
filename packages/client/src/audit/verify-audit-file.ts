import { createReadStream } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { type AuditDefect, type AuditHead, createAuditVerifier } from '@dipswitch/contract';
import { sha256Hex } from './sha256.ts';

export interface AuditVerification {
  readonly file: string;
  readonly ok: boolean;
  readonly records: number;
  /** In the order of the file; the first one is the one to name. At most 100 are kept. */
  readonly defects: readonly AuditDefect[];
  readonly defectCount: number;
  /** Sequence and hash of the last record; null for an empty file. */
  readonly head: AuditHead | null;
}

export interface VerifyAuditFileOptions {
  readonly signal?: AbortSignal;
  /** A head known from elsewhere: a file that ends before it is cut off. */
  readonly expectedHead?: AuditHead;
}

const DEFECTS_KEPT = 100;
const CHUNK_BYTES = 1024 * 1024;
/** No record is this long; the bound keeps a file without line feeds from filling the memory. */
const MAX_LINE_LENGTH = 4 * 1024 * 1024;

/** Checks every record of an audit file, streaming. @throws the system's error when it can not be read */
export async function verifyAuditFile(file: string, options: VerifyAuditFileOptions = {}): Promise<AuditVerification> {
  const verifier = createAuditVerifier(sha256Hex);
  const defects: AuditDefect[] = [];
  for await (const lines of readLines(file, options.signal)) {
    for (const line of lines) {
      const defect = verifier.push(line);
      if (defect !== null && defects.length < DEFECTS_KEPT) defects.push(defect);
    }
  }
  const summary = verifier.finish(options.expectedHead);
  if (defects.length === 0 && summary.firstDefect !== null) defects.push(summary.firstDefect);
  return {
    file,
    ok: summary.ok,
    records: summary.records,
    defects,
    defectCount: summary.defects,
    head: summary.head,
  };
}

/** The lines of a file, a batch for each chunk: a promise for each line would cost more than the hash. */
async function* readLines(file: string, signal: AbortSignal | undefined): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES, signal })) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > MAX_LINE_LENGTH) rest = rest.slice(0, 1);
    yield lines;
  }
  rest += decoder.end();
  if (rest !== '') yield [rest];
}
