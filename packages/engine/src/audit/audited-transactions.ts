import { randomUUID } from 'node:crypto';
import type { AuditEvent } from '@dipswitch/contract';
import type { Sealer } from '../seal/sealer.ts';
import type { StateDatabase, StateTransaction } from '../state/state-database.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { createAuditDigest, toAuditEvent } from './audit-event.ts';
import { AuditOutbox, type OutboxRecord } from './audit-outbox.ts';
import type { AuditTrail } from './audit-trail.ts';
import type { AuditEntry, AuditedTransaction, OutgoingEvent } from './audited-transaction.ts';

/** Stores an event and its deliveries within the transaction of the change. */
export interface EventOutbox {
  append(transaction: StateTransaction, event: OutgoingEvent): Promise<void>;
}

export interface AuditedTransactionsOptions {
  readonly state: StateDatabase;
  readonly events: EventOutbox;
  /** Whose chain the records join; `ANY_ENGINE` in a command. */
  readonly engineId: string;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Absent in a command that works next to running engines: its records stay in the outbox, which the engines sweep. */
  readonly trail?: AuditTrail;
  /** Called after a commit that emitted events, with those events. */
  readonly onEventsCommitted?: (events: readonly OutgoingEvent[]) => void;
}

const BATCH = 5_000;
const SWEEP_INTERVAL_MS = 5_000;
const REMOVE_AFTER_MS = 1_000;
const REMOVE_AT = 200;

/**
 * The only way to change state. The record commits as a row with its change, then goes to the chained file; only then is
 * the change acknowledged. The row is removed later, in batches: one that is left over is found by its `auditId` and not
 * chained twice.
 */
export class AuditedTransactions {
  readonly #options: AuditedTransactionsOptions;
  readonly #outbox: AuditOutbox;
  /** Rows that this process made or chained and has not removed: the sweep leaves them alone. */
  readonly #known = new Set<string>();
  #chained: string[] = [];
  #removal: { cancel(): void } | undefined;
  /** Removals and sweeps take turns: a row removed while it is being listed would look like one nobody knows. */
  #turn: Promise<void> = Promise.resolve();
  #sweepTimer: { cancel(): void } | undefined;
  readonly #recording = new Set<Promise<void>>();
  #closed = false;

  constructor(options: AuditedTransactionsOptions) {
    this.#options = options;
    this.#outbox = new AuditOutbox(options.state, options.engineId);
  }

