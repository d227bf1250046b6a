import { type DataActionTestResult, ID_PATTERN } from '@dipswitch/contract';
import { AuditedChanges } from '../../audit/audited-changes.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import type { ExecutionService } from './execution-service.ts';

export interface AuditedTestsOptions {
  readonly service: Pick<ExecutionService, 'test'>;
  readonly transactions: Pick<AuditedTransactions, 'run' | 'record'>;
  readonly clock: Clock;
}

/** Tests of data actions, each on record: by outcome, and never with the sample input. */
export class AuditedTests {
  readonly #service: Pick<ExecutionService, 'test'>;
  readonly #audited: AuditedChanges;

  constructor({ service, transactions, clock }: AuditedTestsOptions) {
    this.#service = service;
    const toSubject = (actionId: string) => (ID_PATTERN.test(actionId) ? { actionId } : {});
    this.#audited = new AuditedChanges({ transactions, clock, toSubject, toKeptPath });
  }

  /** @throws ProblemError as `ExecutionService.test` does */
  test(caller: Caller, actionId: string, body: unknown): Promise<DataActionTestResult> {
    return this.#audited.attempt('ACTION_TEST', caller, actionId, async () => {
      const result = await this.#service.test(caller, actionId, body);
      const { version, errorClass, answer } = result;
      const details = { version, outcome: answer.outcome, ...(errorClass === null ? {} : { errorClass }) };
      return { result, status: errorClass === null ? 'SUCCESS' : 'FAILED', details };
    });
  }
}

/** Names below these are those of the sample input. */
function toKeptPath(path: string): string {
  return path === '/input' || path === '/version' ? path : path.replace(/^(\/input)?\/.*$/, '$1/*');
}
