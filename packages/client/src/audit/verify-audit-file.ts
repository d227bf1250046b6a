import type { AuditDefect } from '@dipswitch/contract';

export interface AuditVerification {
  readonly file: string;
  readonly ok: boolean;
  readonly records: number;
  /** In the order of the file; the first one is the one to name. At most 100 are kept. */
  readonly defects: readonly AuditDefect[];
  readonly defectCount: number;
  /** Sequence and hash of the last record; null for an empty file. */
  readonly head: { readonly sequence: number; readonly hash: string } | null;
}

/** Checks every record of an audit file, streaming. @throws the system's error when it can not be read */
export declare function verifyAuditFile(
  file: string,
  options?: { readonly signal?: AbortSignal },
): Promise<AuditVerification>;
