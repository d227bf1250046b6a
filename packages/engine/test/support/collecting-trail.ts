import { sha256Hex } from '@dipswitch/audit-log';
import { type AuditRecord, chainAuditRecord } from '@dipswitch/contract';
import { joinChain, type WrittenAuditEvent } from '../../src/audit/written-audit-event.ts';
import type { ProblemError } from '../../src/util/problem-error.ts';

/** Keeps written audit events as records, each of which must be what the chain would have made of it. */
export class CollectingTrail {
  readonly offered: AuditRecord[] = [];
  readonly appended: AuditRecord[] = [];
  /** What `appendWritten` rejects with. */
  failure: ProblemError | undefined;
  /** While set, `appendWritten` waits for it. */
  gate: Promise<void> | undefined;

  offerWritten(event: WrittenAuditEvent): void {
    this.offered.push(toRecord(event));
  }

  async appendWritten(event: WrittenAuditEvent): Promise<void> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
    this.appended.push(toRecord(event));
  }
}

function toRecord(written: WrittenAuditEvent): AuditRecord {
  const unsigned = joinChain(written, '0'.repeat(64), 1);
  const event = JSON.parse(unsigned);
  const record = chainAuditRecord(event, null, sha256Hex);
  if (sha256Hex(unsigned) !== record.hash) throw new Error(`not canonical: ${unsigned}`);
  return record;
}