  /**
   * Refuses with `AUDIT_UNAVAILABLE` before any work when the trail cannot be written; commits change, audit record and
   * events together; resolves only when the record is fsynced in the chained file.
   */
  async run<Result>(work: (transaction: AuditedTransaction) => Promise<Result>): Promise<Result> {
    const { state, trail, events, onEventsCommitted } = this.#options;
    trail?.assertWritable();
    let staged: OutboxRecord[] = [];
    let emitted: OutgoingEvent[] = [];
    let result: Result;
    try {
      result = await state.transaction((transaction) => {
        // The database may run the work again after a conflict; what the first run staged was rolled back with it.
        this.#forget(staged);
        staged = [];
        emitted = [];
        return work({
          state: transaction,
          audit: async (entry) => {
            staged.push(await this.#stage(transaction, entry));
          },
          emit: (event) => {
            emitted.push(event);
            return events.append(transaction, event);
          },
        });
      });
    } catch (error) {
      // A commit whose answer was lost may still have happened: the sweep then finds the rows, as nobody knows them.
      this.#forget(staged);
      throw error;
    }
    if (emitted.length > 0) onEventsCommitted?.(emitted);
    await this.#chain(staged);
    return result;
  }

  /** Records an attempt that changed nothing (a refusal, a denial). Never throws into the caller's path. */
  record(entry: AuditEntry): void {
    try {
      const { trail } = this.#options;
      if (trail === undefined) this.#recordInOutbox(entry);
      else trail.offer(this.#toEvent(entry, undefined));
    } catch (error) {
      this.#options.logger.error({ err: error, eventType: entry.eventType }, 'an audit record could not be made');
    }
  }

  /** Brings what earlier runs committed but did not chain into the file; then sweeps for records of commands. */
  async start(): Promise<void> {
    try {
      await this.#recover();
    } catch (error) {
      // A trail that broke meanwhile has said so itself; the engine still serves reads.
      if (this.#options.trail?.status().state === 'serving') throw error;
    }
    this.#scheduleSweep();
  }

  /** Waits for what was handed over. Does not close the trail. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#sweepTimer?.cancel();
    this.#removal?.cancel();
    await Promise.all(this.#recording);
    await this.#inTurn(() => this.#removeChained());
  }

  async #stage(transaction: StateTransaction, entry: AuditEntry): Promise<OutboxRecord> {
    const auditId = randomUUID();
    const afterSequence = this.#options.trail?.sequence ?? 0;
    const record = { auditId, event: this.#toEvent(entry, auditId), afterSequence };
    this.#known.add(auditId);
    await this.#outbox.insert(transaction, record, this.#options.clock.now());
    return record;
  }

  async #chain(records: readonly OutboxRecord[]): Promise<void> {
    const { trail } = this.#options;
    if (trail === undefined || records.length === 0) return;
    await Promise.all(records.map((record) => trail.append(record.event)));
    for (const record of records) this.#chained.push(record.auditId);
    if (this.#chained.length >= REMOVE_AT) {
      void this.#inTurn(() => this.#removeChained());
    } else {
      this.#removal ??= this.#options.clock.setTimer(REMOVE_AFTER_MS, () => {
        this.#removal = undefined;
        void this.#inTurn(() => this.#removeChained());
      });
    }
  }

  async #removeChained(): Promise<void> {
    const batch = this.#chained;
    this.#chained = [];
    if (batch.length === 0) return;
    try {
      await this.#outbox.delete(batch);
      for (const auditId of batch) this.#known.delete(auditId);
    } catch (error) {
      // They stay known, so nothing is chained twice; the next removal takes them along.
      this.#chained.push(...batch);
      this.#options.logger.warn({ err: error, count: batch.length }, 'audit outbox rows could not be removed');
    }
  }

  /** Only at start can a row be both in the outbox and in the file; the file is read from the place where it could be. */
  async #recover(): Promise<void> {
    const { trail, logger } = this.#options;
    if (trail === undefined || trail.status().state !== 'serving') return;
    await this.#outbox.adopt();
    let inFile: ReadonlySet<string> = new Set();
    let searchedAfter = Number.POSITIVE_INFINITY;
    let recovered = 0;
    for (;;) {
      const records = await this.#outbox.list(BATCH);
      if (records.length === 0) break;
      const after = Math.min(...records.map((record) => record.afterSequence));
      if (after < searchedAfter) {
        inFile = await trail.auditIdsAfter(after);
        searchedAfter = after;
      }
      const missing = records.filter((record) => !inFile.has(record.auditId));
      await Promise.all(missing.map((record) => trail.append(record.event)));
      await this.#outbox.delete(records.map((record) => record.auditId));
      recovered += missing.length;
    }
    if (recovered > 0) logger.info({ recovered }, 'audit records committed before the last stop were chained');
  }

  #scheduleSweep(): void {
    if (this.#closed || this.#options.trail === undefined) return;
    this.#sweepTimer = this.#options.clock.setTimer(SWEEP_INTERVAL_MS, () => {
      void this.#inTurn(() => this.#sweep()).finally(() => this.#scheduleSweep());
    });
  }

  /** Chains rows that a command next to this engine committed, or a commit whose answer was lost. */
  async #sweep(): Promise<void> {
    const { trail, logger } = this.#options;
    if (trail?.status().state !== 'serving') return;
    try {
      await this.#outbox.adopt();
      const records = (await this.#outbox.list(BATCH)).filter((record) => !this.#known.has(record.auditId));
      for (const record of records) this.#known.add(record.auditId);
      await this.#chain(records);
    } catch (error) {
      logger.warn({ err: error }, 'audit outbox could not be swept');
    }
  }

  #recordInOutbox(entry: AuditEntry): void {
    const { state, logger } = this.#options;
    const written = state
      .transaction(async (transaction) => void (await this.#stage(transaction, entry)))
      .catch((error: unknown) => {
        logger.error({ err: error, eventType: entry.eventType }, 'an audit record could not be stored');
      })
      .finally(() => this.#recording.delete(written));
    this.#recording.add(written);
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#turn = this.#turn.then(work);
    return this.#turn;
  }

  #forget(records: readonly OutboxRecord[]): void {
    for (const record of records) this.#known.delete(record.auditId);
  }

  #toEvent(entry: AuditEntry, auditId: string | undefined): AuditEvent {
    const { clock, sealer } = this.#options;
    return toAuditEvent(entry, new Date(clock.now()).toISOString(), createAuditDigest(sealer, entry.tenant), auditId);
  }
}
