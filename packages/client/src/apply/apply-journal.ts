import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type FileLock, GroupCommitLog, type LogFile, openLogFile } from '@dipswitch/audit-log';
import { takeAuditLock } from '../audit/audit-lock.ts';
import { DipswitchError, isDipswitchError } from '../errors.ts';
import {
  compactRecords,
  digestOfBody,
  type JournalEntries,
  type JournalReading,
  type JournalRecord,
  readJournalText,
  type WriteAction,
  type WriteOutcome,
} from '../plan/journal-state.ts';
import type { Change } from '../plan/plan.ts';
import type { Clock } from '../util/clock.ts';
import { reasonOf } from '../util/reason-of.ts';

/** What a run writes down around each of its writes. */
export interface Journal {
  /** What earlier runs against this server left. */
  readonly entries: JournalEntries;
  /** Resolves when it is durable, and only then may the request be sent. @throws JOURNAL_UNWRITABLE */
  begin(change: Change, action: WriteAction, requestId: string): Promise<void>;
  /** @throws JOURNAL_UNWRITABLE */
  end(change: Change, outcome: WriteOutcome, revision: number | null, code: string | null): Promise<void>;
}

export interface OpenApplyJournalOptions {
  readonly server: string;
  readonly actor: string;
  readonly changes: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

const LOCK_WAIT_MS = 5_000;
/** A journal is rewritten, shorter, when it is longer than this and most of it is history. */
const COMPACT_FROM_RECORDS = 1_000;
const NOTHING: JournalEntries = new Map();

/** What the journal says of a server; nothing when there is none. @throws JOURNAL_UNREADABLE */
export async function readApplyJournal(file: string, server: string): Promise<JournalEntries> {
  return (await readJournal(file)).state.get(server) ?? NOTHING;
}

/**
 * The journal of one run: a record before each write and one after it, both durable, so that a run that was killed can
 * tell which of its writes nobody knows the outcome of. One process holds it at a time.
 */
export class ApplyJournal implements Journal {
  readonly entries: JournalEntries;
  readonly #log: GroupCommitLog<null>;
  readonly #lock: FileLock;
  readonly #clock: Clock;
  readonly #run = randomUUID();

  private constructor(
    file: string,
    logFile: LogFile,
    facts: { lock: FileLock; entries: JournalEntries; clock: Clock },
  ) {
    this.#log = new GroupCommitLog(logFile, 0, {
      clock: facts.clock,
      onFailure: (cause) => unwritable(file, cause),
    });
    this.#lock = facts.lock;
    this.#clock = facts.clock;
    this.entries = facts.entries;
  }

  /** Opens or creates it for one run. @throws AUDIT_FILE_LOCKED, JOURNAL_UNREADABLE, JOURNAL_UNWRITABLE */
  static async open(file: string, options: OpenApplyJournalOptions): Promise<ApplyJournal> {
    const { server, actor, changes, clock, signal } = options;
    const lock = await lockJournal(file, clock, signal);
    let logFile: LogFile | undefined;
    try {
      const reading = await readJournal(file);
      logFile = await openForAppend(file, reading);
      const entries = reading.state.get(server) ?? NOTHING;
      const journal = new ApplyJournal(file, logFile, { lock, entries, clock });
      const at = new Date(clock.now()).toISOString();
      await journal.#append({ type: 'run', format: 1, run: journal.#run, at, server, actor, changes });
      return journal;
    } catch (error) {
      await logFile?.close();
      await lock.release();
      throw isDipswitchError(error) ? error : unwritable(file, error);
    }
  }

  begin(change: Change, action: WriteAction, requestId: string): Promise<void> {
    const { kind, id, revision, desired } = change;
    return this.#append({ type: 'begin', kind, id, action, revision, digest: digestOfBody(desired), requestId });
  }

  end(change: Change, outcome: WriteOutcome, revision: number | null, code: string | null): Promise<void> {
    const { kind, id, desired } = change;
    return this.#append({ type: 'end', kind, id, outcome, revision, digest: digestOfBody(desired), code });
  }

  /** Notes how the run ended, where that can still be written, and lets go of the file. */
  async close(ok: boolean): Promise<void> {
    const at = new Date(this.#clock.now()).toISOString();
    await this.#append({ type: 'finished', run: this.#run, at, ok }).catch(() => undefined);
    await this.#log.close();
    await this.#lock.release();
  }

  #append(record: JournalRecord): Promise<void> {
    return this.#log.append(`${JSON.stringify(record)}\n`, null);
  }
}

async function lockJournal(file: string, clock: Clock, signal: AbortSignal): Promise<FileLock> {
  try {
    await mkdir(dirname(file), { recursive: true });
    return await takeAuditLock(file, LOCK_WAIT_MS, clock, signal);
  } catch (error) {
    if (isDipswitchError(error, 'AUDIT_FILE_LOCKED') || signal.aborted) throw error;
    throw unwritable(file, isDipswitchError(error) ? error.cause : error);
  }
}

async function readJournal(file: string): Promise<JournalReading & { readonly wholeBytes: number }> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return { ...readJournalText(''), wholeBytes: 0 };
    throw new DipswitchError('JOURNAL_UNREADABLE', `cannot read ${file} (${reasonOf(error)})`, { cause: error });
  }
  const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
  return { ...readJournalText(bytes.toString('utf8', 0, wholeBytes)), wholeBytes };
}

/** Cuts off a torn last line; rewrites the file when most of it is history. */
async function openForAppend(
  file: string,
  { state, records, wholeBytes }: JournalReading & { readonly wholeBytes: number },
): Promise<LogFile> {
  const live = [...state.values()].reduce((sum, { size }) => sum + size, 0);
  const isMostlyHistory = records >= COMPACT_FROM_RECORDS && records > 2 * live;
  if (isMostlyHistory) await replaceJournal(file, compactRecords(state));
  const logFile = await openLogFile(file);
  try {
    if (!isMostlyHistory) await logFile.truncate(wholeBytes);
    return logFile;
  } catch (error) {
    await logFile.close();
    throw error;
  }
}

async function replaceJournal(file: string, records: readonly JournalRecord[]): Promise<void> {
  const written = `${file}.new`;
  await using handle = await open(written, 'w', 0o600);
  await handle.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  await handle.sync();
  await rename(written, file);
}

function unwritable(file: string, cause: unknown): DipswitchError {
  return new DipswitchError('JOURNAL_UNWRITABLE', `cannot write ${file} (${reasonOf(cause)})`, { cause });
}
