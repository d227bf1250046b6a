import { randomUUID } from 'node:crypto';
import { signWebhook } from '@dipswitch/contract';
import type { OutgoingEvent } from '../../audit/audited-transaction.ts';
import type { StateQueries } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import type { Logger } from '../../util/logger.ts';
import type { ClaimedDelivery, DeliveryStore, EndpointKey } from './delivery-store.ts';
import { type AttemptResult, judgeAttempt } from './delivery-verdict.ts';
import { EndpointPlaces } from './endpoint-places.ts';
import type { WebhookEndpointStore } from './webhook-endpoint-store.ts';
import { type WebhookTransport, WebhookTransportError } from './webhook-transport.ts';

export interface EventDispatcherOptions {
  readonly deliveries: DeliveryStore;
  readonly endpoints: WebhookEndpointStore;
  /** Reads the endpoints' secrets. */
  readonly queries: StateQueries;
  readonly transport: WebhookTransport;
  /** One running process only may have it; leases of an earlier one are reclaimed at start. */
  readonly engineId: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** In [0, 1); spreads retries. Default Math.random. */
  readonly random?: () => number;
}

export interface EventDispatcherStatistics {
  readonly inFlight: number;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dead: number;
}

/** The safety net: a commit wakes the dispatcher at once, this finds what other engines and commands left. */
const POLL_MS = 5_000;
/** The list of due endpoints reads every endpoint, so retries that fall due one by one must not make it run back to back. */
const LIST_INTERVAL_MIN_MS = 250;
const LIST_LIMIT = 200;
/** Well beyond the total deadline of an attempt and the store's own time limits. */
const LEASE_MS = 60_000;
const CLOSE_GRACE_MS = 5_000;
const PURGE_INTERVAL_MS = 3_600_000;
const DELIVERED_KEPT_MS = 7 * 24 * 3_600_000;
const DEAD_KEPT_MS = 30 * 24 * 3_600_000;

/**
 * Sends the deliveries that changes left in the state database. States: `created` -> `running` by `start` ->
 * `closing` -> `closed` by `close`. Any number of dispatchers share one database: a delivery is attempted under a lease, and
 * what is settled after the lease has passed on is refused.
 */
export class EventDispatcher {
  readonly #options: EventDispatcherOptions;
  readonly #random: () => number;
  readonly #places = new EndpointPlaces();
  readonly #attempts = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #ready = new Map<string, EndpointKey>();
  #state: 'created' | 'running' | 'closing' | 'closed' = 'created';
  #listWanted = false;
  #listedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | undefined;
  #timer: { cancel(): void } | undefined;
  #purgeTimer: { cancel(): void } | undefined;
  #delivered = 0;
  #failedAttempts = 0;
  #dead = 0;

  constructor(options: EventDispatcherOptions) {
    this.#options = options;
    this.#random = options.random ?? Math.random;
  }

  async start(): Promise<void> {
    await this.#options.deliveries.releaseOwnedBy(this.#options.engineId);
    this.#state = 'running';
    this.#schedulePurge();
    this.wake();
  }

  /** Looks for due deliveries now: those of the events given, else all. Returns at once. */
  wake(events?: ReadonlyArray<Pick<OutgoingEvent, 'tenant' | 'webhookUrls'>>): void {
    if (events === undefined) this.#listWanted = true;
    for (const { tenant, webhookUrls } of events ?? []) {
      for (const webhookUrl of webhookUrls) this.#markReady({ tenant, webhookUrl });
    }
    this.#run();
  }

  statistics(): EventDispatcherStatistics {
    return {
      inFlight: this.#attempts.size,
      delivered: this.#delivered,
      failedAttempts: this.#failedAttempts,
      dead: this.#dead,
    };
  }

  /** Takes no more; lets attempts in flight end for `graceMs` (default 5 s), then breaks them off and gives them back. */
  async close(graceMs: number = CLOSE_GRACE_MS): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closing';
    this.#timer?.cancel();
    this.#purgeTimer?.cancel();
    if (graceMs <= 0) this.#stop.abort();
    const grace = this.#options.clock.setTimer(graceMs, () => this.#stop.abort());
    await this.#running;
    await Promise.all(this.#attempts);
    grace.cancel();
    await this.#options.transport.close();
    this.#state = 'closed';
  }

