import type { IncomingMessage, ServerResponse } from 'node:http';
import { DATA_ACTION_LIMITS, ID_PATTERN } from '@dipswitch/contract';
import type { ExecutionRequest } from '../../features/executions/call/execution-request.ts';
import type { ExecutionResult } from '../../features/executions/call/execution-result.ts';
import type { ExecutionService } from '../../features/executions/execution-service.ts';
import type { ExecutionMeters } from '../../features/executions/record/execution-meters.ts';
import type { ExecutionRecord } from '../../features/executions/record/execution-record.ts';
import type { Identity } from '../../features/oauth/authenticator.ts';
import type { Clock } from '../../util/clock.ts';
import type { Logger } from '../../util/logger.ts';
import { ProblemError } from '../../util/problem-error.ts';
import { assertScope, type KnownCallers } from '../authentication.ts';
import type { FrontRoute } from '../front-route.ts';
import { HttpProblemError } from '../http-problem-error.ts';
import { reportProblem, toProblemAnswer } from '../problem-answer.ts';
import type { RequestDurations } from '../request-durations.ts';
import { assertUncompressed, toRequestId, toTraceId } from '../request-headers.ts';
import { type AnswerProfile, parseProfile, sendProblem, sendResult, toStatus } from './execute-answer.ts';
import { bodyTooLarge, parseFormMembers, readBody, readInput } from './execute-input.ts';
import {
  decodeActionId,
  EXECUTE_ROUTE,
  type ExecuteTarget,
  matchExecuteTarget,
  parseExecuteHeaders,
} from './execute-request.ts';

/** What every exchange of the route works with. */
export interface ExecuteContext {
  readonly service: ExecutionService;
  readonly callers: KnownCallers;
  readonly record: ExecutionRecord;
  readonly meters: ExecutionMeters;
  readonly durations: RequestDurations;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isDraining: () => boolean;
}

const EXECUTE_METHODS = ['GET', 'POST'] as const;
const ALLOWED = EXECUTE_METHODS.join(', ');

/**
 * `POST` and `GET /api/v1/dataactions/{id}/execute`, before the router: its hooks, header objects and promises cost more
 * than the whole of a look-up may. The guarantees are those of every other route.
 */
export function createExecuteRoute(context: ExecuteContext): FrontRoute {
  return {
    url: EXECUTE_ROUTE,
    methods: EXECUTE_METHODS,
    take(request, response) {
      const target = matchExecuteTarget(request.url ?? '');
      if (target === null) return false;
      new ExecuteExchange(context, request, response, target).begin();
      return true;
    },
  };
}

/**
 * One request to execute a data action and its answer. States: `begun` (headers judged) -> `reading` the body ->
 * `executing` -> `answered`; any -> `answered` by a refusal. It moves itself on, and answers once.
 */
class ExecuteExchange {
  readonly #context: ExecuteContext;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #target: ExecuteTarget;
  readonly #requestId: string;
  readonly #startedAtMs: number;
  #identity: Identity | undefined;

  constructor(context: ExecuteContext, request: IncomingMessage, response: ServerResponse, target: ExecuteTarget) {
    this.#context = context;
    this.#request = request;
    this.#response = response;
    this.#target = target;
    this.#requestId = toRequestId(request.headers);
    this.#startedAtMs = context.clock.monotonicMs();
  }

