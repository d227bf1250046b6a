import type { DataActionTestResult, Outcome } from '@dipswitch/contract';
import { createFailure, type ExecutionFailure } from '../../src/features/executions/call/execution-failure.ts';
import type { ExecutionRequest } from '../../src/features/executions/call/execution-request.ts';
import type { ExecutionResult } from '../../src/features/executions/call/execution-result.ts';
import type { ExecutionCaller, ExecutionService } from '../../src/features/executions/execution-service.ts';
import type { FlatResult } from './flat-result.ts';

export const FOUND: ExecutionResult = {
  head: { outcome: 'FOUND', source: 'live', ageSeconds: 0, executionId: 'execution-1', rowCount: 1, truncated: false },
  body: '{"outcome":"FOUND","rowCount":1,"truncated":false,"source":"live","ageSeconds":0,"executionId":"execution-1","name":"Žofie"}',
  action: { version: 3, access: 'read', connectorId: 'db-1' },
  failure: null,
  timing: { queueMs: 0.125, databaseMs: 1.5, totalMs: 2.25 },
  coalesced: false,
  replayed: false,
  auditInput: {},
};

export type ResultChanges = Partial<Omit<FlatResult, 'head' | 'action' | 'failure' | 'timing'>>;

/** `FOUND` with what a test cares about changed. */
export function foundWith(changes: ResultChanges): ExecutionResult {
  const { outcome = 'FOUND', source = 'live', ageSeconds = 0, executionId = 'execution-1' } = changes;
  const { rowCount = 1, truncated = false, version = 3, access = 'read', connectorId = 'db-1' } = changes;
  const { queueMs = 0.125, databaseMs = 1.5, totalMs = 2.25 } = changes;
  const { body = FOUND.body, coalesced = false, replayed = false, auditInput = {} } = changes;
  return {
    head: { outcome, source, ageSeconds, executionId, rowCount, truncated },
    body,
    action: { version, access, connectorId },
    failure: toFailure(outcome, changes),
    timing: { queueMs, databaseMs, totalMs },
    coalesced,
    replayed,
    auditInput,
  };
}

function toFailure(outcome: Outcome, changes: ResultChanges): ExecutionFailure | null {
  const { errorClass, vendorCode = null, retryAfterSeconds = null } = changes;
  if (outcome === 'FOUND' || outcome === 'NO_RECORDS' || outcome === 'DONE') return null;
  const retryAfterMs = retryAfterSeconds === null ? null : retryAfterSeconds * 1000;
  return createFailure(outcome, errorClass ?? 'unknown', { vendorCode, retryAfterMs });
}

/** Answers `FOUND`, or what the test says; keeps what it was asked. */
export class FakeExecutionService implements ExecutionService {
  readonly requests: ExecutionRequest[] = [];
  readonly tests: unknown[] = [];
  /** What the next executions give: changes of `FOUND`, or an error to reject with. */
  next: ResultChanges | Error = {};
  testResult: DataActionTestResult | Error = new Error('no test was expected');
  /** While set, executions wait for it. */
  gate: Promise<void> | undefined;

  async execute(request: ExecutionRequest): Promise<ExecutionResult> {
    this.requests.push(request);
    await this.gate;
    if (this.next instanceof Error) throw this.next;
    return foundWith(this.next);
  }

  async test(caller: ExecutionCaller, actionId: string, body: unknown): Promise<DataActionTestResult> {
    this.tests.push({ caller, actionId, body });
    if (this.testResult instanceof Error) throw this.testResult;
    return this.testResult;
  }
}
