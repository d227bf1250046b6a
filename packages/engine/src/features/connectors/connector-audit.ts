import { ID_PATTERN } from '@dipswitch/contract';
import { AuditedChanges } from '../../audit/audited-changes.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Clock } from '../../util/clock.ts';

/** Records what callers try with connectors. */
export function createConnectorAudit(
  transactions: Pick<AuditedTransactions, 'run' | 'record'>,
  clock: Clock,
): AuditedChanges {
  const toSubject = (connectorId: string) => (ID_PATTERN.test(connectorId) ? { connectorId } : {});
  return new AuditedChanges({ transactions, clock, toSubject, toKeptPath });
}

/** Members that callers name: the path to one is kept without the name, unless it is one that the contract knows. */
const NAMED_BY_CALLERS = /^(\/labels|\/configuration\/credentials)\/(?!(?:username|password)$).*$/;

function toKeptPath(path: string): string {
  return path.replace(NAMED_BY_CALLERS, '$1/*');
}
