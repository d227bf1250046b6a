import { ANY_ENGINE } from '../audit/audit-outbox.ts';
import { AuditedTransactions } from '../audit/audited-transactions.ts';
import { EventOutbox } from '../features/events/event-outbox.ts';
import { WebhookEndpointStore } from '../features/events/webhook-endpoint-store.ts';
import { WebhookService } from '../features/events/webhook-service.ts';
import { ClientService } from '../features/oauth/client-service.ts';
import { ClientStore } from '../features/oauth/client-store.ts';
import { SigningKeys } from '../features/oauth/signing-keys.ts';
import { SecretService } from '../features/secrets/secret-service.ts';
import { openSealer } from '../seal/master-key.ts';
import type { StateConfig } from '../settings/config.ts';
import { openStateDatabase } from '../state/databases/open-state-database.ts';
import { systemClock } from '../util/clock.ts';
import { silentLogger } from '../util/logger.ts';
import { OPERATOR } from './command.ts';

/** What the operator's commands work with, next to a running engine or without one. */
export interface OperatorServices {
  readonly clients: ClientService;
  readonly signingKeys: SigningKeys;
  readonly secrets: SecretService;
  readonly webhooks: WebhookService;
}

/**
 * Opens the state for one command and closes it after. Audit records go to the outbox, where an engine on
 * the same state takes them into its chain: a file has one writer only.
 */
export async function withOperatorServices<Result>(
  config: StateConfig,
  work: (services: OperatorServices) => Promise<Result>,
): Promise<Result> {
  const state = await openStateDatabase({ dataDir: config.dataDir, databaseUrl: config.databaseUrl?.expose() });
  try {
    const sealer = await openSealer(config.dataDir, config.masterKey);
    const clock = systemClock;
    const endpoints = new WebhookEndpointStore({ sealer, clock });
    const changes = new AuditedTransactions({
      state,
      events: new EventOutbox({ endpoints, clock }),
      engineId: ANY_ENGINE,
      sealer,
      clock,
      logger: silentLogger,
    });
    try {
      const keys = new SigningKeys(state, sealer, clock);
      return await work({
        clients: new ClientService({ store: new ClientStore(state), keys, changes, sealer, clock, actor: OPERATOR }),
        signingKeys: keys,
        secrets: new SecretService({ state, transactions: changes, sealer, clock }),
        webhooks: new WebhookService({ state, transactions: changes, endpoints, clock }),
      });
    } finally {
      await changes.close();
    }
  } finally {
    await state.close();
  }
}
