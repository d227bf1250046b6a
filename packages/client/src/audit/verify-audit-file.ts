import {
  type LogReader,
  linesForward,
  openLogChain,
  openLogReader,
  readTail,
  segmentBefore,
  sha256Hex,
} from '@dipswitch/audit-log';
import {
  type AuditDefect,
  type AuditDefectCode,
  type AuditHead,
  type AuditVerifier,
  createAuditVerifier,
} from '@dipswitch/contract';
import { type KnownHead, loadCheckpointHeads } from './audit-checkpoints.ts';

export interface AuditFileDefect {
  readonly file: string;
  /** 1-based, in that file. */
  readonly line: number;
  readonly sequence: number | null;
  /** `HEAD_MISMATCH`: the chain holds, but is not the one that the expected head or a checkpoint names. */
  readonly code: AuditDefectCode | 'HEAD_MISMATCH';
  readonly message: string;
}

export interface AuditVerification {
  readonly file: string;
  /** What was read, oldest first: the rotated files, then the current one. */
  readonly files: readonly string[];
  readonly ok: boolean;
  readonly records: number;
  /** In the order of the chain; the first one is the one to name. At most 100 are kept. */
  readonly defects: readonly AuditFileDefect[];
  readonly defectCount: number;
  /** The record that the first one has to follow; null for the beginning of the chain. */
  readonly start: AuditHead | null;
  /** Sequence and hash of the last record; null for an empty file. */
  readonly head: AuditHead | null;
  /** How many heads known from elsewhere (`expectedHead`, checkpoints of an engine) it was compared with. */
  readonly comparedHeads: number;
}

export interface VerifyAuditFileOptions {
  readonly signal?: AbortSignal;
  /** A head known from elsewhere; its hash may be given in part. A chain that ends before it is cut off. */
  readonly expectedHead?: AuditHead;
  /** The record before the first one that is read. Default: a chain begins at sequence 1. */
  readonly start?: AuditHead;
  /** Reads this file alone and not those rotated away from it. Default: true for a rotated file. */
  readonly single?: boolean;
}

const DEFECTS_KEPT = 100;
const MOVED = 'the record stands before older ones, which come further down';

/**
 * Checks every record of an audit file and of the files rotated away from it, streaming. A rotated file by itself is
 * checked against the end of the one before it. Next to an engine's file its checkpoints are compared too.
 * @throws the system's error when it cannot be read
 */
export async function verifyAuditFile(file: string, options: VerifyAuditFileOptions = {}): Promise<AuditVerification> {
  const { isSegment, before } = await segmentBefore(file);
  const single = options.single ?? isSegment;
  const start = options.start ?? (single && before !== null ? await headOf(before) : null);
  const known = [
    ...(await loadCheckpointHeads(file)),
    ...(options.expectedHead === undefined ? [] : [{ ...options.expectedHead, source: 'the expected head' }]),
  ];
  const verification = new ChainVerification(start, known);
  const files: string[] = [];
  if (single) {
    await using reader = await openLogReader(file);
    files.push(file);
    await verification.read(file, reader, options.signal);
  } else {
    const chain = await openLogChain(file);
    try {
      for (const part of chain.files) {
        files.push(part.file);
        await using reader = await part.open();
        await verification.read(part.file, reader, options.signal);
      }
    } finally {
      await chain.close();
    }
  }
  return { file, files, start, ...verification.finish(files.at(-1) ?? file) };
}

/** One chain over any number of files. */
class ChainVerification {
  readonly #verifier: AuditVerifier;
  readonly #defects: AuditFileDefect[] = [];
  /** Oldest first; those before the start cannot be compared. */
  readonly #known: readonly KnownHead[];
  readonly #startSequence: number;
  readonly #gaps: { readonly from: number; readonly to: number; readonly defectIndex: number }[] = [];
  #nextKnown = 0;
  #nextKnownSequence: number;
  #sequence: number;
  #defectCount = 0;
  #compared = 0;
  #line = 0;

