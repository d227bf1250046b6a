import { type AuditStatus, FAILURE_OUTCOMES, ID_PATTERN } from '@dipswitch/contract';
import { createAuditDigest } from '../../../audit/audit-event.ts';
import type { AuditTrail } from '../../../audit/audit-trail.ts';
import { toRefusalDetails } from '../../../audit/refusal-details.ts';
import {
  type WrittenAuditEvent,
  writeAuditEvent,
  writeAuditMembers,
  writeText,
} from '../../../audit/written-audit-event.ts';
import type { Sealer } from '../../../seal/sealer.ts';
import type { Clock } from '../../../util/clock.ts';
import type { Logger } from '../../../util/logger.ts';
import type { ExecutionRequest } from '../call/execution-request.ts';
import type { ExecutionResult } from '../call/execution-result.ts';
import type { ExecutionMeters } from './execution-meters.ts';

const EVENT_TYPE = 'ACTION_EXECUTED';

export interface ExecutionRecordOptions {
  readonly trail: Pick<AuditTrail, 'appendWritten' | 'offerWritten'>;
  readonly sealer: Sealer;
  readonly meters: ExecutionMeters;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A call that came to no execution: who sent it, to what, and how long ago. */
export interface RefusedCall {
  /** Undefined when that is not known: no tenant's trail has a place for it then. */
  readonly caller: { readonly tenant: string; readonly actor: string } | undefined;
  readonly requestId: string;
  readonly traceId: string | null;
  /** As it came, which may be anything. */
  readonly actionId: string;
  readonly latencyMs: number;
}

/**
 * What stays of each execution: a count, a line of the log, an audit record. Inputs go into the audit record alone, the
 * sensitive ones as keyed HMAC; of a call that was refused no value stays anywhere.
 */
export class ExecutionRecord {
  readonly #options: ExecutionRecordOptions;
  /** Of each tenant that executed here. */
  readonly #digests = new Map<string, (value: string) => string>();
  #timestampedAt = Number.NaN;
  #timestamp = '';

  constructor(options: ExecutionRecordOptions) {
    this.#options = options;
  }

  /**
   * Keeps a finished execution. Of a write the promise resolves when the audit record is on the disk; of a read there is
   * none, because its record may be written a little later.
   * @throws ProblemError `AUDIT_UNAVAILABLE` (by the promise)
   */
  keep(
    request: ExecutionRequest,
    result: ExecutionResult,
    answer: { readonly bytes: number; readonly traceId: string | null },
  ): Promise<void> | undefined {
    const { trail, meters } = this.#options;
    meters.of(request.tenant, request.actionId).count(result, answer.bytes);
    const event = this.#toEvent(request, result);
    const isWrite = result.action.access === 'write';
    if (!isWrite) trail.offerWritten(event);
    this.#log(request, result, answer.traceId);
    return isWrite ? trail.appendWritten(event) : undefined;
  }

  /** Keeps a call that was refused before it came to an execution, by its code and the places of what is wrong. */
  keepRefusal(call: RefusedCall, error: unknown, code: string): void {
    const { meters, logger } = this.#options;
    meters.countRefusal(code);
    const { caller, requestId } = call;
    // What is no id is what somebody typed.
    const subject = ID_PATTERN.test(call.actionId) ? { actionId: call.actionId } : {};
    const latencyMs = roundMs(call.latencyMs);
    if (caller !== undefined) {
      const { tenant, actor } = caller;
      const entry = {
        eventType: EVENT_TYPE,
        ...subject,
        status: 'FAILED',
        latencyMs,
        actor,
        tenant,
        requestId,
      } as const;
      this.#options.trail.offerWritten(writeAuditEvent(entry, writeRefusal(error, code), this.#now()));
    }
    const traceId = call.traceId ?? undefined;
    logger.info({ requestId, traceId, ...subject, code, totalMs: latencyMs, ...caller }, 'execution refused');
  }

  #toEvent(request: ExecutionRequest, result: ExecutionResult): WrittenAuditEvent {
    const { tenant, actor, requestId, actionId } = request;
    const { connectorId } = result.action;
    const status: AuditStatus = FAILURE_OUTCOMES.has(result.head.outcome) ? 'FAILED' : 'SUCCESS';
    const latencyMs = roundMs(result.timing.totalMs);
    return writeAuditEvent(
      { eventType: EVENT_TYPE, actionId, connectorId, status, latencyMs, actor, tenant, requestId },
      this.#writeDetails(request, result),
      this.#now(),
    );
  }

  /** Members in canonical order, so that nothing has to be sorted. */
  #writeDetails({ tenant, contactId }: ExecutionRequest, result: ExecutionResult): string {
    const { head, failure } = result;
    const input = writeAuditMembers(result.auditInput, this.#digestOf(tenant));
    const contact = contactId === null ? '' : `"contactId":${writeText(contactId)},`;
    const errorClass = failure === null ? '' : `"errorClass":${writeText(failure.errorClass)},`;
    const code = failure?.vendorCode ?? null;
    const vendorCode = code === null ? '' : `"vendorCode":${writeText(code)},`;
    return (
      `{"ageSeconds":${head.ageSeconds},"coalesced":${result.coalesced},${contact}${errorClass}` +
      `"executionId":${writeText(head.executionId)},"input":${input},"outcome":"${head.outcome}",` +
      `"replayed":${result.replayed},"rowCount":${head.rowCount},"source":"${head.source}",` +
      `"truncated":${head.truncated},${vendorCode}"version":${result.action.version}}`
    );
  }

  #digestOf(tenant: string): (value: string) => string {
    let digest = this.#digests.get(tenant);
    if (digest === undefined) {
      digest = createAuditDigest(this.#options.sealer, tenant);
      this.#digests.set(tenant, digest);
    }
    return digest;
  }

  #log(request: ExecutionRequest, { head, action, failure, timing }: ExecutionResult, traceId: string | null): void {
    const fields = {
      requestId: request.requestId,
      traceId: traceId ?? undefined,
      actionId: request.actionId,
      version: action.version,
      outcome: head.outcome,
      source: head.source,
      errorClass: failure?.errorClass,
      vendorCode: failure?.vendorCode ?? undefined,
      totalMs: roundMs(timing.totalMs),
      queueMs: roundMs(timing.queueMs),
      databaseMs: roundMs(timing.databaseMs),
      actor: request.actor,
      tenant: request.tenant,
      contactId: request.contactId ?? undefined,
    };
    if (FAILURE_OUTCOMES.has(head.outcome)) this.#options.logger.info(fields, 'execution failed');
    else this.#options.logger.debug(fields, 'execution done');
  }

  /** Written once for all records of a millisecond. */
  #now(): string {
    const now = this.#options.clock.now();
    if (now !== this.#timestampedAt) {
      this.#timestampedAt = now;
      this.#timestamp = new Date(now).toISOString();
    }
    return this.#timestamp;
  }
}

function writeRefusal(error: unknown, code: string): string {
  return writeAuditMembers({ ...toRefusalDetails(error), code }, String);
}

/** To the microsecond. */
function roundMs(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
