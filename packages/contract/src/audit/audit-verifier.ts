import { type AuditHead, GENESIS_HASH, type Sha256Hex } from './audit-chain.ts';
import { canonicalJson } from './canonical-json.ts';

/** What can be wrong with a line of an audit file, with the sentence that explains it. */
export const AUDIT_DEFECTS = {
  UNPARSEABLE: 'the line is not an audit record',
  HASH_MISMATCH: 'the record was edited: its hash does not fit its content',
  CHAIN_BROKEN: 'the record does not follow the one before it',
  SEQUENCE_GAP: 'records are missing before this one',
  SEQUENCE_REPEATED: 'the record is a copy of the one before it',
  REORDERED: 'the record stands after one that is younger',
  FORKED: 'two different records follow the same one',
  TRUNCATED: 'records are missing at the end',
} as const satisfies Record<string, string>;
export type AuditDefectCode = keyof typeof AUDIT_DEFECTS;

export interface AuditDefect {
  /** 1-based. */
  readonly line: number;
  readonly sequence: number | null;
  readonly code: AuditDefectCode;
  readonly message: string;
}

export interface AuditSummary {
  readonly ok: boolean;
  readonly records: number;
  readonly defects: number;
  /** The first one; null when the chain holds. */
  readonly firstDefect: AuditDefect | null;
  /** The last record; null when there was none. */
  readonly head: AuditHead | null;
}

/** Reads an audit file line by line; a verifier is used for one chain, `finish` ends it. */
export interface AuditVerifier {
  /** Judges the next line (without its line feed). An empty line is UNPARSEABLE. */
  push(line: string): AuditDefect | null;
  /** `expected` is a head known from elsewhere, such as a signed checkpoint; a chain that ends before it is TRUNCATED. */
  finish(expected?: AuditHead): AuditSummary;
}

interface ChainLink extends AuditHead {
  readonly previousHash: string;
}

/**
 * Verifies a chain from its first record, or from the one after `start`. After a defect it goes on from the record
 * as it stands, so that each break is told once.
 */
export function createAuditVerifier(sha256: Sha256Hex, start?: AuditHead): AuditVerifier {
  return new ChainVerifier(sha256, start);
}

class ChainVerifier implements AuditVerifier {
  readonly #sha256: Sha256Hex;
  #previous: ChainLink;
  #line = 0;
  #records = 0;
  #defects = 0;
  #firstDefect: AuditDefect | null = null;
  /** A line that could not be read may have been the one whose number is missing next. */
  #unreadable = 0;

  constructor(sha256: Sha256Hex, start: AuditHead | undefined) {
    this.#sha256 = sha256;
    this.#previous = { sequence: start?.sequence ?? 0, hash: start?.hash ?? GENESIS_HASH, previousHash: '' };
  }

  push(line: string): AuditDefect | null {
    this.#line += 1;
    const record = parseRecord(line);
    const content = record === null ? null : toHashedText(record);
    if (record === null || content === null) {
      this.#unreadable += 1;
      return this.#report('UNPARSEABLE', null);
    }
    const code = this.#sha256(content) === record.hash ? this.#judge(record) : 'HASH_MISMATCH';
    this.#records += 1;
    this.#unreadable = 0;
    const { sequence, hash, previousHash } = record;
    this.#previous = { sequence, hash, previousHash };
    return code === null ? null : this.#report(code, sequence);
  }

  finish(expected?: AuditHead): AuditSummary {
    const head = this.#records === 0 ? null : { sequence: this.#previous.sequence, hash: this.#previous.hash };
    if (expected !== undefined) this.#compareHead(expected);
    return {
      ok: this.#defects === 0,
      records: this.#records,
      defects: this.#defects,
      firstDefect: this.#firstDefect,
      head,
    };
  }

  #judge(record: ParsedRecord): AuditDefectCode | null {
    const previous = this.#previous;
    if (record.sequence === previous.sequence + 1) {
      return record.previousHash === previous.hash ? null : 'CHAIN_BROKEN';
    }
    if (record.sequence > previous.sequence) {
      return record.sequence === previous.sequence + 1 + this.#unreadable ? null : 'SEQUENCE_GAP';
    }
    if (record.hash === previous.hash) return 'SEQUENCE_REPEATED';
    return record.previousHash === previous.previousHash ? 'FORKED' : 'REORDERED';
  }

  #compareHead(expected: AuditHead): void {
    const { sequence, hash } = this.#previous;
    if (sequence < expected.sequence) this.#report('TRUNCATED', sequence === 0 ? null : sequence);
    else if (sequence === expected.sequence && hash !== expected.hash) this.#report('CHAIN_BROKEN', sequence);
  }

  #report(code: AuditDefectCode, sequence: number | null): AuditDefect {
    const defect = { line: this.#line, sequence, code, message: AUDIT_DEFECTS[code] };
    this.#defects += 1;
    this.#firstDefect ??= defect;
    return defect;
  }
}

interface ParsedRecord extends ChainLink {
  readonly [member: string]: unknown;
}

function parseRecord(line: string): ParsedRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  return isRecord(value) ? value : null;
}

/** The text that the hash was made over; null for what parses but is not JSON to RFC 8785 (lone surrogates). */
function toHashedText(record: ParsedRecord): string | null {
  const { hash: _hash, ...unsigned } = record;
  try {
    return canonicalJson(unsigned);
  } catch {
    return null;
  }
}

function isRecord(value: unknown): value is ParsedRecord {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { sequence, hash, previousHash } = value as Record<string, unknown>;
  return (
    typeof sequence === 'number' &&
    Number.isSafeInteger(sequence) &&
    sequence > 0 &&
    typeof hash === 'string' &&
    typeof previousHash === 'string'
  );
}
