import { type AuditStatus, ID_PATTERN } from '@dipswitch/contract';
import type { Clock } from '../../util/clock.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { AuditEntry, AuditedTransaction, AuditedTransactions } from '../audit/audited-transactions.ts';
import type { Caller } from '../oauth/caller.ts';

type Details = Readonly<Record<string, unknown>>;

/** Findings listed in one record; more are counted. */
const ISSUES_MAX = 50;

/** Records what callers try with connectors: successes with their change, refusals after it was rolled back. */
export class ConnectorAudit {
  readonly #transactions: AuditedTransactions;
  readonly #clock: Clock;

  constructor(transactions: AuditedTransactions, clock: Clock) {
    this.#transactions = transactions;
    this.#clock = clock;
  }

  /** Runs the work and records it as failed when it is refused. */
  async attempt<Result>(
    eventType: string,
    caller: Caller,
    connectorId: string,
    work: (operation: ConnectorOperation) => Promise<Result>,
  ): Promise<Result> {
    const operation = new ConnectorOperation(this.#transactions, this.#clock, eventType, caller, connectorId);
    try {
      return await work(operation);
    } catch (error) {
      operation.record('FAILED', toDetails(error));
      throw error;
    }
  }
}

/** One attempt of a caller, timed from its beginning. */
export class ConnectorOperation {
  readonly caller: Caller;
  readonly #transactions: AuditedTransactions;
  readonly #clock: Clock;
  readonly #eventType: string;
  readonly #connectorId: string;
  readonly #startedAt: number;
  #hasChanged = false;

  constructor(transactions: AuditedTransactions, clock: Clock, eventType: string, caller: Caller, connectorId: string) {
    this.#transactions = transactions;
    this.#clock = clock;
    this.#eventType = eventType;
    this.caller = caller;
    this.#connectorId = connectorId;
    this.#startedAt = clock.monotonicMs();
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
    this.#transactions.record(this.#entry(status, details));
  }

  #entry(status: AuditStatus, details: Details): AuditEntry {
    const { tenant, actor, requestId } = this.caller;
    return {
      eventType: this.#eventType,
      // What is no id is what somebody typed, and may be anything.
      ...(ID_PATTERN.test(this.#connectorId) ? { connectorId: this.#connectorId } : {}),
      status,
      latencyMs: Math.round((this.#clock.monotonicMs() - this.#startedAt) * 1000) / 1000,
      details,
      tenant,
      actor,
      requestId,
    };
  }
}

/** Codes and paths only: a message, value or made-up name of a refused body may hold what must not be kept. */
function toDetails(error: unknown): Details {
  if (!(error instanceof ProblemError)) return { code: 'INTERNAL' };
  if (error.findings.length === 0) return { code: error.code };
  const issues = error.findings.slice(0, ISSUES_MAX).map(({ code, path }) => ({ code, path: toKeptPath(code, path) }));
  const omitted = error.findings.length - issues.length;
  return { code: error.code, issues, ...(omitted > 0 ? { omitted } : {}) };
}

/** Members that callers name: the path to one is kept without the name, unless it is one that the contract knows. */
const NAMED_BY_CALLERS = /^(\/labels|\/configuration\/credentials)\/(?!(?:username|password)$).*$/;

function toKeptPath(code: string, path: string): string {
  const kept = path.replace(NAMED_BY_CALLERS, '$1/*');
  return code === 'UNKNOWN_FIELD' ? kept.replace(/[^/]*$/, '*') : kept;
}
