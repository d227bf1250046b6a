import { join } from 'node:path';
import {
  GroupCommitLog,
  type LogFile,
  linesBackward,
  openLogFile,
  recoverChain,
  sha256Hex,
} from '@dipswitch/audit-log';
import { type AuditEvent, type AuditHead, type AuditRecord, chainAuditRecord, GENESIS_HASH } from '@dipswitch/contract';
import type { Sealer } from '../seal/sealer.ts';
import type { Clock } from '../util/clock.ts';
import type { Logger } from '../util/logger.ts';
import { makeFolder } from '../util/make-folder.ts';
import { ProblemError } from '../util/problem-error.ts';
import { AuditCheckpoints } from './audit-checkpoints.ts';
import { takeAuditLock } from './audit-lock.ts';
import { type AuditPage, type AuditPageRequest, readAuditPage } from './audit-page.ts';
import { joinChain, type WrittenAuditEvent } from './written-audit-event.ts';

export interface AuditTrailOptions {
  /** The engine's data folder; the trail lives in `audit/` of it. */
  readonly dataDir: string;
  readonly sealer: Sealer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Opens the files of the trail; a test gives one that fails on demand. */
  readonly openFile?: (path: string) => Promise<LogFile>;
}

/** `reason` is for the operator: readiness and logs. */
export type AuditTrailStatus =
  | { readonly state: 'serving'; readonly sequence: number; readonly pending: number; readonly dropped: number }
  | { readonly state: 'broken' | 'closed'; readonly reason: string; readonly dropped: number };

/** `tenant` of records that are the engine's own; no tenant can have this id. */
export const ENGINE_TENANT = '@engine';
/** `actor` of those records. */
export const ENGINE_ACTOR = 'engine';

const CHECKPOINT_INTERVAL_MS = 3_600_000;
/** Bounds what a start has to verify, however many records an hour brings. */
const CHECKPOINT_RECORDS = 50_000;
/** Records that nobody waits for are dropped, and counted, beyond this many waiting. */
const OFFERED_PENDING_MAX = 10_000;

/**
 * The hash-chained audit file of one engine. States: `serving` -> `broken` when the file cannot be written, synced or
 * verified, or its lock is lost; only a restart leads out of it. `serving` -> `closed` by `close`.
 */
