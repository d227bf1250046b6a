import type { HealthErrorClass } from '@dipswitch/contract';
import { EngineError } from '../../../util/engine-error.ts';

export type UnavailableReason = 'failing' | 'paused' | 'gone' | 'opening';

/** A connector has no pool that serves now. Raised without asking the database, so that a caller never waits for a dead one. */
export class RuntimeUnavailableError extends EngineError {
  override readonly name = 'RuntimeUnavailableError';
  readonly code = 'CONNECTOR_UNAVAILABLE';
  readonly reason: UnavailableReason;
  /** Of the last failure, where there was one. */
  readonly errorClass: HealthErrorClass | null;
  readonly retryable: boolean;

  constructor(reason: UnavailableReason, errorClass: HealthErrorClass | null = null) {
    super(MESSAGES[reason]);
    this.reason = reason;
    this.errorClass = errorClass;
    this.retryable = reason === 'failing' || reason === 'opening';
  }
}

const MESSAGES: Readonly<Record<UnavailableReason, string>> = {
  failing: 'the database of the connector does not serve now',
  paused: 'the connector is paused',
  gone: 'the connector was deleted or the engine is closing',
  opening: 'the pool of the connector did not open in time',
};
