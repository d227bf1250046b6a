import type { ValidationPolicy } from '@dipswitch/contract';
import type { Registry } from 'prom-client';
import type { AuditedTransactions } from '../audit/audited-transactions.ts';
import { createDialer } from '../drivers/egress/dialer.ts';
import type { ActionStore } from '../features/actions/action-store.ts';
import { ConnectorDirectory } from '../features/connectors/connector-directory.ts';
import { ConnectorService } from '../features/connectors/connector-service.ts';
import { createRotationPublisher } from '../features/connectors/rotation-publisher.ts';
import { ConnectorRuntimes } from '../features/connectors/runtime/connector-runtimes.ts';
import { ConnectorStore } from '../features/connectors/stored/connector-store.ts';
import { HealthService } from '../features/health/health-service.ts';
import { HealthStore } from '../features/health/health-store.ts';
import { SecretService } from '../features/secrets/secret-service.ts';
import { createDrivers } from './create-drivers.ts';
import { egressOf, type Foundation, type Part } from './foundation.ts';
import { createMeasuredDrivers } from './measured-drivers.ts';

export interface ComposedConnectors {
  readonly service: ConnectorService;
  readonly directory: ConnectorDirectory;
  readonly runtimes: ConnectorRuntimes;
  readonly secrets: SecretService;
  readonly parts: Part[];
}

/** Connectors, their pools and their health, ready to be started and routed. */
export function composeConnectors(
  foundation: Foundation,
  changes: AuditedTransactions,
  registry: Registry,
  actions: Pick<ActionStore, 'usesConnector' | 'writesThrough'>,
): ComposedConnectors {
  const { options, clock, logger, state, sealer, closers } = foundation;
  const policy: ValidationPolicy = {
    catalogue: options.catalogue,
    allowLoopback: options.listensOnLoopback,
    allowPlaintext: options.allowPlaintextDatabases,
    allowedNetworks: options.allowedNetworks,
  };
  const { environment, envSecretTenants, fileSecretTenants, secretsDir } = options;
  const secrets = new SecretService({
    state,
    sealer,
    transactions: changes,
    clock,
    env: envSecretTenants.length === 0 ? undefined : { environment, tenants: envSecretTenants },
    file: fileSecretTenants.length === 0 ? undefined : { root: secretsDir, tenants: fileSecretTenants },
  });
  const store = new ConnectorStore(state);
  const health = new HealthService({
    state,
    store: new HealthStore(state),
    transactions: changes,
    clock,
    logger,
  });
  closers.add(() => health.close());
  const dialer = createDialer({ ...egressOf(foundation), purpose: 'database' });
  const opening = {
    drivers: createMeasuredDrivers(options.drivers ?? createDrivers(), registry),
    dialer,
    secrets,
    clock,
    logger,
  };
  const runtimes = new ConnectorRuntimes({
    ...opening,
    store,
    health,
    policy,
    random: Math.random,
    needsWrites: (connectorId) => actions.writesThrough(connectorId),
    publishRotation: createRotationPublisher({ transactions: changes, clock }),
  });
  closers.add(() => runtimes.close(Math.min(options.shutdownGraceMs, 5_000)));
  const service = new ConnectorService({
    store,
    transactions: changes,
    health,
    runtimes,
    test: opening,
    policy,
    clock,
    isInUse: (connectorId, within) => actions.usesConnector(connectorId, within),
  });
  return { service, directory: new ConnectorDirectory(store), runtimes, secrets, parts: [health, runtimes] };
}
