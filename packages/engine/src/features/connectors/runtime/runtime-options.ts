import type { ValidationPolicy } from '@dipswitch/contract';
import type { Logger } from '../../../util/logger.ts';
import type { HealthService } from '../../health/health-service.ts';
import type { Connector } from '../stored/connector.ts';
import type { ConnectorStore } from '../stored/connector-store.ts';
import type { OpeningGate } from './opening-gate.ts';
import type { PoolOpeningOptions } from './pool-opening.ts';
import type { RetryDelayOptions } from './retry-delay.ts';

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
