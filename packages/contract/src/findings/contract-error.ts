import type { Finding } from './finding.ts';
import type { FindingCode } from './finding-codes.ts';

/** A document or text that does not follow the contract. `findings` lists every problem; `code` is the first one's. */
export class ContractError extends Error {
  override readonly name = 'ContractError';
  readonly code: FindingCode;
  readonly findings: readonly Finding[];

  constructor(code: FindingCode, message: string, findings: readonly Finding[] = []) {
    super(message);
    this.code = code;
    this.findings = findings.length > 0 ? findings : [{ code, severity: 'error', path: '', message }];
  }
}
