/** Where the chain stood at some moment. Start reads the audit file from here on only. */
export interface AuditCheckpoint {
  readonly sequence: number;
  readonly hash: string;
  /** Size of the audit file up to and with that record. */
  readonly offsetBytes: number;
  readonly timestamp: string;
}

export interface SignedCheckpoint extends AuditCheckpoint {
  readonly signature: string;
}

/** Reads a line of a checkpoint file; null for one that a crash left half written. Signatures are for who made them. */
export function parseCheckpoint(line: string): SignedCheckpoint | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { sequence, hash, offsetBytes, timestamp, signature } = value as Partial<Record<string, unknown>>;
  if (typeof sequence !== 'number' || typeof offsetBytes !== 'number') return null;
  if (typeof hash !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return null;
  return { sequence, hash, offsetBytes, timestamp, signature };
}
