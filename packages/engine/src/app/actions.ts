import type { AuditedTransactions } from '../audit/audited-transactions.ts';
import { ActionService } from '../features/actions/action-service.ts';
import type { ActionStore } from '../features/actions/action-store.ts';
import { DefinitionCheck } from '../features/actions/definition-check.ts';
import { PublishedActions } from '../features/actions/published-actions.ts';
import { StatementCheck } from '../features/actions/statement-check.ts';
import type { ConnectorDirectory } from '../features/connectors/connector-directory.ts';
import type { ConnectorRuntimes } from '../features/connectors/runtime/connector-runtimes.ts';
import type { Foundation } from './foundation.ts';

/** What data actions need of the parts that were composed before. */
export interface ActionsBasis {
  readonly store: ActionStore;
  readonly directory: ConnectorDirectory;
  readonly runtimes: Pick<ConnectorRuntimes, 'snapshot' | 'describe'>;
}

/** Data actions, their versions and which of them runs, ready to be routed and executed. */
export function composeActions(
  { clock, logger }: Foundation,
  changes: AuditedTransactions,
  { store, directory, runtimes }: ActionsBasis,
): { service: ActionService; catalogue: PublishedActions } {
  const catalogue = new PublishedActions({ store, connectors: directory, clock, logger });
  const statements = new StatementCheck({ runtimes, clock });
  const definitions = new DefinitionCheck({ connectors: directory, statements });
  const service = new ActionService({ store, transactions: changes, definitions, published: catalogue, clock });
  return { service, catalogue };
}
