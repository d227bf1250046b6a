import {
  type DataActionTestResult,
  dataActionTestBodySchema,
  executionAnswerSchema,
  toFindings,
} from '@dipswitch/contract';
import type { DatabaseValue, StatementDescription } from '../../drivers/driver.ts';
import { Deadline } from '../../util/deadline.ts';
import { ProblemError } from '../../util/problem-error.ts';
import type { ActionCatalogue, RunnableAction } from '../actions/action-catalogue.ts';
import type { ConnectorRuntimes } from '../connectors/runtime/connector-runtimes.ts';
import { CompiledAction } from './call/compiled-action.ts';
import { DEADLINE_PASSED, type ExecutionFailure, PAUSED, toFailure } from './call/execution-failure.ts';
import type { LiveOptions } from './live-run.ts';
import { type AnswerHead, toAnswerHead, toAnswerLine, toFailedHead } from './output/answer-line.ts';

export interface DraftTestOptions extends Omit<LiveOptions, 'runtimes'> {
  readonly catalogue: Pick<ActionCatalogue, 'version'>;
  readonly runtimes: Pick<ConnectorRuntimes, 'run' | 'describe'>;
  readonly newExecutionId: () => string;
}

/** What a test run returned, with how long it took. */
interface Tried {
  readonly head: AnswerHead;
  readonly members: string;
  readonly failure: ExecutionFailure | null;
  readonly columns: readonly string[] | null;
  readonly queueMs: number;
  readonly databaseMs: number;
}

/**
 * Runs a version on sample input with everything undone, and asks the database for its plan. Passes no bulkhead and
 * leaves nothing in the cache: a test shows what the statement does, not what its limits do.
 * @throws ProblemError VALIDATION_FAILED, NOT_FOUND, UNKNOWN_VERSION, CONNECTOR_PAUSED
 */
export async function testDraft(
  options: DraftTestOptions,
  tenant: string,
  actionId: string,
  body: unknown,
): Promise<DataActionTestResult> {
  const { clock } = options;
  const startedAtMs = clock.monotonicMs();
  const { input = {}, version } = parseBody(body);
  const action = await findVersion(options, tenant, actionId, version);
  const compiled = new CompiledAction(action);
  const coerced = compiled.input.coerce(input);
  if (coerced.findings !== null) {
    const findings = coerced.findings.map((finding) => ({ ...finding, path: `/input${finding.path}` }));
    throw new ProblemError('VALIDATION_FAILED', 'The sample input does not fit the data action.', { findings });
  }
  const deadline = new Deadline(clock, clock.monotonicMs(), action.definition.limits.deadlineMs);
  const parameters = compiled.bind(coerced.values);
  const tried = await tryStatement(options, compiled, parameters, deadline);
  const description = await describe(options, compiled, parameters, deadline);
  return toTestResult(action, tried, description, clock.monotonicMs() - startedAtMs);
}

function parseBody(body: unknown) {
  const parsed = dataActionTestBodySchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ProblemError('VALIDATION_FAILED', 'The body is not a test of a data action.', {
    findings: toFindings(parsed.error.issues),
  });
}

async function findVersion(
  { catalogue }: DraftTestOptions,
  tenant: string,
  actionId: string,
  version: number | undefined,
): Promise<RunnableAction> {
  const action = await catalogue.version(tenant, actionId, version);
  if (action !== 'unknown') return action;
  if (version === undefined) throw new ProblemError('NOT_FOUND', 'There is no such data action.');
  throw new ProblemError('UNKNOWN_VERSION', 'There is no such version of the data action.');
}

async function tryStatement(
  options: DraftTestOptions,
  { action, statement, output }: CompiledAction,
  parameters: readonly DatabaseValue[],
  deadline: Deadline,
): Promise<Tried> {
  const { runtimes, clock, watch, logger, newExecutionId } = options;
  const executionId = newExecutionId();
  const toFailed = (failure: ExecutionFailure): Tried => {
    const head = toFailedHead(failure.outcome, 'none', executionId);
    const databaseMs = clock.monotonicMs() - startedAtMs;
    return { head, members: output.emptyMembers, failure, columns: null, queueMs: 0, databaseMs };
  };
  const startedAtMs = clock.monotonicMs();
  try {
    const run = runtimes.run(action.connectorId, { ...statement, undo: true }, parameters, {
      endsAtMs: deadline.workEndsAtMs,
    });
    const result = await watch.race(run, deadline.answerAtMs, null);
    if (result === null) return toFailed(DEADLINE_PASSED);
    const { columns, queueMs, databaseMs } = result;
    const mapped = output.map(result);
    const head = toAnswerHead(mapped, 'live', 0, executionId);
    return { head, members: mapped.members, failure: null, columns, queueMs, databaseMs };
  } catch (error) {
    const failure = toFailure(error, statement.access);
    if (failure === PAUSED) throw new ProblemError('CONNECTOR_PAUSED', 'The connector of the data action is paused.');
    if (failure.errorClass === 'internal') {
      logger.error({ err: error, actionId: action.actionId }, 'a test of a data action failed in an unknown way');
    }
    return toFailed(failure);
  }
}

/** What the database says of the statement is a service on top: without it the test still tells what ran. */
async function describe(
  { runtimes, watch }: DraftTestOptions,
  { action, statement }: CompiledAction,
  parameters: readonly DatabaseValue[],
  deadline: Deadline,
): Promise<StatementDescription | null> {
  if (deadline.isPast) return null;
  try {
    const described = runtimes.describe(action.connectorId, statement, parameters, {
      endsAtMs: deadline.workEndsAtMs,
    });
    return await watch.race(described, deadline.answerAtMs, null);
  } catch {
    return null;
  }
}

function toTestResult(
  { version }: RunnableAction,
  { head, members, failure, columns, queueMs, databaseMs }: Tried,
  description: StatementDescription | null,
  totalMs: number,
): DataActionTestResult {
  return {
    version,
    answer: executionAnswerSchema.parse(JSON.parse(toAnswerLine(head, members))),
    errorClass: failure?.errorClass ?? null,
    vendorCode: failure?.vendorCode ?? null,
    columns: [...(description?.columns ?? columns ?? [])],
    plan: description?.plan ?? null,
    timings: { queueMs, databaseMs, totalMs },
  };
}
