import type { DataActionTestResult } from '@dipswitch/contract';
import { AuditedAttempts } from '../../audit/audited-attempts.ts';
import type { AuditedTransactions } from '../../audit/audited-transactions.ts';
import type { Caller } from '../../util/caller.ts';
import type { Clock } from '../../util/clock.ts';
import type { ExecutionService } from './execution-service.ts';

export interface AuditedTestsOptions {
  readonly service: Pick<ExecutionService, 'test'>;
  readonly transactions: AuditedTransactions;
  readonly clock: Clock;
}

/** Tests of data actions, each on record: by outcome, and never with the sample input. */
export class AuditedTests {
  readonly #service: Pick<ExecutionService, 'test'>;
  readonly #attempts: AuditedAttempts;

  constructor({ service, transactions, clock }: AuditedTestsOptions) {
    this.#service = service;
    this.#attempts = new AuditedAttempts({ transactions, clock, subject: 'actionId', toKeptPath });
  }

  /** @throws ProblemError as `ExecutionService.test` does */
  test(caller: Caller, actionId: string, body: unknown): Promise<DataActionTestResult> {
    return this.#attempts.attempt('ACTION_TEST', caller, actionId, async (operation) => {
      const result = await this.#service.test(caller, actionId, body);
      const { version, errorClass, answer } = result;
      const details = { version, outcome: answer.outcome, ...(errorClass === null ? {} : { errorClass }) };
      operation.record(errorClass === null ? 'SUCCESS' : 'FAILED', details);
      return result;
    });
  }
}

/** Names below these are those of the sample input. */
function toKeptPath(path: string): string {
  return path === '/input' || path === '/version' ? path : path.replace(/^(\/input)?\/.*$/, '$1/*');
}
