import { randomUUID } from 'node:crypto';
import type { AuditEvent, ConnectorBody } from '@dipswitch/contract';
import { isDipswitchError } from '../errors.ts';
import type { Connectors } from '../resources/connectors-types.ts';
import type { Clock } from '../util/clock.ts';
import { isSameConnector } from '../util/connector-comparison.ts';
import type { VaultNoticeResult } from '../webhooks/vault-notice-types.ts';
import type { Journal } from './apply-journal.ts';
import type { ChangeResult, ChangeStatus, FailureReport } from './apply-types.ts';
import { stopsTheRun, toFailureReport } from './failure-report.ts';
import { resourceKey, type WriteAction, type WriteOutcome } from './journal-state.ts';
import type { Change } from './plan.ts';

/** What a run needs of the rest of the client. */
export interface ApplySeams {
  readonly connectors: Connectors;
  /** Resolves when the record is durable; null: nothing is recorded. */
  readonly audit: ((event: AuditEvent) => Promise<unknown>) | null;
  /** Null: a run that is killed leaves no word of what it had begun. */
  readonly journal: Journal | null;
  /** Null: no vault is told. */
  readonly notifyVault: ((connector: ConnectorBody, signal: AbortSignal) => Promise<VaultNoticeResult>) | null;
  /** Makes sure that a token can be had. @throws AUTH_UNAVAILABLE */
  readonly authenticate: (signal: AbortSignal) => Promise<void>;
  readonly clock: Clock;
  /** Named in the audit records. */
  readonly actor: string;
}

export interface CarriedOut {
  readonly result: ChangeResult;
  /** Why no further change may be started; null when one may. */
  readonly stop: FailureReport | null;
}

type Write = Change & { readonly action: WriteAction };

const AUDIT_TYPES: Readonly<Record<WriteAction, string>> = {
  create: 'CONNECTOR_CREATED',
  update: 'CONNECTOR_UPDATED',
  delete: 'CONNECTOR_DELETED',
};

/** Carries out one change at a time: journal, write, journal and audit record, word to the vault. */
export class ChangeWriter {
  readonly #seams: ApplySeams;
  readonly #signal: AbortSignal;

  constructor(seams: ApplySeams, signal: AbortSignal) {
    this.#seams = seams;
    this.#signal = signal;
  }

  /** Whether an earlier run began this change and nobody knows whether the server carried it out. */
  isInDoubt(change: Change): boolean {
    return (this.#seams.journal?.entries.get(resourceKey(change))?.inDoubt ?? null) !== null;
  }

  /** Never rejects for what can go wrong in the world; that is in the result. */
  async carryOut(change: Write): Promise<CarriedOut> {
    const requestId = randomUUID();
    const startedAtMs = this.#seams.clock.monotonicMs();
    const end = (status: ChangeStatus, revision: number | null, failure: FailureReport | null): ChangeResult => ({
      change,
      status,
      revision,
      latencyMs: this.#seams.clock.monotonicMs() - startedAtMs,
      failure,
      vaultNotice: null,
    });
    const found = this.isInDoubt(change) ? await this.#findDone(change) : null;
    if (found !== null && 'failure' in found)
      return { result: end('failed', null, found.failure), stop: stopOf(found.failure) };
    if (found !== null) {
      return { result: end('unchanged', found.revision, null), stop: await this.settle(change, found.revision) };
    }
    const unwritten = await this.#attempt(() => this.#seams.journal?.begin(change, change.action, requestId));
    // What can not be written down is not sent.
    if (unwritten !== null) return { result: end('skipped', null, unwritten), stop: unwritten };
    const result = await this.#write(change, requestId, end);
    // In this order: a kill between the two leaves the change in doubt, and the next run records it once more. The other
    // way round it would be recorded by nobody.
    const unrecorded = await this.#record(change, result, requestId);
    const unjournaled = await this.#journalEnd(change, result);
    const notice = await this.#notify(change, result, requestId);
    const stop = unrecorded ?? unjournaled ?? notice.stop;
    return {
      result: { ...result, vaultNotice: notice.result },
      stop: stop ?? (result.failure === null ? null : stopOf(result.failure)),
    };
  }

  /**
   * Writes down that the server holds what an earlier run began to make: in the journal, and in the audit file, where
   * that run may not have come to it. Why that could not be done, or null.
   */
  async settle(change: Change, revision: number | null): Promise<FailureReport | null> {
    const { journal } = this.#seams;
    const begun = journal?.entries.get(resourceKey(change))?.inDoubt ?? null;
    const unrecorded =
      begun === null
        ? null
        : await this.#audit({
            eventType: AUDIT_TYPES[begun.action],
            connectorId: change.id,
            status: 'SUCCESS',
            latencyMs: 0,
            requestId: begun.requestId,
            details: { ...(revision === null ? {} : { revision }), foundAfterInterruption: true },
          });
    return unrecorded ?? (await this.#attempt(() => journal?.end(change, 'applied', revision, null)));
  }

