import { DATA_ACTION_LIMITS, executionAnswerSchema } from '@dipswitch/contract';
import { invalidArgument, isDipswitchError } from '../errors.ts';
import { parseRetryAfter } from '../http/retry-after.ts';
import type { Clock } from '../util/clock.ts';
import { sleep } from '../util/wait.ts';
import type { CallAnswer, Sender, WireAnswer } from '../wire.ts';
import { readAnswer, toError } from './answer.ts';
import type { ActionInput, ExecuteDataActionOptions, Execution } from './data-actions-types.ts';

/** What the round trip may take beyond the deadline of an action. */
const MARGIN_MS = 5_000;
/** When the server names no time after which a running execution has its answer. */
const DEFAULT_WAIT_MS = 1_000;
const HEADER_VALUE = /^[\x21-\x7e]{1,255}$/;

type SenderOptions = ExecuteDataActionOptions & { readonly idempotencyKey: string };

/**
 * Sends executions. Every attempt of one call carries the same idempotency key: a write whose answer was lost is not
 * made twice, its stored answer comes back.
 */
export class ExecutionSender {
  readonly #sender: Sender;
  readonly #clock: Clock;

  constructor(sender: Sender, clock: Clock) {
    this.#sender = sender;
    this.#clock = clock;
  }

  async execute(path: string, input: ActionInput, options: SenderOptions): Promise<Execution> {
    assertHeaderValue('idempotencyKey', options.idempotencyKey);
    if (options.contactId !== undefined) assertHeaderValue('contactId', options.contactId);
    const answerWithinMs = options.answerWithinMs ?? DATA_ACTION_LIMITS.deadlineMsMax;
    const limitMs = options.deadlineMs ?? answerWithinMs + MARGIN_MS;
    const deadlineAtMs = this.#clock.monotonicMs() + limitMs;
    let answer = await this.#send(path, input, options, limitMs);
    // Our own lost attempt is what still runs: it has the answer, soon.
    while (answer.maybeCarriedOut && isInProgress(answer)) {
      const waitMs = this.#waitMs(answer);
      const leftMs = Math.floor(deadlineAtMs - this.#clock.monotonicMs() - waitMs);
      if (leftMs <= 0) break;
      await sleep(this.#clock, waitMs, options.signal ?? new AbortController().signal);
      answer = { ...(await this.#send(path, input, options, leftMs)), maybeCarriedOut: true };
    }
    return this.#toExecution(answer);
  }

  #send(path: string, input: ActionInput, options: SenderOptions, deadlineMs: number): Promise<CallAnswer> {
    const { answerWithinMs, contactId, idempotencyKey, profile, requestId, signal } = options;
    return this.#sender.send({
      method: 'POST',
      path: profile === undefined ? path : `${path}?profile=${profile}`,
      headers: {
        'idempotency-key': idempotencyKey,
        ...(contactId === undefined ? {} : { 'x-contact-id': contactId }),
        ...(answerWithinMs === undefined ? {} : { 'x-deadline-ms': String(answerWithinMs) }),
      },
      body: JSON.stringify(input),
      contentType: 'application/json',
      repeatable: true,
      isFinal: isOutcome,
      signal,
      deadlineMs,
      attemptTimeoutMs: (answerWithinMs ?? DATA_ACTION_LIMITS.deadlineMsMax) + MARGIN_MS,
      requestId,
    });
  }

  #waitMs({ headers }: WireAnswer): number {
    const named = parseRetryAfter(headers.get('retry-after'), headers.get('date'), this.#clock.now());
    return named.kind === 'wait' ? named.delayMs : DEFAULT_WAIT_MS;
  }

  #toExecution(answer: CallAnswer): Execution {
    const named = parseRetryAfter(answer.headers.get('retry-after'), answer.headers.get('date'), this.#clock.now());
    // A failure under the profile `rest` has a status of its own, and is an answer all the same.
    const read = isOutcome(answer) ? { ...answer, status: 200 } : answer;
    return {
      answer: readAnswer(read, executionAnswerSchema),
      status: answer.status,
      retryAfterSeconds: named.kind === 'wait' ? Math.ceil(named.delayMs / 1000) : null,
      requestId: answer.requestId,
    };
  }
}

/** An answer of the action itself, whatever its status. */
function isOutcome({ json }: WireAnswer): boolean {
  return typeof json === 'object' && json !== null && 'outcome' in json && typeof json.outcome === 'string';
}

function isInProgress(answer: CallAnswer): boolean {
  return answer.status === 409 && isDipswitchError(toError(answer), 'EXECUTION_IN_PROGRESS');
}

function assertHeaderValue(name: string, value: string): void {
  if (typeof value !== 'string' || !HEADER_VALUE.test(value)) {
    throw invalidArgument('ERR_INVALID_ARG_VALUE', `${name} must be 1 to 255 printable characters without spaces`);
  }
}
