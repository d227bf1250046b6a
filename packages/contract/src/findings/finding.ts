import type { FindingCode } from './finding-codes.ts';

export type FindingSeverity = 'error' | 'warning';

/**
 * One thing that is wrong (or doubtful) about a document. Findings are data, not errors: validation returns all of
 * them at once. `message` never contains a submitted value of a secret-bearing field.
 */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** RFC 6901 JSON Pointer into the submitted document; empty string for the whole document. */
  readonly path: string;
  readonly message: string;
}