  async #write(
    change: Write,
    requestId: string,
    end: (status: ChangeStatus, revision: number | null, failure: FailureReport | null) => ChangeResult,
  ): Promise<ChangeResult> {
    try {
      return end('applied', await this.#send(change, requestId), null);
    } catch (error) {
      const failure = toFailureReport(error, this.#signal);
      if (failure === null) throw error;
      if (failure.code !== 'PRECONDITION_FAILED') return end('failed', null, failure);
      // The lost write of an earlier run may have reached the server only now.
      const found = this.isInDoubt(change) ? await this.#findDone(change) : null;
      if (found !== null && !('failure' in found)) return end('unchanged', found.revision, null);
      return end('conflict', null, failure);
    }
  }

  /** The precondition makes a plan that the server has overtaken fail, rather than undo somebody's work. */
  async #send(change: Write, requestId: string): Promise<number | null> {
    const { connectors } = this.#seams;
    const call = { signal: this.#signal, requestId };
    if (change.desired === null) {
      await connectors.delete(change.id, { ...call, ...(change.revision === null ? {} : { onlyIf: change.revision }) });
      return null;
    }
    const { revision } = await connectors.put(change.desired, { ...call, onlyIf: change.revision ?? 'absent' });
    return revision;
  }

  /** Looks whether the server holds what the change would make. Null: it does not. */
  async #findDone(
    change: Write,
  ): Promise<{ readonly revision: number | null } | { readonly failure: FailureReport } | null> {
    try {
      const stored = await this.#seams.connectors.get(change.id, { signal: this.#signal });
      if (change.desired === null || !isSameConnector(stored, change.desired)) return null;
      return { revision: stored.revision };
    } catch (error) {
      if (isDipswitchError(error, 'NOT_FOUND')) return change.desired === null ? { revision: null } : null;
      const failure = toFailureReport(error, this.#signal);
      if (failure === null) throw error;
      return { failure };
    }
  }

  #journalEnd(change: Write, { status, revision, failure }: ChangeResult): Promise<FailureReport | null> {
    return this.#attempt(() =>
      this.#seams.journal?.end(change, outcomeOf(status, failure), revision, failure?.code ?? null),
    );
  }

  /** The failure of the audit file, or null. Without a record nothing more is changed. */
  #record(change: Write, result: ChangeResult, requestId: string): Promise<FailureReport | null> {
    return this.#audit({
      eventType: AUDIT_TYPES[change.action],
      connectorId: change.id,
      status: result.failure === null ? 'SUCCESS' : 'FAILED',
      latencyMs: result.latencyMs,
      requestId: result.failure?.requestId ?? requestId,
      details: {
        ...(result.revision === null ? {} : { revision: result.revision }),
        ...(change.fields.length === 0 ? {} : { fields: change.fields.map(({ path }) => path) }),
        ...(result.failure === null ? {} : { code: result.failure.code, httpStatus: result.failure.status }),
      },
    });
  }

  async #notify(
    change: Write,
    { status }: ChangeResult,
    requestId: string,
  ): Promise<{ readonly result: VaultNoticeResult | null; readonly stop: FailureReport | null }> {
    const { notifyVault } = this.#seams;
    if (notifyVault === null || change.desired === null || status !== 'applied') return { result: null, stop: null };
    const notice = await notifyVault(change.desired, this.#signal);
    const stop = await this.#audit({
      eventType: 'VAULT_NOTICE',
      connectorId: change.id,
      status: notice.delivered ? 'SUCCESS' : 'FAILED',
      latencyMs: notice.latencyMs,
      requestId,
      details: {
        webhookId: notice.id,
        signed: notice.signed,
        attempts: notice.attempts,
        httpStatus: notice.status,
        ...(notice.code === null ? {} : { code: notice.code }),
      },
    });
    return { result: notice, stop };
  }

  #audit(event: Omit<AuditEvent, 'timestamp' | 'actor' | 'tenant'>): Promise<FailureReport | null> {
    const { audit, clock, actor } = this.#seams;
    // The tenant is the server's to know; this side is told of none.
    return this.#attempt(() =>
      audit?.({ ...event, timestamp: new Date(clock.now()).toISOString(), actor, tenant: '' }),
    );
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

/** No answer, and an answer of a server in trouble, say nothing about what it has done. */
function outcomeOf(status: ChangeStatus, failure: FailureReport | null): WriteOutcome {
  if (failure === null) return status === 'skipped' ? 'refused' : 'applied';
  return failure.status === null || failure.status >= 500 ? 'unknown' : 'refused';
}

function stopOf(failure: FailureReport): FailureReport | null {
  return stopsTheRun(failure) ? failure : null;
}
