import { ID_PATTERN } from '@dipswitch/contract';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../audit-log/test/support/fake-clock.ts';
import { AuditedChanges, changed, unchanged } from '../../src/audit/audited-changes.ts';
import type { AuditEntry, AuditedTransaction } from '../../src/audit/audited-transaction.ts';
import type { AuditedTransactions } from '../../src/audit/audited-transactions.ts';
import { ProblemError } from '../../src/util/problem-error.ts';

const CALLER = { tenant: 'acme', actor: 'client-1', requestId: 'r-1' };

/** Runs each transaction as often as it is told, keeps what the last run staged, then fails if it has to. */
class FakeTransactions implements Pick<AuditedTransactions, 'run' | 'record'> {
  readonly committed: AuditEntry[] = [];
  readonly recorded: AuditEntry[] = [];
  runs = 1;
  failure: unknown;

  async run<Result>(work: (transaction: AuditedTransaction) => Promise<Result>): Promise<Result> {
    for (let run = 1; ; run += 1) {
      const staged: AuditEntry[] = [];
      const audit = async (entry: AuditEntry) => void staged.push(entry);
      // No work of these tests looks at the state.
      const result = await work({ audit, emit: async () => {} } as unknown as AuditedTransaction);
      if (run < this.runs) continue;
      this.committed.push(...staged);
      if (this.failure !== undefined) throw this.failure;
      return result;
    }
  }

  record(entry: AuditEntry): void {
    this.recorded.push(entry);
  }
}

describe('AuditedChanges', () => {
  let clock: FakeClock;
  let transactions: FakeTransactions;
  let audited: AuditedChanges;
  let followed: number;
  const after = () => {
    followed += 1;
  };
  beforeEach(() => {
    clock = new FakeClock();
    transactions = new FakeTransactions();
    followed = 0;
    const toSubject = (actionId: string) => (ID_PATTERN.test(actionId) ? { actionId } : {});
    audited = new AuditedChanges({ transactions, clock, toSubject, toKeptPath: (path) => path });
  });

  it('records a change in its transaction, then has its followers look', async () => {
    const result = await audited.change('ACTION_PUT', CALLER, 'a-1', {
      before: async () => {
        clock.advance(7);
        return 'body';
      },
      within: async (_transaction, prepared) => changed(prepared, { revision: 2 }),
      after,
    });
    expect([result, followed]).toEqual(['body', 1]);
    expect(transactions.committed).toEqual([
      {
        ...{ eventType: 'ACTION_PUT', actionId: 'a-1', status: 'SUCCESS', latencyMs: 7 },
        details: { revision: 2 },
        ...CALLER,
      },
    ]);
    expect(transactions.recorded).toEqual([]);
  });

  it('records an attempt that changed nothing once, and calls nobody', async () => {
    await audited.change('ACTION_PUT', CALLER, 'a-1', {
      within: async () => unchanged('same', { revision: 2 }),
      after,
    });
    expect([transactions.committed, followed]).toEqual([[], 0]);
    expect(transactions.recorded).toMatchObject([{ status: 'SUCCESS', details: { change: 'none', revision: 2 } }]);
  });

  it('counts only the last of several runs of a transaction', async () => {
    transactions.runs = 2;
    let run = 0;
    await audited.change('ACTION_PUT', CALLER, 'a-1', {
      within: async () => {
        run += 1;
        return run === 1 ? changed('first', {}) : unchanged('found', {});
      },
      after,
    });
    expect([transactions.committed, transactions.recorded.length, followed]).toEqual([[], 1, 0]);
  });

  it('records a refusal by code and path, whether it came before the transaction or in it', async () => {
    const refusal = new ProblemError('VALIDATION_FAILED', 'canary', {
      findings: [{ code: 'UNKNOWN_FIELD', severity: 'error', path: '/input/canary', message: 'canary' }],
    });
    const refuse = () => {
      throw refusal;
    };
    const within = async () => changed(undefined, {});
    await expect(audited.change('ACTION_PUT', CALLER, 'no id', { before: refuse, within })).rejects.toBe(refusal);
    await expect(audited.change('ACTION_PUT', CALLER, 'a-1', { within: async () => refuse() })).rejects.toBe(refusal);
    const details = { code: 'VALIDATION_FAILED', issues: [{ code: 'UNKNOWN_FIELD', path: '/input/*' }] };
    expect(transactions.recorded).toEqual([
      { eventType: 'ACTION_PUT', status: 'FAILED', latencyMs: 0, details, ...CALLER },
      { eventType: 'ACTION_PUT', actionId: 'a-1', status: 'FAILED', latencyMs: 0, details, ...CALLER },
    ]);
    expect(transactions.committed).toEqual([]);
  });

  it('has the followers of a commit look whose record could not be chained', async () => {
    transactions.failure = new ProblemError('AUDIT_UNAVAILABLE', 'no');
    const change = audited.change('ACTION_PUT', CALLER, 'a-1', { within: async () => changed(undefined, {}), after });
    await expect(change).rejects.toBe(transactions.failure);
    expect(followed).toBe(1);
    expect(transactions.recorded).toMatchObject([{ status: 'FAILED', details: { code: 'AUDIT_UNAVAILABLE' } }]);
  });

  it('records what work without a change came to', async () => {
    const work = async () => ({ result: 3, status: 'FAILED' as const, details: { errorClass: 'TIMEOUT' } });
    expect(await audited.attempt('ACTION_TEST', CALLER, 'a-1', work)).toBe(3);
    expect(transactions.recorded).toMatchObject([{ status: 'FAILED', details: { errorClass: 'TIMEOUT' } }]);
  });
});
