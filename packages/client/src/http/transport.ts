import { randomUUID } from 'node:crypto';
import type { Secret } from '@dipswitch/contract';
import type { Dispatcher } from 'undici';
import { DipswitchError } from '../errors.ts';
import { type AttemptOutcome, routeOf } from '../telemetry/attempt.ts';
import type { AttemptObservation, AttemptObserver } from '../telemetry/attempt-observer.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { sleep, timedSignal } from '../util/wait.ts';
import type { CallAnswer, Sender, TokenSource, WireAnswer, WireCounters, WireRequest } from '../wire.ts';
import { type CallState, countAttempt, noteAmbiguity, outcomeOf, withCallFacts } from './call-state.ts';
import { exchange, surelyNotSent } from './exchange.ts';
import type { Gate } from './gate.ts';
import type { PaceReport } from './lane-pace.ts';
import type { LatencyHistogram } from './latency-histogram.ts';
import { parseQuota } from './rate-limit-header.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { RetryBudget } from './retry-budget.ts';
import { type AttemptReport, decideRetry, type RetryDecision } from './retry-strategies.ts';

export interface TransportOptions {
  readonly dispatcher: Dispatcher;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Path before every request's; empty or like `/engine`. */
  readonly basePath: string;
  readonly userAgent: string;
  readonly gate: Gate;
  /** Null: retries are bounded for each call alone. */
  readonly retryBudget: RetryBudget | null;
  /** Null: requests carry no bearer token. */
  readonly tokenSource: TokenSource | null;
  /** Cut out of error answers, besides the token itself. */
  readonly redact: readonly Secret[];
  readonly deadlineMs: number;
  readonly attemptTimeoutMs: number;
  readonly maxFailedAttempts: number;
  readonly maxRetryAfterMs: number;
  readonly maxBodyBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly latency: LatencyHistogram;
  readonly counters: WireCounters;
  readonly observer: AttemptObserver;
}

interface Attempt {
  readonly token: Secret | undefined;
  readonly state: CallState;
  readonly signal: AbortSignal;
  /** Headers that an observer adds. */
  readonly observed: Readonly<Record<string, string>>;
}

interface Turn {
  readonly token: Secret | undefined;
  readonly report: AttemptReport;
  readonly decision: RetryDecision;
}

/** Sends requests; the one retry loop. Stateless but for what its gate, token source and counters hold. */
export class Transport implements Sender {
  readonly #options: TransportOptions;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the final answer, whatever its status, or rejects with `DEADLINE_EXCEEDED`, the last attempt's
   * failure, or the reason of the caller's signal.
   */
  async send(request: WireRequest): Promise<CallAnswer> {
    const { clock } = this.#options;
    const deadlineMs = request.deadlineMs ?? this.#options.deadlineMs;
    const limit = timedSignal(
      clock,
      request.signal,
      deadlineMs,
      () => new DipswitchError('DEADLINE_EXCEEDED', `no final answer within ${deadlineMs} ms`),
    );
    const state: CallState = {
      requestId: request.requestId ?? randomUUID(),
      deadlineAtMs: clock.monotonicMs() + deadlineMs,
      signal: limit.signal,
      attempts: 0,
      failedAttempts: 0,
      rateLimitedInARow: 0,
      tokenReplaced: false,
      maybeCarriedOut: false,
      lastFailure: undefined,
    };
    try {
      return await this.#loop(request, state);
    } catch (error) {
      throw withCallFacts(error, request, state);
    } finally {
      limit.release();
    }
  }

