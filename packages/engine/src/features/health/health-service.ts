import { EVENT_SOURCE } from '@dipswitch/contract';
import type { AuditedTransaction } from '../../audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { StateDatabase, StateTransaction } from '../../state/state-database.ts';
import type { Clock } from '../../util/clock.ts';
import type { Logger } from '../../util/logger.ts';
import {
  type HealthCheckEntry,
  type HealthObservation,
  type HealthState,
  INITIAL_HEALTH,
  nextHealth,
} from './health-status.ts';
import type { HealthStore } from './health-store.ts';

export interface HealthServiceOptions {
  readonly state: StateDatabase;
  readonly store: HealthStore;
  readonly transactions: Pick<AuditedTransactions, 'run'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long an unchanged result may be known in memory only. Default 10 s. */
  readonly flushIntervalMs?: number;
  /** An unchanged result makes one entry of history in this time. Default 5 minutes. */
  readonly historySampleMs?: number;
}

/** Whose health it is, and who wants to know when it changes. */
export interface HealthSubject {
  readonly connectorId: string;
  readonly tenant: string;
  /** Webhooks subscribed to `HEALTH_CHANGED`. */
  readonly webhookUrls: readonly string[];
}

interface Known {
  subject: HealthSubject;
  health: HealthState;
  /** What other readers of the state database see. */
  storedStatus: HealthState['status'];
  dirty: boolean;
  lastEntryAt: number;
  entriesSinceTrim: number;
}

/** One health on its way into the state database, with its entry of history if it makes one. */
interface Write {
  readonly known: Known;
  readonly health: HealthState;
  readonly entry: HealthCheckEntry | null;
}

const ROWS_PER_TRANSACTION = 100;
const ENTRIES_BETWEEN_TRIMS = 20;

/**
 * Keeps the health of connectors. A change of status is stored at once, in one transaction with its `HEALTH_CHANGED`
 * event. A result that changes nothing stays in memory, is written with others at intervals, and makes no audit
 * record and no log line: thousands of healthy connectors cost next to nothing. After a crash the time of the last
 * check may be one interval old; the status never is.
 *
 * Observations of one connector must come one after the other; its runtime sees to that.
 */
export class HealthService {
  readonly #options: HealthServiceOptions;
  readonly #flushIntervalMs: number;
  readonly #historySampleMs: number;
  readonly #known = new Map<string, Known>();
  #timer: { cancel(): void } | undefined;
  /** Writes for the next transaction: what comes while one runs goes together, as one waits for the disk like many. */
  #queue: Write[] = [];
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(options: HealthServiceOptions) {
    this.#options = options;
    this.#flushIntervalMs = options.flushIntervalMs ?? 10_000;
    this.#historySampleMs = options.historySampleMs ?? 300_000;
  }

