import { randomUUID } from 'node:crypto';
import {
  DATA_ACTION_LIMITS,
  type DataActionBody,
  type DataActionDetail,
  type DataActionResource,
  type DataActionStats,
  type DataActionTestResult,
  dataActionStatsSchema,
  dataActionTestResultSchema,
  type ValidationResult,
  validationResultSchema,
} from '@dipswitch/contract';
import type { Clock } from '../util/clock.ts';
import { isSameDataAction } from '../util/data-action-comparison.ts';
import type { CallAnswer, Sender, WireRequest } from '../wire.ts';
import { expectDone, readAnswer, readAnswerOrNull } from './answer.ts';
import type { CallOptions } from './connectors-types.ts';
import type {
  ActionInput,
  DataActions,
  DeleteDataActionOptions,
  ExecuteDataActionOptions,
  Execution,
  ListDataActionsOptions,
  PublishDataActionOptions,
  PutDataActionOptions,
  TestDataActionOptions,
} from './data-actions-types.ts';
import { ExecutionSender } from './execution-sender.ts';
import { assertPageSize, itemsOfPages, memberPath, preconditionHeaders } from './resource-calls.ts';
import {
  tolerantDataActionDetailSchema,
  tolerantDataActionPageSchema,
  tolerantDataActionSchema,
} from './tolerant-schemas.ts';

const COLLECTION = '/api/v1/dataactions';
const DEFAULT_PAGE_SIZE = 200;
/** A test runs within the deadline of its action, which only the server knows. */
const TEST_TIMEOUT_MS = DATA_ACTION_LIMITS.deadlineMsMax + 5_000;

/** The data actions over HTTP. */
export class HttpDataActions implements DataActions {
  readonly #sender: Sender;
  readonly #executions: ExecutionSender;

  constructor(sender: Sender, clock: Clock) {
    this.#sender = sender;
    this.#executions = new ExecutionSender(sender, clock);
  }

  list(options: ListDataActionsOptions = {}): AsyncIterable<DataActionResource> {
    const { pageSize = DEFAULT_PAGE_SIZE } = options;
    assertPageSize(pageSize);
    return itemsOfPages({ limit: String(pageSize) }, tolerantDataActionPageSchema, (asked) =>
      this.#call('GET', `${COLLECTION}?${asked}`, options),
    );
  }

  async get(actionId: string, options: CallOptions = {}): Promise<DataActionDetail> {
    return readAnswer(await this.#call('GET', pathOf(actionId), options), tolerantDataActionDetailSchema);
  }

  async put(body: DataActionBody, options: PutDataActionOptions = {}): Promise<DataActionResource> {
    const headers = preconditionHeaders(options.onlyIf);
    const answer = await this.#call('PUT', pathOf(body.actionId), options, { body, headers });
    if (answer.status === 412 && answer.maybeCarriedOut) {
      // Our own lost attempt may be what moved the revision; the stored body tells.
      const stored = await this.#getOrNull(body.actionId, options);
      if (stored !== null && isSameDataAction(stored, body)) return stored;
    }
    return readAnswer(answer, tolerantDataActionSchema);
  }

  async delete(actionId: string, options: DeleteDataActionOptions = {}): Promise<void> {
    const path = `${pathOf(actionId)}${options.force === true ? '?force=true' : ''}`;
    const answer = await this.#call('DELETE', path, options, { headers: preconditionHeaders(options.onlyIf) });
    if (answer.maybeCarriedOut && answer.status === 404) return;
    if (answer.maybeCarriedOut && answer.status === 412) {
      if ((await this.#getOrNull(actionId, options)) === null) return;
    }
    expectDone(answer);
  }

  async publish(actionId: string, options: PublishDataActionOptions = {}): Promise<DataActionResource> {
    return await this.#release('publish', actionId, options, true);
  }

  async rollback(actionId: string, options: PublishDataActionOptions = {}): Promise<DataActionResource> {
    // "The one before" is another one each time.
    return await this.#release('rollback', actionId, options, options.version !== undefined);
  }

  async validate(body: DataActionBody, options: CallOptions = {}): Promise<ValidationResult> {
    const answer = await this.#call('POST', `${pathOf(body.actionId)}/validate`, options, { body });
    return readAnswer(answer, validationResultSchema);
  }

  async test(actionId: string, input: ActionInput, options: TestDataActionOptions = {}): Promise<DataActionTestResult> {
    const { version } = options;
    const limits = { deadlineMs: TEST_TIMEOUT_MS, ...withoutUndefined(options) };
    const answer = await this.#call('POST', `${pathOf(actionId)}/test`, limits, {
      body: { input, ...(version === undefined ? {} : { version }) },
      attemptTimeoutMs: TEST_TIMEOUT_MS,
    });
    return readAnswer(answer, dataActionTestResultSchema.loose());
  }

  async execute(actionId: string, input: ActionInput, options: ExecuteDataActionOptions = {}): Promise<Execution> {
    const { idempotencyKey = randomUUID() } = options;
    return await this.#executions.execute(`${pathOf(actionId)}/execute`, input, { ...options, idempotencyKey });
  }

  async stats(actionId: string, options: CallOptions = {}): Promise<DataActionStats> {
    return readAnswer(await this.#call('GET', `${pathOf(actionId)}/stats`, options), dataActionStatsSchema.loose());
  }

  async #release(
    verb: 'publish' | 'rollback',
    actionId: string,
    options: PublishDataActionOptions,
    repeatable: boolean,
  ): Promise<DataActionResource> {
    const { version, onlyIf } = options;
    const answer = await this.#call('POST', `${pathOf(actionId)}/${verb}`, options, {
      body: version === undefined ? {} : { version },
      headers: preconditionHeaders(onlyIf),
      repeatable,
    });
    if (answer.status === 412 && answer.maybeCarriedOut && version !== undefined) {
      const stored = await this.#getOrNull(actionId, options);
      if (stored?.publishedVersion === version) return stored;
    }
    return readAnswer(answer, tolerantDataActionSchema);
  }

  async #getOrNull(actionId: string, options: CallOptions): Promise<DataActionDetail | null> {
    return readAnswerOrNull(await this.#call('GET', pathOf(actionId), options), tolerantDataActionDetailSchema);
  }

  #call(
    method: WireRequest['method'],
    path: string,
    options: CallOptions,
    { body, ...rest }: Omit<Partial<WireRequest>, 'body'> & { readonly body?: object } = {},
  ): Promise<CallAnswer> {
    return this.#sender.send({
      method,
      path,
      repeatable: true,
      signal: options.signal,
      deadlineMs: options.deadlineMs,
      requestId: options.requestId,
      ...(body === undefined ? {} : { body: JSON.stringify(body), contentType: 'application/json' }),
      ...rest,
    });
  }
}

function withoutUndefined(options: CallOptions): CallOptions {
  const { signal, deadlineMs, requestId } = options;
  return {
    ...(signal === undefined ? {} : { signal }),
    ...(deadlineMs === undefined ? {} : { deadlineMs }),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function pathOf(actionId: string): string {
  return memberPath(COLLECTION, 'actionId', actionId);
}
