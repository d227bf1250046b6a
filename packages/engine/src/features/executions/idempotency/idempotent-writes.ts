import { executionAnswerSchema } from '@dipswitch/contract';
import type { Sealer } from '../../../seal/sealer.ts';
import { StateUnavailableError } from '../../../state/state-errors.ts';
import type { Clock } from '../../../util/clock.ts';
import type { DeadlineWatch } from '../../../util/deadline-watch.ts';
import type { Logger } from '../../../util/logger.ts';
import { ProblemError } from '../../../util/problem-error.ts';
import { type ExecutionCall, toReplayedResult } from '../call/execution-call.ts';
import { createFailure, type ExecutionFailure } from '../call/execution-failure.ts';
import type { ExecutionResult } from '../call/execution-result.ts';
import { type IdempotencyIdentity, toIdempotencyIdentity } from './idempotency-identity.ts';
import type { IdempotencyClaim, IdempotencyKey, IdempotencyStore, KnownExecution } from './idempotency-store.ts';

export interface IdempotentWritesOptions {
  readonly store: Pick<IdempotencyStore, 'claim' | 'finish' | 'release'>;
  readonly sealer: Pick<Sealer, 'seal' | 'open' | 'keyedDigest'>;
  readonly engineId: string;
  readonly clock: Clock;
  readonly watch: DeadlineWatch;
  readonly logger: Logger;
}

const ANSWER_KEPT_MS = 24 * 3_600_000;
/** On top of the deadline: after it an engine that still runs this write has long answered for it. */
const LEASE_SLACK_MS = 60_000;
const RETRY_AFTER_SECONDS = 1;
const STATE_UNAVAILABLE = createFailure('UNAVAILABLE', 'state-unavailable');
const STATE_LATE = createFailure('UNAVAILABLE', 'state-timeout');

/**
 * Makes a repeated write run once. Its claim is durable before its statement goes out; afterwards its answer is kept and
 * given again, byte for byte. A write that took no effect for certain is forgotten, so that the repetition runs. One of
 * which that is not known keeps its answer as well and never runs again: the answer says that it failed, the store that
 * it is in doubt. A claim whose engine died is refused as in doubt once its lease is over.
 */
export class IdempotentWrites {
  readonly #options: IdempotentWritesOptions;

  constructor(options: IdempotentWritesOptions) {
    this.#options = options;
  }

  /**
   * @param run called once, or not at all
   * @param refuse makes the answer of a write that cannot be begun now
   * @throws ProblemError EXECUTION_IN_PROGRESS, EXECUTION_IN_DOUBT, IDEMPOTENCY_KEY_REUSED, INVALID_REQUEST
   */
  async runOnce(
    call: ExecutionCall,
    run: () => Promise<ExecutionResult | 'paused'>,
    refuse: (failure: ExecutionFailure) => ExecutionResult,
  ): Promise<ExecutionResult | 'paused'> {
    const identity = toIdempotencyIdentity(call, this.#options.sealer);
    if (identity === null) return run();
    const claim = this.#toClaim(call, identity);
    const known = await this.#claim(claim, call.deadline.workEndsAtMs);
    if (known === 'unavailable') return refuse(STATE_UNAVAILABLE);
    if (known === 'late') return refuse(STATE_LATE);
    if (known !== 'claimed') return this.#replay(call, claim, known);
    const ran = await run();
    await this.#settle(claim, ran, call.deadline.answerAtMs);
    return ran;
  }

  #toClaim({ runner, deadline }: ExecutionCall, identity: IdempotencyIdentity): IdempotencyClaim {
    const { tenant, actionId } = runner.compiled.action;
    const now = this.#options.clock.now();
    return {
      tenant,
      actionId,
      ...identity,
      engineId: this.#options.engineId,
      now,
      leaseUntil: now + Math.ceil(deadline.remainingMs()) + LEASE_SLACK_MS,
      expiresAt: now + ANSWER_KEPT_MS,
    };
  }

  async #claim(
    claim: IdempotencyClaim,
    endsAtMs: number,
  ): Promise<'claimed' | KnownExecution | 'unavailable' | 'late'> {
    const { store, watch, logger } = this.#options;
    const claiming = store.claim(claim);
    try {
      const known = await watch.race(claiming, endsAtMs, undefined);
      if (known !== undefined) return known;
      // The claim may still be made; nothing runs under it.
      claiming.then((late) => (late === 'claimed' ? this.#release(claim) : undefined)).catch(() => {});
      return 'late';
    } catch (error) {
      if (!(error instanceof StateUnavailableError)) logger.error({ err: error }, 'a write could not be claimed');
      return 'unavailable';
    }
  }

  /** Waits for the store only as long as the caller has time; what it does after that still counts. */
  async #settle(claim: IdempotencyClaim, ran: ExecutionResult | 'paused', endsAtMs: number): Promise<void> {
    const settled =
      ran === 'paused' || ran.failure?.effect === 'none'
        ? this.#release(claim)
        : this.#finish(claim, ran.failure === null ? 'done' : 'in-doubt', ran.body);
    await this.#options.watch.race(settled, endsAtMs, undefined);
  }

  async #finish(claim: IdempotencyClaim, state: 'done' | 'in-doubt', body: string): Promise<void> {
    const { store, sealer, logger } = this.#options;
    try {
      await store.finish(claim, state, sealer.seal(body, sealContext(claim)));
    } catch (error) {
      logger.warn({ actionId: claim.actionId, err: error }, 'the answer of a write could not be kept');
    }
  }

  async #release(claim: IdempotencyClaim): Promise<void> {
    const { store, logger } = this.#options;
    try {
      await store.release(claim);
    } catch (error) {
      logger.warn({ actionId: claim.actionId, err: error }, 'a write that did not run could not be released');
    }
  }

  #replay(call: ExecutionCall, claim: IdempotencyClaim, known: KnownExecution): ExecutionResult {
    if (known.requestHash !== claim.requestHash) {
      throw new ProblemError('IDEMPOTENCY_KEY_REUSED', 'The key was used for other input before.');
    }
    if (known.state === 'running' && known.leaseUntil > claim.now) {
      throw new ProblemError('EXECUTION_IN_PROGRESS', 'The same write is still running.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
    if (known.state === 'running' || known.answer === null) {
      throw new ProblemError('EXECUTION_IN_DOUBT', 'The engine that ran this write stopped before it knew the result.');
    }
    const { sealer, clock } = this.#options;
    const body = sealer.open(known.answer, sealContext(claim));
    return toReplayedResult(call, executionAnswerSchema.parse(JSON.parse(body)), body, clock);
  }
}

function sealContext({ tenant, actionId, keyHash }: IdempotencyKey): string {
  return JSON.stringify(['idempotent execution', tenant, actionId, keyHash]);
}
