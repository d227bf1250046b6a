import type { ValidationPolicy } from '@dipswitch/contract';
import type { PoolStatistics } from '../../../drivers/driver.ts';
import type { Logger } from '../../../util/logger.ts';
import type { HealthService, HealthSubject } from '../../health/health-service.ts';
import { type Connector, stampOf, webhooksFor } from '../stored/connector.ts';
import type { ConnectorStore } from '../stored/connector-store.ts';
import type { SecretReferences } from './connector-credentials.ts';
import { DEFAULT_RETRY_DELAYS, type RetryDelayOptions } from './opening-attempts.ts';
import type { OpeningGate } from './opening-gate.ts';
import { healthIntervalMs, type PoolOpeningOptions } from './pool-opening.ts';

/** How patient a runtime is. All times in milliseconds. */
export interface RuntimeTimes {
  readonly retry: RetryDelayOptions;
  /** Statements in flight on a pool that was replaced or removed may finish for this long. Default 30 s. */
  readonly drainGraceMs: number;
  /** A pool that nobody used for this long is closed when its health check is off. Default 10 minutes. */
  readonly idleCloseMs: number;
  /** What other engines stored is looked for this often. Default 1 minute. */
  readonly sweepMs: number;
  /** Secret versions are compared at most this often. Default 10 s. */
  readonly secretCheckMs: number;
  /** Failed probes or lost connections in a row that open the breaker. Default 3. */
  readonly breakerAfter: number;
  /** A caller's check does not repeat a refused login within this time. Default 10 s. */
  readonly forcedLoginMs: number;
}

export const DEFAULT_TIMES: RuntimeTimes = {
  retry: DEFAULT_RETRY_DELAYS,
  drainGraceMs: 30_000,
  idleCloseMs: 600_000,
  sweepMs: 60_000,
  secretCheckMs: 10_000,
  breakerAfter: 3,
  forcedLoginMs: 10_000,
};

/** What every runtime of an engine shares. */
export interface RuntimeContext extends PoolOpeningOptions {
  readonly store: Pick<ConnectorStore, 'find' | 'head'>;
  readonly health: Pick<HealthService, 'observe' | 'forget'>;
  readonly gate: OpeningGate;
  readonly policy: Partial<ValidationPolicy>;
  readonly random: () => number;
  readonly logger: Logger;
  readonly times: RuntimeTimes;
  /** Whether a published data action writes through a connector. */
  readonly needsWrites: (connectorId: string) => Promise<boolean>;
  /** Tells that a changed secret is in use; rejects when that could not be recorded. */
  readonly publishRotation: (connector: Connector) => Promise<void>;
}

/** What a runtime keeps of the stored configuration; the body itself is read again when a pool is opened. */
export interface RuntimeConfiguration {
  readonly stamp: string;
  readonly subject: HealthSubject;
  readonly references: SecretReferences;
  /** Null when the health check is off. */
  readonly intervalMs: number | null;
}

export function toRuntimeConfiguration(connector: Connector): RuntimeConfiguration {
  const { id, tenant, body } = connector;
  return {
    stamp: stampOf(connector),
    subject: { connectorId: id, tenant, webhookUrls: webhooksFor(body, 'HEALTH_CHANGED') },
    references: body.configuration.credentialMasking,
    intervalMs: healthIntervalMs(body),
  };
}

/** The states of a `ConnectorRuntime`; its doc comment says who moves between them. */
export type RuntimeState = 'idle' | 'opening' | 'serving' | 'replacing' | 'failing' | 'paused' | 'draining' | 'gone';

/** A runtime as others see it. */
export interface RuntimeSnapshot {
  readonly state: RuntimeState;
  /** Revision whose pool answers; null when none does. */
  readonly servingRevision: number | null;
  readonly driver: string | null;
  readonly pool: PoolStatistics | null;
  /** Until the next probe or attempt, 0 while one runs; null when none is planned. */
  readonly nextCheckInMs: number | null;
}
