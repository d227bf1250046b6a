import { randomUUID } from 'node:crypto';
import type { ConnectorBody } from '@dipswitch/contract';
import { type BegunWrite, digestOfBody, resourceKey, type WriteOutcome } from '../plan/journal-state.ts';
import type { Change, ChangeProgress, StoredState } from '../plan/plan.ts';
import type { VaultNoticeResult } from '../webhooks/vault-notice-types.ts';
import type { Journal } from './apply-journal.ts';
import type { ChangeResult, ChangeStatus, FailureReport } from './apply-types.ts';
import { ChangeRecords, type ChangeRecordsOptions } from './change-records.ts';
import { stopsTheRun, toFailureReport } from './failure-report.ts';
import { stateOf, stepsOf, type Write, type WriteStep, type WrittenResources } from './write-steps.ts';

/** What a run needs of the rest of the client. */
export interface ApplySeams extends WrittenResources, ChangeRecordsOptions {
  /** Null: a run that is killed leaves no word of what it had begun. */
  readonly journal: Journal | null;
  /** Null: no vault is told. */
  readonly notifyVault: ((connector: ConnectorBody, signal: AbortSignal) => Promise<VaultNoticeResult>) | null;
  /** Makes sure that a token is available. @throws AUTH_UNAVAILABLE */
  readonly authenticate: (signal: AbortSignal) => Promise<void>;
}

export interface CarriedOut {
  readonly result: ChangeResult;
  /** Why no further change may be started; null when one may. */
  readonly stop: FailureReport | null;
}

/** What became of one step. */
type TakenStep =
  | {
      readonly status: 'applied' | 'unchanged';
      readonly stored: StoredState;
      /** Of the request that wrote it; empty when none did. */
      readonly requestId: string;
      readonly stop: FailureReport | null;
    }
  | {
      readonly status: 'conflict' | 'failed' | 'skipped';
      readonly failure: FailureReport;
      readonly stop: FailureReport | null;
    };

const UNKNOWN_STATE: StoredState = { revision: null, version: null, publishedVersion: null };

/** Carries out one change at a time, step by step: journal, write, audit record and journal; then word to the vault. */
export class ChangeWriter {
  readonly #seams: ApplySeams;
  readonly #records: ChangeRecords;
  readonly #signal: AbortSignal;
  /** By `resourceKey`: changes of which some steps are done. */
  readonly #progress = new Map<string, ChangeProgress>();
  /** Keys of what was in doubt when the run began and is not any more. */
  readonly #settled = new Set<string>();

  constructor(seams: ApplySeams, signal: AbortSignal) {
    this.#seams = seams;
    this.#records = new ChangeRecords(seams);
    this.#signal = signal;
  }

  /** Whether an earlier run began this change and nobody knows whether the server carried it out. */
  isInDoubt(change: Change): boolean {
    return this.#doubtOf(change) !== null;
  }

  /** Steps that an earlier run has done are not taken again. */
  resume(change: Change, progress: ChangeProgress): void {
    this.#progress.set(resourceKey(change), progress);
  }

