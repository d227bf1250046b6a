import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { openApiDocument } from '@dipswitch/contract';
import { ENGINE_ACTOR } from '../audit/audit-trail.ts';
import { AuditedTransactions } from '../audit/audited-transactions.ts';
import { createDialer } from '../drivers/egress/dialer.ts';
import { createGuardedConnector } from '../drivers/egress/guarded-connector.ts';
import { registerActionRoutes } from '../features/actions/action-routes.ts';
import { ActionStore } from '../features/actions/action-store.ts';
import { registerAuditRoutes } from '../features/audit/audit-routes.ts';
import { registerConnectorRoutes } from '../features/connectors/connector-routes.ts';
import { DeliveryStore } from '../features/events/delivery-store.ts';
import { EventDispatcher } from '../features/events/event-dispatcher.ts';
import { EventOutbox } from '../features/events/event-outbox.ts';
import { WebhookEndpointStore } from '../features/events/webhook-endpoint-store.ts';
import { WebhookTransport } from '../features/events/webhook-transport.ts';
import { ClientDirectory } from '../features/oauth/client-directory.ts';
import { ClientService } from '../features/oauth/client-service.ts';
import { ClientStore } from '../features/oauth/client-store.ts';
import { registerOauthRoutes } from '../features/oauth/oauth-routes.ts';
import { SigningKeys } from '../features/oauth/signing-keys.ts';
import { TokenService } from '../features/oauth/token-service.ts';
import { TokenVerifier } from '../features/oauth/token-verifier.ts';
import { registerSecretRoutes } from '../features/secrets/secret-routes.ts';
import { TenantSecrets } from '../features/secrets/tenant-secrets.ts';
import { registerConsoleRoutes } from '../http/console-routes.ts';
import { createHttpServer, type HttpServer } from '../http/create-http-server.ts';
import { createMetrics, type Metrics } from '../http/metrics.ts';
import { registerOperationsRoutes } from '../http/operations-routes.ts';
import type { ReadinessPart } from '../http/readiness.ts';
import type { StateDatabase } from '../state/state-database.ts';
import { Closers } from '../util/closers.ts';
import { composeActions } from './actions.ts';
import { composeConnectors } from './connectors.ts';
import { composeExecutions } from './executions.ts';
import { addFeatureMetrics } from './feature-metrics.ts';
import {
  type AppOptions,
  egressOf,
  type Foundation,
  listenerEndpoints,
  openFoundation,
  type Part,
} from './foundation.ts';

export type { AppOptions } from './foundation.ts';

/**
 * An engine put together. States: `opened` (answers `server.app.inject`, does nothing of its own) -> `serving` by
 * `listen` -> `closed` by `close`.
 */
export interface App {
  readonly server: HttpServer;
  readonly state: StateDatabase;
  /** Starts health checks, deliveries and the audit sweep, then listens. @returns the address, e.g. `http://127.0.0.1:8080` */
  listen(): Promise<string>;
  /** Accepts no more requests, lets those in flight finish, then closes everything. Idempotent. */
  close(): Promise<void>;
}

/**
 * Opens the state and the audit trail and composes the engine over them; nothing listens or runs yet.
 * @throws StateUnavailableError, StateUnusableError, AuditLockedError, MasterKeyError, SealBrokenError
 */
export async function openApp(options: AppOptions): Promise<App> {
  const closers = new Closers();
  try {
    return await compose(await openFoundation(options, closers));
  } catch (error) {
    await closers.close();
    throw error;
  }
}

