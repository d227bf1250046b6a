import type { DeliveryVerdict } from './delivery-verdict.ts';

export interface EndpointKey {
  readonly tenant: string;
  readonly webhookUrl: string;
}

/** A delivery that this engine alone may attempt until its lease ends. */
export interface ClaimedDelivery extends EndpointKey {
  readonly deliveryId: string;
  /** The `webhook-id`: the same at every attempt and from every engine. */
  readonly eventId: string;
  /** Attempts made, with the one that this claim is for. */
  readonly attempts: number;
  readonly body: string;
  /** Fence: what is settled under another owner's lease is refused. */
  readonly leaseOwner: string;
}

export interface ClaimOptions {
  readonly limit: number;
  readonly leaseOwner: string;
  readonly now: number;
  readonly leaseUntil: number;
}

/** The deliveries of all engines on one state database. */
export interface DeliveryStore {
  /** Endpoints that have a delivery due and free to claim, the longest waiting first. */
  listDueEndpoints(now: number, except: readonly EndpointKey[], limit: number): Promise<readonly EndpointKey[]>;
  /** Takes leases, oldest due first; two engines never get the same delivery. */
  claim(endpoint: EndpointKey, options: ClaimOptions): Promise<readonly ClaimedDelivery[]>;
  /** False when the lease had passed to another engine; nothing is changed then. */
  settle(delivery: ClaimedDelivery, verdict: DeliveryVerdict, now: number): Promise<boolean>;
  /** Gives a claim back unattempted. */
  release(delivery: ClaimedDelivery): Promise<void>;
  /** Gives back what an earlier process of this engine held; only one process has an engine's identity. */
  releaseOwnedBy(engineId: string): Promise<void>;
  /** When the next delivery that is not due yet becomes so; null when there is none. */
  nextDueAfter(now: number): Promise<number | null>;
  /** Removes settled deliveries last touched before the given times, and events without any. Returns how many rows. */
  purge(before: { readonly delivered: number; readonly dead: number }): Promise<number>;
}
