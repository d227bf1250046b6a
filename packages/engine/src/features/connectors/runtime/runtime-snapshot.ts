import type { PoolStatistics } from '../../../drivers/driver.ts';

/** The states of a `ConnectorRuntime`; its doc comment says who moves between them. */
export type RuntimeState = 'idle' | 'opening' | 'serving' | 'replacing' | 'failing' | 'paused' | 'draining' | 'gone';

export interface RuntimeSnapshot {
  readonly state: RuntimeState;
  /** Revision whose pool answers; null when none does. */
  readonly servingRevision: number | null;
  readonly driver: string | null;
  readonly pool: PoolStatistics | null;
  /** Until the next probe or attempt, 0 while one runs; null when none is planned. */
  readonly nextCheckInMs: number | null;
}