  constructor(start: AuditHead | null, known: readonly KnownHead[]) {
    this.#verifier = createAuditVerifier(sha256Hex, start ?? undefined);
    this.#startSequence = start?.sequence ?? 0;
    this.#sequence = this.#startSequence;
    this.#known = known
      .filter(({ sequence }) => sequence > this.#startSequence)
      .toSorted((one, other) => one.sequence - other.sequence);
    this.#nextKnownSequence = this.#known[0]?.sequence ?? Number.POSITIVE_INFINITY;
  }

  async read(file: string, reader: LogReader, signal: AbortSignal | undefined): Promise<void> {
    this.#line = 0;
    for await (const lines of linesForward(reader, { withRest: true, signal })) {
      for (const line of lines) {
        this.#line += 1;
        const defect = this.#verifier.push(line);
        if (defect !== null) this.#report(this.#explain(defect, file));
        // Behind a defect the count of lines is no sequence any more, so the verifier is asked, which costs more.
        if (this.#defectCount === 0) this.#sequence += 1;
        else this.#sequence = this.#verifier.finish().head?.sequence ?? this.#startSequence;
        if (this.#sequence === this.#nextKnownSequence && this.#defectCount === 0) this.#compare(file);
      }
    }
  }

  /** The verifier sees two records at a time; with the gaps so far in sight, a move and a copy can be told apart. */
  #explain(defect: AuditDefect, file: string): AuditFileDefect {
    const placed = { ...defect, file, line: this.#line };
    const { code, sequence } = defect;
    if (sequence === null) return placed;
    // Bounded as the defects are: a file made of gaps must not make this slow.
    if (code === 'SEQUENCE_GAP' && this.#defects.length < DEFECTS_KEPT) {
      this.#gaps.push({ from: this.#sequence + 1, to: sequence - 1, defectIndex: this.#defects.length });
    }
    if (code !== 'REORDERED') return placed;
    const gap = this.#gaps.find(({ from, to }) => sequence >= from && sequence <= to);
    if (gap === undefined)
      return { ...placed, code: 'SEQUENCE_REPEATED', message: 'a record of this number stands further up' };
    const before = this.#defects[gap.defectIndex];
    if (before !== undefined) this.#defects[gap.defectIndex] = { ...before, code: 'REORDERED', message: MOVED };
    return placed;
  }

  finish(lastFile: string): Omit<AuditVerification, 'file' | 'files' | 'start'> {
    const { records, head } = this.#verifier.finish();
    const lastSequence = head?.sequence ?? this.#startSequence;
    const newest = this.#known.at(-1);
    if (newest !== undefined && newest.sequence > lastSequence) {
      this.#compared += 1;
      this.#report({
        file: lastFile,
        line: this.#line,
        sequence: head?.sequence ?? null,
        code: 'TRUNCATED',
        message: `records are missing at the end: ${newest.source} names record ${newest.sequence}`,
      });
    }
    return {
      ok: this.#defectCount === 0,
      records,
      defects: this.#defects,
      defectCount: this.#defectCount,
      head,
      comparedHeads: this.#compared,
    };
  }

  #compare(file: string): void {
    const head = this.#verifier.finish().head;
    for (let known = this.#known[this.#nextKnown]; known?.sequence === this.#sequence; ) {
      this.#compared += 1;
      if (head !== null && !head.hash.startsWith(known.hash)) {
        const message = `the record is not the one that ${known.source} names: it, or one before it, was rewritten`;
        this.#report({ file, line: this.#line, sequence: head.sequence, code: 'HEAD_MISMATCH', message });
      }
      this.#nextKnown += 1;
      known = this.#known[this.#nextKnown];
    }
    this.#nextKnownSequence = this.#known[this.#nextKnown]?.sequence ?? Number.POSITIVE_INFINITY;
  }

  #report(defect: AuditFileDefect): void {
    this.#defectCount += 1;
    if (this.#defects.length < DEFECTS_KEPT) this.#defects.push(defect);
  }
}

async function headOf(file: string): Promise<AuditHead | null> {
  await using reader = await openLogReader(file);
  return (await readTail(reader)).head;
}
