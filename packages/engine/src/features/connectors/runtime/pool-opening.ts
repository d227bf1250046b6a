import type { ConnectorBody, DatabaseKind, ValidConnector } from '@dipswitch/contract';
import {
  type DatabaseTarget,
  type Dialer,
  type Driver,
  DriverError,
  type DriverPool,
  type PoolOptions,
  type ProbeResult,
  type TlsSettings,
} from '../../../drivers/driver.ts';
import type { Clock } from '../../../util/clock.ts';
import { withDeadline } from '../../../util/with-deadline.ts';
import { SecretUnresolvedError } from '../../secrets/secret-unresolved-error.ts';
import type { CredentialOptions } from './connector-credentials.ts';

/** The drivers of this engine. */
export interface Drivers {
  /** The driver of a kind, loaded with its vendor module on first use. @throws DriverError `driver-unavailable` */
  get(kind: DatabaseKind): Promise<Driver>;
}

export interface PoolOpeningOptions extends CredentialOptions {
  readonly drivers: Drivers;
  readonly dialer: Dialer;
}

/** A pool that answered its first probe. */
export interface ProvenPool {
  readonly pool: DriverPool;
  readonly proof: ProbeResult;
}

const DEFAULT_HEALTH_INTERVAL_MS = 60_000;
const DEFAULT_HEALTH_TIMEOUT_MS = 5_000;
/** What a driver may take on top of its own time-outs before it counts as hanging. */
const DRIVER_SLACK_MS = 1_000;
const IDLE_CONNECTION_MS = 600_000;
const MAX_LIFETIME_MS = 1_800_000;
/** Below what the shortest-tempered firewalls and balancers grant to a silent connection. */
const VALIDATE_AFTER_IDLE_MS = 10_000;
const APPLICATION_NAME_MAX_LENGTH = 63;

export function healthTimeoutMs(body: ConnectorBody): number {
  return body.healthCheck === undefined ? DEFAULT_HEALTH_TIMEOUT_MS : body.healthCheck.timeoutSeconds * 1000;
}

/** Bounds opening a connection and asking it the health query. */
export function openingTimeoutMs(body: ConnectorBody): number {
  return body.configuration.poolSettings.connectionTimeoutSeconds * 1000 + healthTimeoutMs(body);
}

/** Interval of the periodic check; null when it is switched off. */
export function healthIntervalMs(body: ConnectorBody): number | null {
  if (body.healthCheck === undefined) return DEFAULT_HEALTH_INTERVAL_MS;
  return body.healthCheck.enabled ? body.healthCheck.intervalSeconds * 1000 : null;
}

/**
 * Makes a pool and has it answer the health query once. A pool that does not is closed before this rejects; one whose
 * driver hangs is left behind when its time is over, so that a silent database cannot hold its runtime.
 * @throws DriverError, or the reason of the signal
 */
export async function openProvenPool(
  { clock, dialer }: Pick<PoolOpeningOptions, 'clock' | 'dialer'>,
  driver: Driver,
  connector: ValidConnector,
  credentials: DatabaseTarget['credentials'],
  signal: AbortSignal,
): Promise<ProvenPool> {
  const pooling = toPoolOptions(connector.body);
  const endsAtMs = clock.monotonicMs() + openingTimeoutMs(connector.body);
  const late = () => {
    throw new DriverError('connect-timeout', 'the database did not answer in time');
  };
  const pool = driver.createPool(toDatabaseTarget(connector, credentials), pooling, dialer);
  try {
    const probe = pool.probe(connector.healthQuery, { endsAtMs, signal });
    const proof = await withDeadline(probe, { clock, endsAtMs: endsAtMs + DRIVER_SLACK_MS, signal }, late);
    return { pool, proof };
  } catch (error) {
    pool.close(0).catch(() => undefined);
    throw error;
  }
}

/** Probes a pool that already served. @throws DriverError, or the reason of the signal */
export function probePool(
  clock: Clock,
  pool: DriverPool,
  query: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeResult> {
  const endsAtMs = clock.monotonicMs() + timeoutMs;
  const probe = pool.probe(query, { endsAtMs, signal });
  return withDeadline(probe, { clock, endsAtMs: endsAtMs + DRIVER_SLACK_MS, signal }, () => {
    throw new DriverError('query-timeout', 'the probe did not come back');
  });
}

/** For the engine's own log, where the difference between refused and silent helps the operator. */
export function toLogFields(error: unknown): object {
  if (error instanceof DriverError) return { kind: error.kind, vendorCode: error.vendorCode };
  if (error instanceof SecretUnresolvedError) return { reference: error.reference };
  return { err: error };
}

function toDatabaseTarget(
  { target, body }: ValidConnector,
  credentials: DatabaseTarget['credentials'],
): DatabaseTarget {
  return {
    kind: target.kind,
    hosts: target.hosts,
    database: target.database,
    databaseIsSid: target.databaseIsSid,
    properties: target.properties,
    credentials,
    tls: toTlsSettings(body),
  };
}

function toTlsSettings(body: ConnectorBody): TlsSettings {
  const { sslMode, sslVerification = 'full', caCertificate } = body.configuration.securitySettings;
  if (!sslMode) return { mode: 'off' };
  return {
    mode: 'required',
    verification: sslVerification,
    ...(caCertificate === undefined ? {} : { caCertificate }),
  };
}

function toPoolOptions(body: ConnectorBody): PoolOptions {
  const { minPoolSize, maxPoolSize, connectionTimeoutSeconds } = body.configuration.poolSettings;
  return {
    minConnections: minPoolSize,
    maxConnections: maxPoolSize,
    connectTimeoutMs: connectionTimeoutSeconds * 1000,
    // A connection must outlive the pause between two health checks, or each check would open a new one.
    idleTimeoutMs: Math.max(IDLE_CONNECTION_MS, Math.min(IDLE_CONNECTION_MS * 2, 2 * (healthIntervalMs(body) ?? 0))),
    maxLifetimeMs: MAX_LIFETIME_MS,
    validateAfterIdleMs: VALIDATE_AFTER_IDLE_MS,
    applicationName: `dipswitch ${body.connectorId}`.slice(0, APPLICATION_NAME_MAX_LENGTH),
  };
}