  begin(): void {
    try {
      this.#assertMethod();
      assertUncompressed(this.#request.headers);
      const identity = this.#context.callers.identify(this.#request);
      if (!(identity instanceof Promise)) this.#admit(identity);
      else {
        identity.then(
          (known) => this.#admit(known),
          (error: unknown) => this.#refuse(error),
        );
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #assertMethod(): void {
    const { method } = this.#request;
    if (method === 'POST' || method === 'GET') return;
    throw new HttpProblemError('METHOD_NOT_ALLOWED', `This address has ${ALLOWED}.`, { allow: ALLOWED });
  }

  #admit(identity: Identity): void {
    try {
      this.#identity = identity;
      assertScope(identity, 'dataactions:execute');
      if (this.#request.method === 'GET') this.#execute(identity, null);
      else {
        readBody(
          this.#request,
          DATA_ACTION_LIMITS.inputBytesMax,
          (body) => this.#execute(identity, body),
          () => this.#refuse(bodyTooLarge()),
        );
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #execute(identity: Identity, body: Buffer | null): void {
    const { service, meters } = this.#context;
    try {
      const { profile, input } = this.#readQuery();
      const request = this.#toExecutionRequest(
        identity,
        input ?? readInput(body, this.#request.headers['content-type']),
      );
      meters.inFlight += 1;
      service.execute(request).then(
        (result) => {
          meters.inFlight -= 1;
          this.#finish(request, result, profile);
        },
        (error: unknown) => {
          meters.inFlight -= 1;
          this.#refuse(error);
        },
      );
    } catch (error) {
      this.#refuse(error);
    }
  }

  /** Of a GET the query is the input; `profile` is never part of it. */
  #readQuery(): { readonly profile: AnswerProfile; readonly input: Record<string, unknown> | null } {
    const isGet = this.#request.method === 'GET';
    if (this.#target.query === '') return { profile: 'studio', input: isGet ? {} : null };
    const { profile, ...input } = parseFormMembers(this.#target.query, 'query');
    return { profile: parseProfile(profile), input: isGet ? input : null };
  }

  #toExecutionRequest(identity: Identity, input: Readonly<Record<string, unknown>>): ExecutionRequest {
    const actionId = decodeActionId(this.#target.rawActionId);
    if (!ID_PATTERN.test(actionId)) throw new ProblemError('NOT_FOUND', 'There is no such data action.');
    const { callerDeadlineMs, contactId, idempotencyKey } = parseExecuteHeaders(this.#request.headers);
    return {
      tenant: identity.tenant,
      actor: identity.actor,
      requestId: this.#requestId,
      actionId,
      input,
      receivedAtMs: this.#context.clock.monotonicMs(),
      callerDeadlineMs,
      contactId,
      idempotencyKey,
      readOnly: this.#request.method === 'GET',
    };
  }

  #finish(request: ExecutionRequest, result: ExecutionResult, profile: AnswerProfile): void {
    try {
      const bytes = Buffer.byteLength(result.body);
      const traceId = toTraceId(this.#request.headers);
      const kept = this.#context.record.keep(request, result, { bytes, traceId });
      if (kept === undefined) this.#answer(result, profile, bytes);
      else {
        kept.then(
          () => this.#answer(result, profile, bytes),
          (error: unknown) => this.#refuse(error),
        );
      }
    } catch (error) {
      this.#refuse(error);
    }
  }

  #answer(result: ExecutionResult, profile: AnswerProfile, bytes: number): void {
    const status = toStatus(result.head.outcome, profile);
    const isLast = this.#context.isDraining();
    sendResult(this.#response, result, { requestId: this.#requestId, status, bytes, isLast });
    this.#observe(status);
  }

  #refuse(error: unknown): void {
    const answer = toProblemAnswer(error, this.#requestId);
    reportProblem(answer, error, this.#context.logger);
    this.#context.record.keepRefusal(
      {
        caller: this.#identity,
        requestId: this.#requestId,
        traceId: toTraceId(this.#request.headers),
        actionId: this.#target.rawActionId,
        latencyMs: this.#context.clock.monotonicMs() - this.#startedAtMs,
      },
      error,
      answer.body.code,
    );
    sendProblem(this.#response, answer, { requestId: this.#requestId, isLast: this.#context.isDraining() });
    this.#observe(answer.status);
  }

  #observe(status: number): void {
    const { durations, clock } = this.#context;
    const series = durations.of(this.#request.method ?? '', EXECUTE_ROUTE, status);
    series.observe((clock.monotonicMs() - this.#startedAtMs) / 1000);
  }
}
