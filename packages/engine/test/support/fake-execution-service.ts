import type { DataActionTestResult } from '@dipswitch/contract';
import type {
  ExecutionCaller,
  ExecutionRequest,
  ExecutionResult,
  ExecutionService,
} from '../../src/features/executions/execution-service.ts';

export const FOUND: ExecutionResult = {
  outcome: 'FOUND',
  source: 'live',
  ageSeconds: 0,
  executionId: 'execution-1',
  body: '{"outcome":"FOUND","rowCount":1,"truncated":false,"source":"live","ageSeconds":0,"executionId":"execution-1","name":"Žofie"}',
  rowCount: 1,
  truncated: false,
  version: 3,
  access: 'read',
  connectorId: 'db-1',
  retryAfterSeconds: null,
  errorClass: null,
  vendorCode: null,
  coalesced: false,
  replayed: false,
  queueMs: 0.125,
  databaseMs: 1.5,
  totalMs: 2.25,
  auditInput: {},
};

/** Answers `FOUND`, or what the test says; keeps what it was asked. */
export class FakeExecutionService implements ExecutionService {
  readonly requests: ExecutionRequest[] = [];
  readonly tests: unknown[] = [];
  /** What the next executions give: changes of `FOUND`, or an error to reject with. */
  next: Partial<ExecutionResult> | Error = {};
  testResult: DataActionTestResult | Error = new Error('no test was expected');
  /** While set, executions wait for it. */
  gate: Promise<void> | undefined;

  async execute(request: ExecutionRequest): Promise<ExecutionResult> {
    this.requests.push(request);
    await this.gate;
    if (this.next instanceof Error) throw this.next;
    return { ...FOUND, ...this.next };
  }

  async test(caller: ExecutionCaller, actionId: string, body: unknown): Promise<DataActionTestResult> {
    this.tests.push({ caller, actionId, body });
    if (this.testResult instanceof Error) throw this.testResult;
    return this.testResult;
  }
}
