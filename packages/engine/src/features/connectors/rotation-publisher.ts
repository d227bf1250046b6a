import { randomUUID } from 'node:crypto';
import { ENGINE_ACTOR } from '../../audit/audit-trail.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Clock } from '../../util/clock.ts';
import { secretRotatedEvents } from './connector-events.ts';
import type { Connector } from './stored/connector.ts';

export interface RotationPublisherOptions {
  readonly transactions: Pick<AuditedTransactions, 'run'>;
  readonly clock: Clock;
}

/** Records and tells that a connector now uses another version of its secrets: one transaction, by the engine itself. */
export function createRotationPublisher({
  transactions,
  clock,
}: RotationPublisherOptions): (connector: Connector) => Promise<void> {
  return async (connector) => {
    const startedAt = clock.monotonicMs();
    await transactions.run(async (transaction) => {
      await transaction.audit({
        eventType: 'SECRET_ROTATED',
        connectorId: connector.id,
        status: 'SUCCESS',
        latencyMs: clock.monotonicMs() - startedAt,
        details: { revision: connector.revision },
        actor: ENGINE_ACTOR,
        tenant: connector.tenant,
        requestId: randomUUID(),
      });
      for (const event of secretRotatedEvents(connector, clock.now())) await transaction.emit(event);
    });
  };
}
