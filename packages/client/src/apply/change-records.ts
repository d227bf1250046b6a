import type { AuditEvent } from '@dipswitch/contract';
import type { BegunWrite, WriteAction } from '../plan/journal-state.ts';
import type { Change, StoredState } from '../plan/plan.ts';
import type { Clock } from '../util/clock.ts';
import type { VaultNoticeResult } from '../webhooks/vault-notice-types.ts';
import type { FailureReport } from './apply-types.ts';
import { type AuditSubject, auditTypeOf, subjectOf } from './audit-subject.ts';

export interface ChangeRecordsOptions {
  /** Resolves when the record is durable; null: nothing is recorded. */
  readonly audit: ((event: AuditEvent) => Promise<unknown>) | null;
  readonly clock: Clock;
  /** Named in each record. */
  readonly actor: string;
}

/** One write to the server, and what came of it: a state or a failure. */
export interface WrittenStep {
  readonly action: WriteAction;
  readonly stored: StoredState | null;
  readonly failure: FailureReport | null;
  readonly latencyMs: number;
  readonly requestId: string;
}

/** What the audit file is told of a run's changes. Every call rejects when that cannot be written. */
export class ChangeRecords {
  readonly #options: ChangeRecordsOptions;

  constructor(options: ChangeRecordsOptions) {
    this.#options = options;
  }

  async step(change: Change, { action, stored, failure, latencyMs, requestId }: WrittenStep): Promise<void> {
    // What was stored is said by the step that stored it.
    const fields = action === 'publish' ? [] : change.fields.map(({ path }) => path);
    await this.#append(subjectOf(change), {
      eventType: auditTypeOf(change.kind, action),
      status: failure === null ? 'SUCCESS' : 'FAILED',
      latencyMs,
      requestId: failure?.requestId ?? requestId,
      details: {
        ...(stored === null ? {} : knownOf(stored)),
        ...(fields.length === 0 ? {} : { fields }),
        ...(failure === null ? {} : { code: failure.code, httpStatus: failure.status }),
      },
    });
  }

  /** The server was seen to hold what an earlier run had begun; that run may not have come to its record. */
  async found(change: Change, begun: BegunWrite, stored: StoredState): Promise<void> {
    await this.#append(subjectOf(change), {
      eventType: auditTypeOf(change.kind, begun.action),
      status: 'SUCCESS',
      latencyMs: 0,
      requestId: begun.requestId,
      details: { ...knownOf(stored), foundAfterInterruption: true },
    });
  }

  async notice(change: Change, notice: VaultNoticeResult, requestId: string): Promise<void> {
    await this.#append(subjectOf(change), {
      eventType: 'VAULT_NOTICE',
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
  }

  async #append(
    subject: AuditSubject,
    event: Omit<AuditEvent, 'timestamp' | 'actor' | 'tenant' | keyof AuditSubject>,
  ): Promise<void> {
    const { audit, clock, actor } = this.#options;
    const timestamp = new Date(clock.now()).toISOString();
    // The tenant is the server's to know; this side is told of none.
    await audit?.({ ...event, ...subject, timestamp, actor, tenant: '' });
  }
}

/** Nothing of what there is none of. */
function knownOf({ revision, version, publishedVersion }: StoredState): Readonly<Record<string, number>> {
  return {
    ...(revision === null ? {} : { revision }),
    ...(version === null ? {} : { version }),
    ...(publishedVersion === null ? {} : { publishedVersion }),
  };
}
