import { randomUUID } from 'node:crypto';
import type { AuditEvent, DataActionResource } from '@dipswitch/contract';
import { isDipswitchError } from '../errors.ts';
import type { DataActions, PublishDataActionOptions } from '../resources/data-actions-types.ts';
import type { Clock } from '../util/clock.ts';

export interface ReleaseSeams {
  readonly dataActions: DataActions;
  /** Resolves when the record is durable; null: nothing is recorded. */
  readonly record: ((event: AuditEvent) => Promise<unknown>) | null;
  /** Named in the record. */
  readonly actor: string;
  readonly clock: Clock;
}

const EVENT_TYPES = { publish: 'ACTION_PUBLISHED', rollback: 'ACTION_ROLLED_BACK' } as const;

/** Publishes or rolls back, and records the attempt whatever becomes of it. The journal of apply has no part in it. */
export async function releaseDataAction(
  verb: 'publish' | 'rollback',
  actionId: string,
  options: PublishDataActionOptions,
  { dataActions, record, actor, clock }: ReleaseSeams,
): Promise<DataActionResource> {
  const requestId = options.requestId ?? randomUUID();
  const startedAtMs = clock.monotonicMs();
  const note = async (status: AuditEvent['status'], details: AuditEvent['details']): Promise<void> => {
    const timestamp = new Date(clock.now()).toISOString();
    const latencyMs = clock.monotonicMs() - startedAtMs;
    const eventType = EVENT_TYPES[verb];
    // The tenant is the server's to know; this side is told of none.
    await record?.({ timestamp, eventType, actionId, status, latencyMs, details, actor, tenant: '', requestId });
  };
  try {
    const stored = await dataActions[verb](actionId, { ...options, requestId });
    const { revision, version, publishedVersion } = stored;
    await note('SUCCESS', { revision, version, publishedVersion });
    return stored;
  } catch (error) {
    if (isDipswitchError(error, 'AUDIT_FILE_UNWRITABLE')) throw error;
    const code = isDipswitchError(error) ? error.code : 'ABORTED';
    const httpStatus = isDipswitchError(error) ? (error.status ?? null) : null;
    await note('FAILED', { code, httpStatus, ...(options.version === undefined ? {} : { version: options.version }) });
    throw error;
  }
}
