import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { classifyAddress, type DatabaseCatalogue, type Secret } from '@dipswitch/contract';
import { type AuditTrail, openAuditTrail } from '../audit/audit-trail.ts';
import { loadEngineId } from '../audit/engine-id.ts';
import type { EgressEndpoint } from '../drivers/egress/egress-policy.ts';
import type { Drivers } from '../features/connectors/runtime/pool-opening.ts';
import { openSealer } from '../seal/master-key.ts';
import type { Sealer } from '../seal/sealer.ts';
import { openStateDatabase } from '../state/databases/open-state-database.ts';
import type { StateDatabase } from '../state/state-database.ts';
import { type Clock, systemClock } from '../util/clock.ts';
import type { Closers } from '../util/closers.ts';
import type { Logger } from '../util/logger.ts';

export interface AppOptions {
  readonly version: string;
  readonly dataDir: string;
  readonly databaseUrl: Secret | undefined;
  readonly masterKey: Secret | undefined;
  readonly host: string;
  readonly port: number;
  readonly listensOnLoopback: boolean;
  readonly publicUrl: string | undefined;
  readonly writesPerSecond: number;
  readonly connectionsPerAddress?: number;
  readonly allowedNetworks: readonly string[];
  readonly allowPlaintextDatabases: boolean;
  readonly envSecretTenants: readonly string[];
  readonly fileSecretTenants: readonly string[];
  readonly secretsDir: string;
  readonly catalogue: DatabaseCatalogue;
  readonly shutdownGraceMs: number;
  readonly bootstrapClient: { readonly clientId: string; readonly clientSecret: Secret } | undefined;
  /** Where `env://` references are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Default: those of the four vendor modules. */
  readonly drivers?: Drivers;
}

/** What every part stands on. */
export interface Foundation {
  readonly options: AppOptions;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly state: StateDatabase;
  readonly sealer: Sealer;
  readonly trail: AuditTrail;
  readonly engineId: string;
  /** Where the engine listens and where its state is; filled when known. */
  readonly forbiddenEndpoints: EgressEndpoint[];
  readonly closers: Closers;
}

/** Something that runs on its own once the engine serves. */
export interface Part {
  start(): Promise<void> | void;
}

/** Opens what every part stands on; what was opened before a failure is left to `closers`. */
export async function openFoundation(options: AppOptions, closers: Closers): Promise<Foundation> {
  const { dataDir, logger, clock = systemClock } = options;
  const databaseUrl = options.databaseUrl?.expose();
  const state = await openStateDatabase({ dataDir, databaseUrl, logger });
  closers.add(() => state.close());
  const sealer = await openSealer(dataDir, options.masterKey);
  const engineId = await loadEngineId(dataDir);
  const trail = await openAuditTrail({ dataDir, sealer, clock, logger });
  closers.add(() => trail.close());
  const forbiddenEndpoints = databaseUrl === undefined ? [] : await stateEndpoints(databaseUrl);
  return { options, clock, logger, state, sealer, trail, engineId, forbiddenEndpoints, closers };
}

/** What the dialers of databases and webhooks have in common. */
export function egressOf({ options, forbiddenEndpoints }: Foundation) {
  return {
    allowLoopback: options.listensOnLoopback,
    allowedNetworks: options.allowedNetworks,
    forbiddenEndpoints,
  };
}

/**
 * The addresses of the state database, which no connector may dial. On loopback only that database is refused: there the
 * operator and the tenant are one and the same, and so is often the server.
 */
async function stateEndpoints(databaseUrl: string): Promise<EgressEndpoint[]> {
  const { hostname, port, pathname, username } = new URL(databaseUrl);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host }];
  // As libpq has it: the database is named like the user unless the address names it.
  const database = decodeURIComponent(pathname.slice(1)) || decodeURIComponent(username);
  return addresses.map(({ address }) => ({
    address,
    port: Number(port || 5432),
    ...(classifyAddress(address) === 'loopback' ? { database } : {}),
  }));
}

/** Where a listener is reached: on the unspecified address by each address of the machine. */
export function listenerEndpoints(address: string, port: number): EgressEndpoint[] {
  const listener = { address, port };
  if (classifyAddress(address) !== 'unspecified') return [listener];
  const interfaces = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
  return [listener, ...interfaces.map((own) => ({ address: own.address, port }))];
}