  /** Starts writing unchanged results at intervals. */
  start(): void {
    if (this.#closed) return;
    this.#timer = this.#options.clock.setTimer(this.#flushIntervalMs, () => {
      void this.flush().finally(() => this.start());
    });
  }

  /** The first row of a connector, in the transaction that creates it. */
  async initialize(connectorId: string, within: StateTransaction): Promise<void> {
    await this.#options.store.insert(connectorId, INITIAL_HEALTH, this.#options.clock.now(), within);
  }

  /** Takes an observation in. `keep` makes an entry of history even if nothing changed. */
  async observe(
    subject: HealthSubject,
    seen: HealthObservation,
    { keep = false }: { keep?: boolean } = {},
  ): Promise<HealthState> {
    const known = await this.#load(subject);
    const before = known.health;
    known.health = nextHealth(before, seen);
    known.dirty = true;
    const changed = known.health.status !== known.storedStatus || known.health.errorClass !== before.errorClass;
    const revised = known.health.servingRevision !== before.servingRevision;
    const now = this.#options.clock.now();
    if (changed || revised || keep || now - known.lastEntryAt >= this.#historySampleMs) {
      known.lastEntryAt = now;
      const isCheck = seen.kind !== 'paused' && seen.kind !== 'resumed';
      await this.#store([{ known, health: known.health, entry: isCheck ? toEntry(known.health, now) : null }]);
    }
    return known.health;
  }

  async get(connectorId: string): Promise<HealthState> {
    const known = this.#known.get(connectorId);
    return known?.health ?? (await this.#options.store.find(connectorId)) ?? INITIAL_HEALTH;
  }

  async getMany(connectorIds: readonly string[]): Promise<ReadonlyMap<string, HealthState>> {
    const unknown = connectorIds.filter((id) => !this.#known.has(id));
    const health = new Map(unknown.length === 0 ? [] : await this.#options.store.findMany(unknown));
    for (const id of connectorIds) {
      const known = this.#known.get(id);
      if (known !== undefined) health.set(id, known.health);
    }
    return health;
  }

  /** Newest first, at most 100. */
  history(connectorId: string): Promise<readonly HealthCheckEntry[]> {
    return this.#options.store.history(connectorId);
  }

  /** Drops what is in memory of a connector that was deleted. */
  forget(connectorId: string): void {
    this.#known.delete(connectorId);
  }

  /** Writes what is not yet written. */
  flush(): Promise<void> {
    const now = this.#options.clock.now();
    const dirty = [...this.#known.values()].filter((known) => known.dirty);
    return this.#store(
      dirty.map((known) => {
        const { health, storedStatus } = known;
        return { known, health, entry: health.status === storedStatus ? null : toEntry(health, now) };
      }),
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await this.flush();
  }

  async #load(subject: HealthSubject): Promise<Known> {
    const known = this.#known.get(subject.connectorId);
    if (known !== undefined) {
      known.subject = subject;
      return known;
    }
    const health = (await this.#options.store.find(subject.connectorId)) ?? INITIAL_HEALTH;
    const loaded: Known = {
      subject,
      health,
      storedStatus: health.status,
      dirty: false,
      lastEntryAt: health.lastCheckAt ?? Number.NEGATIVE_INFINITY,
      entriesSinceTrim: ENTRIES_BETWEEN_TRIMS,
    };
    this.#known.set(subject.connectorId, loaded);
    return loaded;
  }

  /** Resolves when the writes are tried. What cannot be written stays dirty and is tried again by the next flush. */
  #store(writes: readonly Write[]): Promise<void> {
    this.#queue.push(...writes);
    if (this.#writing === undefined) {
      this.#writing = this.#writeQueue().finally(() => {
        this.#writing = undefined;
      });
      return this.#writing;
    }
    return this.#writing.then(() => (this.#queue.length > 0 ? this.#store([]) : undefined));
  }

  async #writeQueue(): Promise<void> {
    while (this.#queue.length > 0) {
      const taken = this.#queue.splice(0, ROWS_PER_TRANSACTION);
      // Of two writes of one connector only the newer tells the truth.
      const batch = [...new Map(taken.map((write) => [write.known, write])).values()];
      // Both before the first is written, which makes a change an unchanged health.
      const changed = batch.filter(({ known, health }) => health.status !== known.storedStatus);
      const unchanged = batch.filter((write) => !changed.includes(write));
      await this.#writeBatch(changed, () =>
        this.#options.transactions.run(async (transaction) => {
          for (const write of changed) await this.#publish(write, transaction);
        }),
      );
      await this.#writeBatch(unchanged, () =>
        this.#options.state.transaction(async (transaction) => {
          for (const write of unchanged) await this.#write(write, transaction);
        }),
      );
    }
  }

  async #writeBatch(batch: readonly Write[], commit: () => Promise<void>): Promise<void> {
    if (batch.length === 0) return;
    try {
      await commit();
      for (const { known, health } of batch) {
        known.storedStatus = health.status;
        known.dirty = known.health !== health;
      }
    } catch (error) {
      this.#options.logger.warn({ rows: batch.length, err: error }, 'the health of connectors could not be stored yet');
    }
  }

  /** A new status and its event commit together; if another engine stored the same status first, it sent the event. */
  async #publish({ known, health, entry }: Write, transaction: AuditedTransaction): Promise<void> {
    const { connectorId, tenant, webhookUrls } = known.subject;
    const stored = await this.#options.store.find(connectorId, transaction.state);
    if (stored === undefined) return;
    await this.#write({ known, health, entry }, transaction.state);
    if (stored.status === health.status || webhookUrls.length === 0) return;
    await transaction.emit({
      tenant,
      eventType: 'HEALTH_CHANGED',
      connectorId,
      webhookUrls,
      body: {
        source: EVENT_SOURCE,
        action: 'HEALTH_CHANGED',
        connectorId,
        previousStatus: stored.status,
        status: health.status,
        timestamp: new Date(this.#options.clock.now()).toISOString(),
      },
    });
  }

  async #write({ known, health, entry }: Write, within: StateTransaction): Promise<void> {
    const { connectorId } = known.subject;
    const { store, clock } = this.#options;
    const exists = await store.update(connectorId, health, clock.now(), within);
    if (!exists || entry === null) return;
    await store.append(connectorId, entry, within);
    known.entriesSinceTrim += 1;
    if (known.entriesSinceTrim < ENTRIES_BETWEEN_TRIMS) return;
    await store.trim(connectorId, within);
    known.entriesSinceTrim = 0;
  }
}

function toEntry(health: HealthState, at: number): HealthCheckEntry {
  const { status, latencyMs, errorClass, message } = health;
  return { checkedAt: at, status, latencyMs, errorClass, message };
}