async function compose(foundation: Foundation): Promise<App> {
  const { options, clock, logger, state, trail, closers } = foundation;
  const address = { url: options.publicUrl ?? `http://${toUrlHost(options.host)}:${options.port}` };
  const metrics = createMetrics(options.version);
  closers.add(() => metrics.close());
  const { changes, dispatcher, parts } = composeChanges(foundation);
  const access = await composeAccess(foundation, changes, () => address.url);
  const server = createHttpServer({
    authenticator: access.verifier,
    metrics,
    logger,
    clock,
    writesPerSecond: options.writesPerSecond,
    ...(options.connectionsPerAddress === undefined ? {} : { connectionsPerAddress: options.connectionsPerAddress }),
  });
  registerOauthRoutes(server.app, { ...access, issuer: () => address.url });
  registerAuditRoutes(server.app, { trail });
  const actionStore = new ActionStore(state);
  const connectors = composeConnectors(foundation, changes, metrics.registry, actionStore);
  parts.push(...connectors.parts);
  registerConnectorRoutes(server.app, { service: connectors.service, now: () => clock.now() });
  const actions = composeActions(foundation, changes, { store: actionStore, ...connectors });
  registerActionRoutes(server.app, { service: actions.service });
  const { runtimes } = connectors;
  const { verifier: authenticator } = access;
  const { catalogue } = actions;
  parts.push(...composeExecutions(foundation, { server, metrics, authenticator, changes, catalogue, runtimes }).parts);
  const secrets = new TenantSecrets({ secrets: connectors.secrets, transactions: changes, clock });
  registerSecretRoutes(server.app, { secrets });
  addFeatureMetrics(metrics.registry, { runtimes: connectors.runtimes, dispatcher, trail });
  await registerOperations(foundation, server, metrics);

  let closing: Promise<void> | undefined;
  return {
    server,
    state,
    async listen() {
      for (const part of parts) await part.start();
      await server.app.listen({ host: options.host, port: options.port });
      const { address: bound, port } = boundAddress(server);
      foundation.forbiddenEndpoints.push(...listenerEndpoints(bound, port));
      const url = `http://${toUrlHost(options.host)}:${port}`;
      address.url = options.publicUrl ?? url;
      return url;
    },
    close() {
      closing ??= server.drain(options.shutdownGraceMs).then(() => closers.close());
      return closing;
    },
  };
}

function composeChanges(foundation: Foundation): {
  changes: AuditedTransactions;
  dispatcher: EventDispatcher;
  parts: Part[];
} {
  const { options, clock, logger, state, sealer, engineId, trail, closers } = foundation;
  const endpoints = new WebhookEndpointStore({ sealer, clock });
  const dialer = createDialer({ ...egressOf(foundation), purpose: 'webhook' });
  const dispatcher = new EventDispatcher({
    deliveries: new DeliveryStore(state),
    endpoints,
    queries: state.queries,
    transport: new WebhookTransport({ connect: createGuardedConnector(dialer), clock }),
    engineId,
    clock,
    logger,
  });
  const changes = new AuditedTransactions({
    state,
    events: new EventOutbox({ endpoints, clock }),
    engineId,
    sealer,
    clock,
    logger,
    trail,
    onEventsCommitted: (events) => dispatcher.wake(events),
  });
  closers.add(() => changes.close());
  closers.add(() => dispatcher.close(Math.min(options.shutdownGraceMs, 5_000)));
  return { changes, dispatcher, parts: [changes, dispatcher] };
}

async function composeAccess(foundation: Foundation, changes: AuditedTransactions, issuer: () => string) {
  const { options, clock, logger, state, sealer } = foundation;
  const store = new ClientStore(state);
  const directory = new ClientDirectory(store, clock);
  const keys = new SigningKeys(state, sealer, clock);
  const tokens = new TokenService({ keys, directory, sealer, clock, changes, issuer });
  const verifier = new TokenVerifier({ keys, directory, sealer, clock, issuer });
  // Says at once when the master key is not the one that sealed this state.
  await keys.current();
  if (options.bootstrapClient !== undefined) {
    const { clientId, clientSecret } = options.bootstrapClient;
    const clients = new ClientService({ store, keys, changes, sealer, clock, actor: ENGINE_ACTOR });
    const outcome = await clients.bootstrapClient(clientId, clientSecret);
    logger.info({ clientId, outcome }, 'bootstrap client');
    if (clientSecret.expose().length < 16) logger.warn({ clientId }, 'the secret of the bootstrap client is short');
  }
  return { tokens, keys, verifier };
}

async function registerOperations({ state, trail, logger }: Foundation, server: HttpServer, metrics: Metrics) {
  const readinessParts: readonly ReadinessPart[] = [
    { name: 'state', check: async () => void (await state.ping()) },
    {
      name: 'audit',
      check: async () => {
        const status = trail.status();
        return status.state === 'serving' ? undefined : status.reason;
      },
    },
  ];
  registerOperationsRoutes(server.app, {
    metrics,
    readinessParts,
    isDraining: server.isDraining,
    openApiDocument: openApiDocument(),
  });
  const folder = findConsoleFolder();
  if (folder === undefined) logger.warn({}, 'the console is not installed');
  else await registerConsoleRoutes(server.app, folder);
}

/** In a packed engine the console lies next to the program, in a checkout it is the neighbouring package. */
function findConsoleFolder(): string | undefined {
  const candidates = ['../console/', '../../../console/static/'].map((path) => new URL(path, import.meta.url));
  return candidates.map((url) => fileURLToPath(url)).find((path) => existsSync(path));
}

function boundAddress(server: HttpServer): AddressInfo {
  const address = server.app.server.address();
  if (address === null || typeof address === 'string') throw new TypeError('the server listens on no port');
  return address;
}

function toUrlHost(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