export class AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #file: LogFile;
  readonly #checkpoints: AuditCheckpoints;
  readonly #log: GroupCommitLog<AuditHead>;
  #head: AuditHead | null;
  #checkpointed: number;
  #checkpointing: Promise<void> | undefined;
  #checkpointTimer: { cancel(): void } | undefined;
  #failure: string | undefined;
  #closing: Promise<void> | undefined;
  #dropped = 0;
  #reportedDropped = 0;
  #releaseLock: () => Promise<void> = async () => {};

  private constructor(
    options: AuditTrailOptions,
    file: LogFile,
    checkpoints: AuditCheckpoints,
    opened: { readonly sizeBytes: number; readonly head: AuditHead | null; readonly checkpointed: number },
  ) {
    this.#options = options;
    this.#file = file;
    this.#checkpoints = checkpoints;
    this.#head = opened.head;
    this.#checkpointed = opened.checkpointed;
    this.#log = new GroupCommitLog(file, opened.sizeBytes, {
      clock: options.clock,
      onFailure: (cause) => {
        this.#break('the audit file cannot be written', cause);
        return auditUnavailable(cause);
      },
      onOffersLost: (count) => {
        this.#dropped += count;
      },
    });
  }

  /**
   * Takes the lock, cuts a half-written last record, verifies what came since the last checkpoint. A chain that does
   * not verify opens as `broken`: the engine goes on answering reads and refuses changes.
   * @throws AuditLockedError when another engine writes this file
   */
  static async open(options: AuditTrailOptions): Promise<AuditTrail> {
    const folder = join(options.dataDir, 'audit');
    const openFile = options.openFile ?? openLogFile;
    await makeFolder(folder);
    let lost = () => {};
    const lock = await takeAuditLock(join(folder, 'audit.lock'), { clock: options.clock, onLost: () => lost() });
    const opened: { close(): Promise<void> }[] = [];
    try {
      const file = await openFile(join(folder, 'audit.jsonl'));
      opened.push(file);
      const checkpoints = new AuditCheckpoints(await openFile(join(folder, 'checkpoints.jsonl')), options.sealer);
      opened.push(checkpoints);
      const { checkpoint, forged } = await checkpoints.newest();
      if (forged > 0)
        options.logger.error({ forged }, 'audit checkpoints with a wrong signature; verifying the whole file');
      const chain = await recoverChain(file, forged > 0 ? null : checkpoint);
      const trail = new AuditTrail(options, file, checkpoints, { ...chain, checkpointed: checkpoint?.sequence ?? 0 });
      trail.#releaseLock = () => lock.release();
      lost = () => trail.#break('another engine has taken the audit file over', undefined);
      if (chain.defect !== null) {
        trail.#break(`record ${chain.defect.sequence ?? 'without a number'}: ${chain.defect.message}`, undefined);
      } else {
        await trail.#begin(chain.droppedBytes);
      }
      return trail;
    } catch (error) {
      for (const part of opened) await part.close().catch(() => {});
      await lock.release();
      throw error;
    }
  }

  /**
   * Chains the event in the order of calls; resolves when its record is on the disk.
   * @throws ProblemError `AUDIT_UNAVAILABLE` when that cannot be known; the record may or may not be in the file
   */
  append(event: AuditEvent): Promise<void> {
    try {
      this.assertWritable();
      return this.#chain(event);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Chains an event that was written out already, like `append`. */
  appendWritten(event: WrittenAuditEvent): Promise<void> {
    try {
      this.assertWritable();
      const { line, head } = this.#chainWritten(event);
      return this.#log.append(line, head);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** Appends without anybody waiting; counts the record as dropped when the trail is broken or too far behind. */
  offer(event: AuditEvent): void {
    if (!this.#takesOffers()) return;
    this.append(event).catch(() => {
      this.#dropped += 1;
    });
  }

  /** Like `offer`, of an event that was written out already; it may stay in memory for some 50 ms to share a write. */
  offerWritten(event: WrittenAuditEvent): void {
    if (!this.#takesOffers()) return;
    const { line, head } = this.#chainWritten(event);
    this.#log.offer(line, head);
  }

  /** @throws ProblemError `AUDIT_UNAVAILABLE` (or `SHUTTING_DOWN`) when no record can be taken. */
  assertWritable(): void {
    if (this.#failure !== undefined) throw auditUnavailable(undefined);
    if (this.#closing !== undefined) throw new ProblemError('SHUTTING_DOWN', 'The engine is shutting down.');
  }

  status(): AuditTrailStatus {
    const dropped = this.#dropped;
    if (this.#failure !== undefined) return { state: 'broken', reason: this.#failure, dropped };
    if (this.#closing !== undefined) return { state: 'closed', reason: 'the engine is shutting down', dropped };
    return { state: 'serving', sequence: this.#head?.sequence ?? 0, pending: this.#log.pendingCount, dropped };
  }

  /** Number of the last record handed out, durable or not yet; 0 for an empty chain. */
  get sequence(): number {
    return this.#head?.sequence ?? 0;
  }

  /** `details.auditId` of every durable record behind `sequence`. */
  async auditIdsAfter(sequence: number): Promise<ReadonlySet<string>> {
    const found = new Set<string>();
    for await (const { text } of linesBackward(this.#file, this.#log.durableBytes)) {
      const record: AuditRecord = JSON.parse(text);
      if (record.sequence <= sequence) break;
      const id = record.details.auditId;
      if (typeof id === 'string') found.add(id);
    }
    return found;
  }

  /** Records of one tenant, newest first, from the durable part of the file. */
  page(request: AuditPageRequest): Promise<AuditPage> {
    return readAuditPage(this.#file, this.#log.durableBytes, request);
  }

  /** Signs and keeps where the chain stands; also said in the log, so that a log collector is a witness elsewhere. */
  checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#writeCheckpoint().finally(() => {
      this.#checkpointing = undefined;
    });
    return this.#checkpointing;
  }

  /** Waits for what was handed over, leaves a checkpoint and lets the file go. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  #chain(event: AuditEvent): Promise<void> {
    let unsigned = '';
    const record = chainAuditRecord(event, this.#head, (text) => {
      unsigned = text;
      return sha256Hex(text);
    });
    this.#advance(record);
    return this.#log.append(toLine(unsigned, record.hash), record);
  }

  #chainWritten(event: WrittenAuditEvent): { readonly line: string; readonly head: AuditHead } {
    const sequence = this.sequence + 1;
    const unsigned = joinChain(event, this.#head?.hash ?? GENESIS_HASH, sequence);
    const head = { sequence, hash: sha256Hex(unsigned) };
    this.#advance(head);
    return { line: toLine(unsigned, head.hash), head };
  }

  #advance(head: AuditHead): void {
    this.#head = head;
    if (head.sequence - this.#checkpointed >= CHECKPOINT_RECORDS) void this.checkpoint();
  }

  #takesOffers(): boolean {
    if (this.#failure !== undefined || this.#closing !== undefined || this.#log.pendingCount >= OFFERED_PENDING_MAX) {
      this.#dropped += 1;
      return false;
    }
    this.#reportDropped();
    return true;
  }

  async #begin(droppedBytes: number): Promise<void> {
    this.#scheduleCheckpoint();
    if (droppedBytes === 0) return;
    this.#options.logger.warn({ droppedBytes }, 'audit file ended in a half-written record, which was cut off');
    const event = this.#engineEvent('AUDIT_RECOVERED', { droppedBytes, sizeBytes: this.#log.durableBytes });
    // A disk that fails here has already turned the trail to broken, which is how the engine is to open.
    await this.append(event).catch(() => {});
  }

  async #close(): Promise<void> {
    this.#checkpointTimer?.cancel();
    await this.#log.drain();
    await this.checkpoint();
    await this.#checkpoints.close();
    await this.#file.close();
    await this.#releaseLock();
  }

  async #writeCheckpoint(): Promise<void> {
    const head = this.#log.durableMark;
    if (this.#failure !== undefined || head === undefined || head.sequence === this.#checkpointed) return;
    const { sequence, hash } = head;
    const offsetBytes = this.#log.durableBytes;
    this.#checkpointed = sequence;
    try {
      await this.#checkpoints.append({ sequence, hash, offsetBytes, timestamp: this.#timestamp() });
      this.#options.logger.info({ sequence, hash }, 'audit checkpoint');
    } catch (error) {
      this.#options.logger.error({ err: error, sequence, hash }, 'audit checkpoint cannot be written');
    }
  }

  #scheduleCheckpoint(): void {
    this.#checkpointTimer = this.#options.clock.setTimer(CHECKPOINT_INTERVAL_MS, () => {
      if (this.#failure !== undefined || this.#closing !== undefined) return;
      void this.checkpoint();
      this.#scheduleCheckpoint();
    });
  }

  /** One record tells how many were lost, as soon as there is room to say so. */
  #reportDropped(): void {
    const count = this.#dropped - this.#reportedDropped;
    if (count === 0) return;
    this.#reportedDropped = this.#dropped;
    this.append(this.#engineEvent('AUDIT_RECORDS_DROPPED', { count })).catch(() => {});
  }

  #break(reason: string, cause: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = reason;
    this.#checkpointTimer?.cancel();
    this.#options.logger.error(
      { err: cause, reason, sequence: this.sequence },
      'AUDIT TRAIL BROKEN: every change is refused until the engine is restarted on a working audit file',
    );
  }

  #engineEvent(eventType: string, details: Readonly<Record<string, unknown>>): AuditEvent {
    return {
      timestamp: this.#timestamp(),
      eventType,
      status: 'SUCCESS',
      latencyMs: 0,
      details: { ...details },
      actor: ENGINE_ACTOR,
      tenant: ENGINE_TENANT,
      requestId: '',
    };
  }

  #timestamp(): string {
    return new Date(this.#options.clock.now()).toISOString();
  }
}

/** @throws AuditLockedError when another engine writes the audit file of this data folder */
export function openAuditTrail(options: AuditTrailOptions): Promise<AuditTrail> {
  return AuditTrail.open(options);
}

/** The hashed text is all but the last member of the line, so the record is not written out twice. */
function toLine(unsigned: string, hash: string): string {
  return `${unsigned.slice(0, -1)},"hash":"${hash}"}\n`;
}

function auditUnavailable(cause: unknown): ProblemError {
  return new ProblemError('AUDIT_UNAVAILABLE', 'The audit trail cannot be written, so no change is taken.', { cause });
}
