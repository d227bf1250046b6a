import type { AuditEntry, AuditedTransaction, OutgoingEvent } from '../../src/audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../src/audit/audited-transactions.ts';
import type { StateDatabase } from '../../src/state/state-database.ts';

/** Changes that really commit, with their audit entries and events kept in memory for the test to look at. */
export class CollectedChanges implements Pick<AuditedTransactions, 'run' | 'record'> {
  readonly entries: AuditEntry[] = [];
  readonly events: OutgoingEvent[] = [];
  readonly #state: StateDatabase;

  constructor(state: StateDatabase) {
    this.#state = state;
  }

  async run<Result>(work: (transaction: AuditedTransaction) => Promise<Result>): Promise<Result> {
    let entries: AuditEntry[] = [];
    let events: OutgoingEvent[] = [];
    const result = await this.#state.transaction((state) => {
      [entries, events] = [[], []];
      return work({
        state,
        audit: async (entry) => void entries.push(entry),
        emit: async (event) => void events.push(event),
      });
    });
    this.entries.push(...entries);
    this.events.push(...events);
    return result;
  }

  record(entry: AuditEntry): void {
    this.entries.push(entry);
  }
}