  #markReady(endpoint: EndpointKey): void {
    this.#ready.set(toKey(endpoint), endpoint);
  }

  #run(): void {
    if (this.#state !== 'running' || this.#running !== undefined) return;
    this.#timer?.cancel();
    this.#running = this.#dispatch()
      .catch((error: unknown) => {
        this.#options.logger.warn({ err: error }, 'due webhook deliveries could not be read');
        this.#ready.clear();
      })
      .then(async () => {
        const delayMs = await this.#delayToNext();
        this.#running = undefined;
        if (this.#state !== 'running') return;
        if (this.#ready.size > 0 && this.#places.hasRoom) this.#run();
        else
          this.#timer = this.#options.clock.setTimer(this.#listWanted ? LIST_INTERVAL_MIN_MS : delayMs, () =>
            this.wake(),
          );
      });
  }

  async #dispatch(): Promise<void> {
    for (;;) {
      if (this.#state !== 'running') return;
      await this.#listIfWanted();
      const next = this.#places.hasRoom ? this.#ready.entries().next().value : undefined;
      if (next === undefined) return;
      const [key, endpoint] = next;
      this.#ready.delete(key);
      await this.#fill(key, endpoint);
    }
  }

  async #listIfWanted(): Promise<void> {
    const { deliveries, clock } = this.#options;
    if (!this.#listWanted || clock.monotonicMs() - this.#listedAt < LIST_INTERVAL_MIN_MS) return;
    this.#listWanted = false;
    this.#listedAt = clock.monotonicMs();
    const due = await deliveries.listDueEndpoints(clock.now(), this.#places.full(), LIST_LIMIT);
    for (const endpoint of due) this.#markReady(endpoint);
  }

  /** Starts as many attempts at one endpoint as it has room for. */
  async #fill(key: string, endpoint: EndpointKey): Promise<void> {
    const { deliveries, clock, engineId } = this.#options;
    const limit = this.#places.roomOf(key);
    if (limit <= 0) return;
    const now = clock.now();
    const leaseOwner = `${engineId}/${randomUUID()}`;
    const claimed = await deliveries.claim(endpoint, { limit, leaseOwner, now, leaseUntil: now + LEASE_MS });
    for (const delivery of claimed) {
      this.#places.enter(key, endpoint);
      const attempt = this.#attempt(key, delivery).finally(() => {
        this.#attempts.delete(attempt);
        // A place is free: there may be more for this endpoint, or another endpoint may have waited for room.
        this.#markReady(endpoint);
        this.#run();
      });
      this.#attempts.add(attempt);
    }
  }

  async #attempt(key: string, delivery: ClaimedDelivery): Promise<void> {
    const { deliveries, clock, logger } = this.#options;
    let isFailing = true;
    try {
      const result = await this.#send(delivery);
      if (result === 'stopped') {
        await deliveries.release(delivery);
        return;
      }
      const now = clock.now();
      const verdict = judgeAttempt(result, delivery.attempts, now, this.#random());
      isFailing = verdict.state !== 'delivered';
      if (!(await deliveries.settle(delivery, verdict, now))) {
        logger.warn({ eventId: delivery.eventId }, 'the lease of a webhook delivery had passed to another engine');
        return;
      }
      if (verdict.state === 'delivered') this.#delivered += 1;
      else this.#failedAttempts += 1;
      if (verdict.state !== 'dead') return;
      this.#dead += 1;
      const { eventId, tenant, attempts } = delivery;
      logger.warn({ eventId, tenant, attempts, reason: verdict.error }, 'a webhook delivery is dead');
    } catch (error) {
      // The lease runs out by itself and the delivery is attempted again under the same id.
      logger.warn({ err: error, eventId: delivery.eventId }, 'the result of a webhook delivery could not be stored');
    } finally {
      this.#places.leave(key, isFailing);
    }
  }

  async #send(delivery: ClaimedDelivery): Promise<AttemptResult | 'stopped'> {
    const { transport, clock } = this.#options;
    const timestampSeconds = Math.floor(clock.now() / 1000);
    const signature = await this.#sign(delivery, timestampSeconds);
    if (signature === null) return { failure: 'UNSIGNABLE' };
    try {
      return await transport.send({
        url: delivery.webhookUrl,
        headers: {
          'content-type': 'application/json',
          'user-agent': 'dipswitch-engine',
          'webhook-id': delivery.eventId,
          'webhook-timestamp': String(timestampSeconds),
          'webhook-signature': signature,
        },
        body: delivery.body,
        signal: this.#stop.signal,
      });
    } catch (error) {
      if (this.#stop.signal.aborted) return 'stopped';
      if (error instanceof WebhookTransportError) return { failure: error.code };
      throw error;
    }
  }

  async #sign(delivery: ClaimedDelivery, timestampSeconds: number): Promise<string | null> {
    const { endpoints, queries, logger } = this.#options;
    try {
      const secrets = (await endpoints.readSecrets(queries, delivery)) ?? [];
      return await signWebhook({
        id: delivery.eventId,
        timestampSeconds,
        body: delivery.body,
        secrets: secrets.map(({ secret }) => secret),
      });
    } catch (error) {
      logger.error({ err: error, eventId: delivery.eventId }, 'a webhook delivery could not be signed');
      return null;
    }
  }

  async #delayToNext(): Promise<number> {
    const { deliveries, clock } = this.#options;
    const now = clock.now();
    const dueAt = await deliveries.nextDueAfter(now).catch(() => null);
    return Math.min(Math.max((dueAt ?? Number.POSITIVE_INFINITY) - now, LIST_INTERVAL_MIN_MS), POLL_MS);
  }

  #schedulePurge(): void {
    const { deliveries, clock, logger } = this.#options;
    this.#purgeTimer = clock.setTimer(PURGE_INTERVAL_MS, () => {
      const now = clock.now();
      deliveries
        .purge({ delivered: now - DELIVERED_KEPT_MS, dead: now - DEAD_KEPT_MS })
        .catch((error: unknown) => logger.warn({ err: error }, 'old webhook deliveries could not be removed'))
        .finally(() => {
          if (this.#state === 'running') this.#schedulePurge();
        });
    });
  }
}

function toKey(endpoint: EndpointKey): string {
  return JSON.stringify([endpoint.tenant, endpoint.webhookUrl]);
}
