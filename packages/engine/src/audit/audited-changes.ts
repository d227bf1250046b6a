import type { AuditStatus } from '@dipswitch/contract';
import type { Caller } from '../util/caller.ts';
import type { Clock } from '../util/clock.ts';
import type { AuditEntry, AuditedTransaction } from './audited-transaction.ts';
import type { AuditedTransactions } from './audited-transactions.ts';
import { toRefusalDetails } from './refusal-details.ts';

type Details = Readonly<Record<string, unknown>>;

/** Who attempts something, for the record. */
export type AuditedCaller = Pick<Caller, 'tenant' | 'actor' | 'requestId'>;

/** What an attempt came to: the answer for the caller, and the details for the record. */
export interface Attempt<Result> {
  readonly result: Result;
  readonly status: AuditStatus;
  readonly details: Details;
}

/** What the work of a transaction came to. */
export interface Change<Result> {
  readonly result: Result;
  readonly hasChanged: boolean;
  readonly details: Details;
}

export interface ChangeSteps<Result> {
  /** May be run several times, when its transaction lost against another; only what the last run answers counts. */
  within(transaction: AuditedTransaction): Promise<Change<Result>>;
  /** Follows the commit of a change. */
  after?(): void;
}

export interface PreparedChangeSteps<Prepared, Result> {
  /** Runs ahead of the transaction: what needs none, or asks somebody else. */
  before(): Prepared | Promise<Prepared>;
  within(transaction: AuditedTransaction, prepared: Prepared): Promise<Change<Result>>;
  after?(): void;
}

export interface AuditedChangesOptions {
  readonly transactions: Pick<AuditedTransactions, 'run' | 'record'>;
  readonly clock: Clock;
  /** Members of a record that name the thing; none for what is no id: it is what somebody typed, and may be anything. */
  readonly toSubject: (id: string) => Partial<Pick<AuditEntry, 'connectorId' | 'actionId' | 'details'>>;
  /** A path of a refused body without the names in it that callers make up; null: the code alone is kept. */
  readonly toKeptPath: ((path: string) => string) | null;
}

/** Something changed; it is recorded in its own transaction. */
export function changed<Result>(result: Result, details: Details): Change<Result> {
  return { result, hasChanged: true, details };
}

/** All was as wanted already; that is recorded too. */
export function unchanged<Result>(result: Result, details: Details): Change<Result> {
  return { result, hasChanged: false, details: { change: 'none', ...details } };
}

/**
 * The one entrance for what callers do with one sort of thing. A change and its record commit together; an attempt
 * that found everything as wanted and one that was refused are recorded after it, and nobody waits for these.
 */
export class AuditedChanges {
  readonly #options: AuditedChangesOptions;

  constructor(options: AuditedChangesOptions) {
    this.#options = options;
  }

  /** Runs the steps of one change: `before`, `within` in a transaction, and `after` when something changed. */
  change<Prepared, Result>(
    eventType: string,
    caller: AuditedCaller,
    id: string,
    steps: PreparedChangeSteps<Prepared, Result>,
  ): Promise<Result>;
  change<Result>(eventType: string, caller: AuditedCaller, id: string, steps: ChangeSteps<Result>): Promise<Result>;
  async change<Result>(
    eventType: string,
    caller: AuditedCaller,
    id: string,
    steps: ChangeSteps<Result> | PreparedChangeSteps<unknown, Result>,
  ): Promise<Result> {
    const { transactions } = this.#options;
    const toEntry = this.#begin(eventType, caller, id);
    let hasChanged = false;
    try {
      const prepared = 'before' in steps ? await steps.before() : undefined;
      const { result, details } = await transactions.run(async (transaction) => {
        hasChanged = false;
        const change = await steps.within(transaction, prepared);
        hasChanged = change.hasChanged;
        if (hasChanged) await transaction.audit(toEntry('SUCCESS', change.details));
        return change;
      });
      if (!hasChanged) transactions.record(toEntry('SUCCESS', details));
      return result;
    } catch (error) {
      transactions.record(toEntry('FAILED', toRefusalDetails(error, this.#options.toKeptPath)));
      throw error;
    } finally {
      // Also when it rejects: a commit whose audit record could not be chained is a commit all the same.
      if (hasChanged) steps.after?.();
    }
  }

  /** Runs work that changes nothing and records what it came to. */
  async attempt<Result>(
    eventType: string,
    caller: AuditedCaller,
    id: string,
    work: () => Promise<Attempt<Result>>,
  ): Promise<Result> {
    const { transactions, toKeptPath } = this.#options;
    const toEntry = this.#begin(eventType, caller, id);
    try {
      const { result, status, details } = await work();
      transactions.record(toEntry(status, details));
      return result;
    } catch (error) {
      transactions.record(toEntry('FAILED', toRefusalDetails(error, toKeptPath)));
      throw error;
    }
  }

  /** Times one attempt from here on. */
  #begin(eventType: string, { tenant, actor, requestId }: AuditedCaller, id: string) {
    const { clock, toSubject } = this.#options;
    const startedAt = clock.monotonicMs();
    const { details: named, ...subject } = toSubject(id);
    return (status: AuditStatus, details: Details): AuditEntry => ({
      eventType,
      ...subject,
      status,
      latencyMs: Math.round((clock.monotonicMs() - startedAt) * 1000) / 1000,
      details: { ...named, ...details },
      tenant,
      actor,
      requestId,
    });
  }
}