  /** Never rejects for what can go wrong in the world; that is in the result. */
  async carryOut(change: Write): Promise<CarriedOut> {
    const key = resourceKey(change);
    const startedAtMs = this.#seams.clock.monotonicMs();
    let progress = this.#progress.get(key) ?? { stepsDone: 0, stored: stateOf(change) };
    let status: ChangeStatus = 'unchanged';
    let requestId = '';
    let stop = await this.#settleEarlierStep(change);
    const toSteps = stepsOf(change, this.#seams);
    while (progress.stepsDone < toSteps.length) {
      const step = toSteps[progress.stepsDone]?.(progress.stored) ?? null;
      const taken = stop === null && step !== null ? await this.#take(change, step) : null;
      if (stop !== null || (taken !== null && 'failure' in taken)) {
        const failure = taken !== null && 'failure' in taken ? taken.failure : stop;
        return this.#end(change, taken?.status ?? 'failed', {
          startedAtMs,
          progress,
          failure,
          requestId,
          stop: taken?.stop ?? stop,
        });
      }
      if (taken?.status === 'applied') [status, requestId] = ['applied', taken.requestId];
      progress = { stepsDone: progress.stepsDone + 1, stored: taken?.stored ?? progress.stored };
      this.#progress.set(key, progress);
      stop = taken?.stop ?? null;
    }
    return this.#end(change, status, { startedAtMs, progress, failure: null, requestId, stop });
  }

  /**
   * Writes down that the server holds what an earlier run began to make: in the journal, and in the audit file, where
   * that run may not have come to it. Why that could not be done, or null.
   */
  async settle(change: Change, stored: StoredState): Promise<FailureReport | null> {
    const begun = this.#doubtOf(change);
    // What a draft run sees of a publication that nobody knows the end of says nothing about it.
    if (begun?.action === 'publish' && stored.publishedVersion !== stored.version) return null;
    const { revision } = stored;
    const unrecorded = begun === null ? null : await this.#attempt(() => this.#records.found(change, begun, stored));
    const failure =
      unrecorded ?? (await this.#attempt(() => this.#seams.journal?.end(change, 'applied', revision, null)));
    if (failure === null) this.#settled.add(resourceKey(change));
    return failure;
  }

  #doubtOf(change: Change): BegunWrite | null {
    const key = resourceKey(change);
    return this.#settled.has(key) ? null : (this.#seams.journal?.entries.get(key)?.inDoubt ?? null);
  }

  /** The plan saw that a version whose storing was in doubt is there: only its publishing is left to be done. */
  async #settleEarlierStep(change: Write): Promise<FailureReport | null> {
    const begun = this.#doubtOf(change);
    if (begun === null || change.action !== 'publish' || begun.action === 'publish') return null;
    if (begun.digest !== digestOfBody(change.desired)) return null;
    return await this.settle(change, stateOf(change));
  }

  async #take(change: Write, step: WriteStep): Promise<TakenStep> {
    const { clock, journal } = this.#seams;
    const isInDoubt = this.isInDoubt(change);
    const found = isInDoubt ? await this.#findDone(step) : null;
    if (found !== null && 'failure' in found) return { status: 'failed', ...found, stop: stopOf(found.failure) };
    if (found !== null) {
      return { status: 'unchanged', stored: found, requestId: '', stop: await this.settle(change, found) };
    }
    const requestId = randomUUID();
    const unwritten = await this.#attempt(() => journal?.begin(change, step.action, requestId));
    // What cannot be written down is not sent.
    if (unwritten !== null) return { status: 'skipped', failure: unwritten, stop: unwritten };
    const startedAtMs = clock.monotonicMs();
    const taken = await this.#send(step, requestId, isInDoubt);
    const latencyMs = clock.monotonicMs() - startedAtMs;
    // In this order: a kill between the two leaves the change in doubt, and the next run records it once more. The other
    // way round it would be recorded by nobody.
    const { action } = step;
    const written = {
      stored: 'stored' in taken ? taken.stored : null,
      failure: 'failure' in taken ? taken.failure : null,
    };
    const record = { action, ...written, latencyMs, requestId };
    const unrecorded = await this.#attempt(() => this.#records.step(change, record));
    const unjournaled = await this.#journalEnd(change, taken);
    if ('stored' in taken) this.#settled.add(resourceKey(change));
    return { ...taken, stop: unrecorded ?? unjournaled ?? taken.stop };
  }

  async #send(step: WriteStep, requestId: string, isInDoubt: boolean): Promise<TakenStep> {
    try {
      const stored = await step.send({ signal: this.#signal, requestId });
      return { status: 'applied', stored, requestId, stop: null };
    } catch (error) {
      const failure = toFailureReport(error, this.#signal);
      if (failure === null) throw error;
      if (failure.code !== 'PRECONDITION_FAILED') return { status: 'failed', failure, stop: stopOf(failure) };
      // The lost write of an earlier run may have reached the server only now.
      const found = isInDoubt ? await this.#findDone(step) : null;
      if (found !== null && !('failure' in found)) {
        return { status: 'unchanged', stored: found, requestId, stop: null };
      }
      return { status: 'conflict', failure, stop: null };
    }
  }

  async #findDone(step: WriteStep): Promise<StoredState | { readonly failure: FailureReport } | null> {
    try {
      return await step.findDone(this.#signal);
    } catch (error) {
      const failure = toFailureReport(error, this.#signal);
      if (failure === null) throw error;
      return { failure };
    }
  }

  async #end(
    change: Write,
    status: ChangeStatus,
    { startedAtMs, progress, failure, requestId, stop }: Ending,
  ): Promise<CarriedOut> {
    const { stepsDone, stored } = progress;
    const isHalfDone = failure !== null && stepsDone > 0;
    const latencyMs = this.#seams.clock.monotonicMs() - startedAtMs;
    const notice = await this.#notify(change, status, requestId);
    const result: ChangeResult = {
      change,
      status,
      ...(failure !== null && !isHalfDone ? UNKNOWN_STATE : stored),
      latencyMs,
      failure: isHalfDone ? toHalfDone(failure, stored) : failure,
      vaultNotice: notice.result,
    };
    return { result, stop: stop ?? notice.stop };
  }

  #journalEnd(change: Write, taken: TakenStep): Promise<FailureReport | null> {
    const { journal } = this.#seams;
    if ('stored' in taken) return this.#attempt(() => journal?.end(change, 'applied', taken.stored.revision, null));
    const { failure } = taken;
    return this.#attempt(() => journal?.end(change, outcomeOf(failure), null, failure.code));
  }

  async #notify(
    change: Write,
    status: ChangeStatus,
    requestId: string,
  ): Promise<{ readonly result: VaultNoticeResult | null; readonly stop: FailureReport | null }> {
    const { notifyVault } = this.#seams;
    const isTold = change.kind === 'connector' && change.desired !== null && status === 'applied';
    if (notifyVault === null || !isTold || change.desired === null) return { result: null, stop: null };
    const notice = await notifyVault(change.desired, this.#signal);
    const stop = await this.#attempt(() => this.#records.notice(change, notice, requestId));
    return { result: notice, stop };
  }

  /** Why it could not be done, or null. */
  async #attempt(work: () => Promise<unknown> | undefined): Promise<FailureReport | null> {
    try {
      await work();
      return null;
    } catch (error) {
      const failure = toFailureReport(error, this.#signal);
      if (failure === null) throw error;
      return failure;
    }
  }
}

interface Ending {
  readonly startedAtMs: number;
  readonly progress: ChangeProgress;
  readonly failure: FailureReport | null;
  readonly requestId: string;
  readonly stop: FailureReport | null;
}

function toHalfDone(failure: FailureReport, { version }: StoredState): FailureReport {
  return { ...failure, message: `version ${version} is stored, but not published: ${failure.message}` };
}

/** No answer, and an answer of a server in trouble, say nothing about what it has done. */
function outcomeOf(failure: FailureReport): WriteOutcome {
  return failure.status === null || failure.status >= 500 ? 'unknown' : 'refused';
}

function stopOf(failure: FailureReport): FailureReport | null {
  return stopsTheRun(failure) ? failure : null;
}