  async #loop(request: WireRequest, state: CallState): Promise<CallAnswer> {
    this.#options.counters.requests += 1;
    this.#options.retryBudget?.noteRequest();
    for (;;) {
      const { token, report, decision } = await this.#onTurn(request, state);
      const goOn = await this.#actOn(decision, report, request, token, state);
      if (goOn) continue;
      if (report.kind === 'failure') {
        noteAmbiguity(report, state);
        throw report.error;
      }
      return {
        ...report.answer,
        request: { method: request.method, path: request.path },
        requestId: report.answer.headers.get('x-request-id') ?? state.requestId,
        attempts: state.attempts,
        maybeCarriedOut: state.maybeCarriedOut,
      };
    }
  }

  /** One attempt, when the gate lets it through, and what is to follow. */
  async #onTurn(request: WireRequest, state: CallState): Promise<Turn> {
    const { gate, tokenSource, counters } = this.#options;
    const permit = await gate.pass(request.method === 'GET' ? 'read' : 'write', state.deadlineAtMs, state.signal);
    let paceReport: PaceReport | null = null;
    try {
      const token = await tokenSource?.get(state.signal);
      // A refresh takes time, and the gate may have closed meanwhile.
      await gate.whenOpen(state.deadlineAtMs, state.signal);
      const report = await this.#attempt(request, token, state);
      countAttempt(report, state, counters);
      const decision = this.#decide(report, request, state);
      if (report.kind === 'answer') paceReport = this.#paceReport(report.answer, isFinal(report, request));
      return { token, report, decision };
    } finally {
      // After the decision, which may have closed the gate: the end of a permit lets the next one through.
      permit.end(paceReport);
    }
  }

  #decide(report: AttemptReport, request: WireRequest, state: CallState): RetryDecision {
    if (isFinal(report, request)) return { action: 'give-up' };
    const { clock, gate, maxFailedAttempts, maxRetryAfterMs, random, tokenSource } = this.#options;
    const decision = decideRetry(report, {
      repeatable: request.repeatable,
      failedAttempts: state.failedAttempts,
      rateLimitedInARow: state.rateLimitedInARow,
      canRefreshToken: tokenSource !== null && !state.tokenReplaced,
      maxFailedAttempts,
      maxRetryAfterMs,
      nowMs: clock.now(),
      random,
    });
    if (decision.action === 'retry' && decision.holds === 'all') gate.closeFor(decision.delayMs);
    return decision;
  }

  #paceReport({ status, headers }: WireAnswer, isFinal: boolean): PaceReport {
    const nowMs = this.#options.clock.now();
    const refused = status === 429 && !isFinal;
    return {
      refused,
      counted: !refused && status !== 401,
      quota: parseQuota(headers, nowMs),
      namesTime: parseRetryAfter(headers.get('retry-after'), headers.get('date'), nowMs).kind === 'wait',
    };
  }

  /** Carries out the decision; false when there is nothing more to try. @throws RETRY_BUDGET_SPENT */
  async #actOn(
    decision: RetryDecision,
    report: AttemptReport,
    request: WireRequest,
    token: Secret | undefined,
    state: CallState,
  ): Promise<boolean> {
    const { clock, counters, logger, tokenSource } = this.#options;
    if (decision.action === 'give-up') return false;
    if (decision.action === 'refresh-token') {
      state.tokenReplaced = true;
      if (token !== undefined) tokenSource?.reject(token);
    } else {
      const { delayMs, holds, capped } = decision;
      if (capped) {
        counters.retryAfterCapped += 1;
        logger.warn({ method: request.method, path: request.path, delayMs }, 'Retry-After is absurd, cut to the cap');
      }
      if (clock.monotonicMs() + delayMs > state.deadlineAtMs) return false;
      if (holds === 'this') {
        this.#spendRetry(report, state);
        await sleep(clock, Math.ceil(delayMs), state.signal);
      }
    }
    logger.debug({ method: request.method, path: request.path, attempt: state.attempts, decision }, 'trying again');
    noteAmbiguity(report, state);
    counters.retries += 1;
    return true;
  }

  /** A retry that no server asked for. */
  #spendRetry(report: AttemptReport, state: CallState): void {
    const { counters, retryBudget } = this.#options;
    if (retryBudget !== null && !retryBudget.take()) {
      noteAmbiguity(report, state);
      throw new DipswitchError('RETRY_BUDGET_SPENT', 'too many requests had to be repeated', {
        ...(report.kind === 'answer' ? { status: report.answer.status } : { cause: report.error }),
      });
    }
    counters.failureRetries += 1;
  }

  async #attempt(request: WireRequest, token: Secret | undefined, state: CallState): Promise<AttemptReport> {
    const { clock, latency } = this.#options;
    const attemptTimeoutMs = request.attemptTimeoutMs ?? this.#options.attemptTimeoutMs;
    state.attempts += 1;
    const observation = await this.#observe(request, state);
    const limit = timedSignal(
      clock,
      state.signal,
      attemptTimeoutMs,
      () => new DipswitchError('ATTEMPT_TIMEOUT', `no answer within ${attemptTimeoutMs} ms`),
    );
    const startedAtMs = clock.monotonicMs();
    let outcome: AttemptOutcome = 'aborted';
    let status: number | null = null;
    let errorCode: string | null = null;
    try {
      const answer = await this.#exchange(request, {
        token,
        state,
        signal: limit.signal,
        observed: observation.headers,
      });
      status = answer.status;
      outcome = outcomeOf(status);
      return { kind: 'answer', answer };
    } catch (error) {
      if (state.signal.aborted) {
        if (state.signal.reason instanceof DipswitchError) outcome = 'timeout';
        // Sent, and nobody will hear the answer.
        state.maybeCarriedOut = true;
        throw state.signal.reason;
      }
      if (!(error instanceof DipswitchError)) throw error;
      errorCode = error.code;
      outcome = errorCode === 'ATTEMPT_TIMEOUT' ? 'timeout' : 'connection';
      return { kind: 'failure', error, reachedServer: !surelyNotSent(error) };
    } finally {
      const durationMs = clock.monotonicMs() - startedAtMs;
      latency.record(durationMs, outcome);
      observation.end({ outcome, status, errorCode, durationMs });
      limit.release();
    }
  }

  #observe(request: WireRequest, { requestId, attempts }: CallState): Promise<AttemptObservation> {
    const { origin, observer } = this.#options;
    return observer.start({
      method: request.method,
      origin,
      route: routeOf(request.path),
      requestId,
      attempt: attempts,
    });
  }

  async #exchange(request: WireRequest, { token, state, signal, observed }: Attempt): Promise<WireAnswer> {
    const { dispatcher, origin, basePath, userAgent, maxBodyBytes, redact } = this.#options;
    return exchange(dispatcher, {
      origin,
      method: request.method,
      path: basePath + request.path,
      headers: {
        ...observed,
        accept: 'application/json, application/problem+json',
        'user-agent': userAgent,
        'x-request-id': state.requestId,
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token.expose()}` }),
        ...request.headers,
        ...(await request.freshHeaders?.()),
      },
      body: (typeof request.body === 'function' ? request.body() : request.body) ?? null,
      maxBodyBytes,
      ignoresBody: request.ignoresBody ?? false,
      redact: token === undefined ? redact : [...redact, token],
      signal,
    });
  }
}

function isFinal(report: AttemptReport, request: WireRequest): boolean {
  return report.kind === 'answer' && request.isFinal?.(report.answer) === true;
}
