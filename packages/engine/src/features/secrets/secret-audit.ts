import { SECRET_NAME_PATTERN } from '@dipswitch/contract';
import { AuditedChanges } from '../../audit/audited-changes.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Clock } from '../../util/clock.ts';

/** Records what callers and the operator try with secrets; a refusal by its code alone. */
export function createSecretAudit(
  transactions: Pick<AuditedTransactions, 'run' | 'record'>,
  clock: Clock,
): AuditedChanges {
  // What is no name is what somebody typed, and may be the value itself.
  const toSubject = (name: string) => (SECRET_NAME_PATTERN.test(name) ? { details: { name } } : {});
  return new AuditedChanges({ transactions, clock, toSubject, toKeptPath: null });
}
