import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { DipswitchError } from '../errors.ts';
import type { Clock } from '../util/clock.ts';
import { sleep } from '../util/wait.ts';

export interface AuditLock {
  release(): Promise<void>;
}

interface LockOwner {
  readonly pid: number;
  readonly host: string;
  /** When that process started, in the system's ticks; null where the system does not say. */
  readonly startedAt: string | null;
  readonly token: string;
}

const POLL_MS = 50;
/** A lock that its maker had no time to fill in: it died between two system calls. */
const EMPTY_LOCK_STALE_MS = 10_000;

/**
 * Takes `FILE.lock`, so that two processes cannot continue one chain from the same record. The lock of a process that
 * is gone is broken; that of another host is left alone, because nothing can be known of it.
 * @throws AUDIT_FILE_LOCKED when it is still held after `waitMs`
 */
export async function takeAuditLock(
  file: string,
  waitMs: number,
  clock: Clock,
  signal: AbortSignal,
): Promise<AuditLock> {
  const lockFile = `${file}.lock`;
  const owner: LockOwner = {
    pid: process.pid,
    host: hostname(),
    startedAt: await startOf(process.pid),
    token: randomUUID(),
  };
  const deadlineAtMs = clock.monotonicMs() + waitMs;
  for (;;) {
    if (await createLock(lockFile, owner)) return { release: () => releaseLock(lockFile, owner) };
    if (await breakIfStale(lockFile)) continue;
    if (clock.monotonicMs() >= deadlineAtMs) {
      throw new DipswitchError('AUDIT_FILE_LOCKED', `another process holds ${lockFile}`);
    }
    await sleep(clock, POLL_MS, signal);
  }
}

async function createLock(lockFile: string, owner: LockOwner): Promise<boolean> {
  try {
    await writeFile(lockFile, JSON.stringify(owner), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw new DipswitchError('AUDIT_FILE_UNWRITABLE', `cannot create ${lockFile}`, { cause: error });
  }
}

async function releaseLock(lockFile: string, owner: LockOwner): Promise<void> {
  if (parseOwner(await readOrNull(lockFile))?.token === owner.token) await rm(lockFile, { force: true });
}

async function breakIfStale(lockFile: string): Promise<boolean> {
  const text = await readOrNull(lockFile);
  if (text === null) return true;
  if (!(await isStale(lockFile, text))) return false;
  const aside = `${lockFile}.${randomUUID()}`;
  try {
    await rename(lockFile, aside);
  } catch {
    return true;
  }
  // Between reading and renaming somebody else may have broken it and made a lock of their own: give that one back.
  if ((await readOrNull(aside)) !== text) await link(aside, lockFile).catch(() => undefined);
  await rm(aside, { force: true });
  return true;
}

async function isStale(lockFile: string, text: string): Promise<boolean> {
  const owner = parseOwner(text);
  if (owner === null) {
    const { mtimeMs } = await stat(lockFile).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    return Date.now() - mtimeMs > EMPTY_LOCK_STALE_MS;
  }
  if (owner.host !== hostname()) return false;
  if (!isAlive(owner.pid)) return true;
  const startedAt = await startOf(owner.pid);
  // The number may have been given to a new process, which is the rule in a container.
  return startedAt !== null && owner.startedAt !== null && startedAt !== owner.startedAt;
}

function parseOwner(text: string | null): LockOwner | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value !== 'object' || value === null) return null;
    if (!('pid' in value && 'host' in value && 'startedAt' in value && 'token' in value)) return null;
    const { pid, host, startedAt, token } = value;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof token !== 'string') return null;
    return { pid, host, startedAt: typeof startedAt === 'string' ? startedAt : null, token };
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return hasCode(error, 'EPERM');
  }
}

/** Field 22 of Linux's /proc/PID/stat; the name in field 2 may hold spaces and parentheses. */
async function startOf(pid: number): Promise<string | null> {
  const text = await readOrNull(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

async function readOrNull(file: string): Promise<string | null> {
  return readFile(file, 'utf8').catch(() => null);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
