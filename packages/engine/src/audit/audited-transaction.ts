import type { AuditStatus, EventBody, EventType } from '@dipswitch/contract';
import type { StateTransaction } from '../state/state-database.ts';

/** What a feature says of an attempt; time, sequence and hashes are added by the trail. */
export interface AuditEntry {
  readonly eventType: string;
  readonly connectorId?: string;
  readonly actionId?: string;
  readonly status: AuditStatus;
  readonly latencyMs: number;
  readonly details: Readonly<Record<string, unknown>>;
  readonly actor: string;
  readonly tenant: string;
  readonly requestId: string;
}

/** An event on its way out. One delivery is made for each webhook address. */
export interface OutgoingEvent {
  readonly tenant: string;
  readonly eventType: EventType;
  readonly connectorId?: string;
  readonly body: EventBody;
  readonly webhookUrls: readonly string[];
}

/** What a change may do; all of it commits or none. */
export interface AuditedTransaction {
  readonly state: StateTransaction;
  audit(entry: AuditEntry): Promise<void>;
  emit(event: OutgoingEvent): Promise<void>;
}
