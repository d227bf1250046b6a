import { type AuditStatus, ID_PATTERN } from '@dipswitch/contract';
import type { Caller } from '../util/caller.ts';
import type { Clock } from '../util/clock.ts';
import { ProblemError } from '../util/problem-error.ts';
import type { AuditEntry, AuditedTransaction, AuditedTransactions } from './audited-transactions.ts';

type Details = Readonly<Record<string, unknown>>;

export interface AuditedAttemptsOptions {
  readonly transactions: AuditedTransactions;
  readonly clock: Clock;
  /** What the records are about. */
  readonly subject: 'connectorId' | 'actionId';
  /** A path of a refused body without the names in it that callers make up. */
  readonly toKeptPath: (path: string) => string;
}

/** Findings listed in one record; more are counted. */
const ISSUES_MAX = 50;

/** Records what callers try with one sort of thing: successes with their change, refusals after it was rolled back. */
export class AuditedAttempts {
  readonly #options: AuditedAttemptsOptions;

  constructor(options: AuditedAttemptsOptions) {
    this.#options = options;
  }

  /** Runs the work and records it as failed when it is refused. */
  async attempt<Result>(
    eventType: string,
    caller: Caller,
    id: string,
    work: (operation: AuditedOperation) => Promise<Result>,
  ): Promise<Result> {
    const operation = new AuditedOperation(this.#options, eventType, caller, id);
    try {
      return await work(operation);
    } catch (error) {
      operation.record('FAILED', toRefusalDetails(error, this.#options.toKeptPath));
      throw error;
    }
  }
}

/** One attempt of a caller, timed from its beginning. */
export class AuditedOperation {
  readonly caller: Caller;
  readonly #options: AuditedAttemptsOptions;
  readonly #eventType: string;
  readonly #id: string;
  readonly #startedAt: number;
  #hasChanged = false;

  constructor(options: AuditedAttemptsOptions, eventType: string, caller: Caller, id: string) {
    this.#options = options;
    this.#eventType = eventType;
    this.caller = caller;
    this.#id = id;
    this.#startedAt = options.clock.monotonicMs();
  }

  /** Whether the transaction, as it committed, changed something. */
  get hasChanged(): boolean {
    return this.#hasChanged;
  }

  /** To be called first in a transaction: it may be run several times, and only the last counts. */
  restart(): void {
    this.#hasChanged = false;
  }

  /** Records the change in its own transaction. */
  async audit(transaction: AuditedTransaction, details: Details): Promise<void> {
    this.#hasChanged = true;
    await transaction.audit(this.#entry('SUCCESS', details));
  }

  /** Records an attempt that changed nothing. */
  record(status: AuditStatus, details: Details): void {
    this.#options.transactions.record(this.#entry(status, details));
  }

  #entry(status: AuditStatus, details: Details): AuditEntry {
    const { tenant, actor, requestId } = this.caller;
    const { clock, subject } = this.#options;
    return {
      eventType: this.#eventType,
      // What is no id is what somebody typed, and may be anything.
      ...(ID_PATTERN.test(this.#id) ? { [subject]: this.#id } : {}),
      status,
      latencyMs: Math.round((clock.monotonicMs() - this.#startedAt) * 1000) / 1000,
      details,
      tenant,
      actor,
      requestId,
    };
  }
}

/** Codes and paths only: a message, value or made-up name of a refused body may hold what must not be kept. */
export function toRefusalDetails(error: unknown, toKeptPath = (path: string) => path): Details {
  if (!(error instanceof ProblemError)) return { code: 'INTERNAL' };
  if (error.findings.length === 0) return { code: error.code };
  const issues = error.findings.slice(0, ISSUES_MAX).map(({ code, path }) => {
    const kept = toKeptPath(path);
    return { code, path: code === 'UNKNOWN_FIELD' ? kept.replace(/[^/]*$/, '*') : kept };
  });
  const omitted = error.findings.length - issues.length;
  return { code: error.code, issues, ...(omitted > 0 ? { omitted } : {}) };
}
