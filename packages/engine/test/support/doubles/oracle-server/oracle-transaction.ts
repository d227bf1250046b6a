import type { OracleAnswer } from './oracle-answer.ts';

const NOT_IN_READ_ONLY = {
  error: 1456,
  message: 'may not perform insert, delete, update operation inside a READ ONLY transaction',
};
const NOT_FIRST = { error: 1453, message: 'SET TRANSACTION must be first statement of transaction' };

/** The transaction of a session: what it changed takes effect at commit, and a read-only one changes nothing. */
export class OracleTransaction {
  readonly #changes: Array<() => void> = [];
  #isReadOnly = false;
  #hasLocks = false;

  get isOpen(): boolean {
    return this.#changes.length > 0 || this.#hasLocks;
  }

  /** Carries out what a statement of transaction control does; undefined for any other. */
  control(statement: string): OracleAnswer | undefined {
    if (/^alter session /i.test(statement)) return { changed: 0 };
    if (!/^set transaction read only$/i.test(statement)) return undefined;
    if (this.isOpen || this.#isReadOnly) return NOT_FIRST;
    this.#isReadOnly = true;
    return { changed: 0 };
  }

  /** Takes an answer into the transaction, or says why it may not be. */
  admit(answer: OracleAnswer): OracleAnswer {
    if (typeof answer === 'string' || 'error' in answer || 'packets' in answer) return answer;
    const writes = 'changed' in answer ? answer.onCommit : undefined;
    const locks = 'columns' in answer && answer.locks === true;
    if (this.#isReadOnly && (writes || locks)) return NOT_IN_READ_ONLY;
    if (writes) this.#changes.push(writes);
    if (locks) this.#hasLocks = true;
    return answer;
  }

  commit(): void {
    for (const change of this.#changes) change();
    this.rollback();
  }

  rollback(): void {
    this.#changes.length = 0;
    this.#isReadOnly = false;
    this.#hasLocks = false;
  }
}
