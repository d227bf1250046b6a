import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.ts';

/** Another process holds the lock. */
export class LockHeldError extends Error {
  override readonly name = 'LockHeldError';
  /** Null while several are taking it at once. */
  readonly holderPid: number | null;

  constructor(path: string, holderPid: number | null) {
    super(`${holderPid === null ? 'another process' : `process ${holderPid}`} holds ${path}`);
    this.holderPid = holderPid;
  }
}

export interface FileLock {
  release(): Promise<void>;
}

interface Holder {
  readonly token: string;
  readonly pid: number;
  /** Tells a process from a later one with the same id; null where the system does not say. */
  readonly startedTicks: string | null;
  /** Host and process-id space: only within it does a process id mean anything to us. */
  readonly space: string;
  /** Start of the machine: no process outlives it. */
  readonly bootId: string;
}

const HEARTBEAT_MS = 1_000;
/** A holder whose process we cannot ask (another host, another container) is watched for this long before it counts as gone. */
const WATCH_MS = 5_000;
/** A marker this old was left by an engine that died while it took over. */
const MARKER_STALE_AFTER_MS = 30_000;

export interface FileLockOptions {
  readonly clock: Clock;
  /** Called when another engine has taken the lock over. */
  readonly onLost: () => void;
  /** Default 5 s; a test has less time. */
  readonly watchMs?: number;
}

/**
 * Takes the lock of one audit file: two writers would fork the chain. A holder that is dead is replaced: by its process
 * id within the same host and container, by the silence of its heartbeat elsewhere.
 * @throws LockHeldError while another process holds it
 */
export async function takeFileLock(path: string, options: FileLockOptions): Promise<FileLock> {
  const self: Holder = {
    token: randomUUID(),
    pid: process.pid,
    startedTicks: await startedTicks(process.pid),
    space: `${hostname()}/${await readlink('/proc/self/ns/pid').catch(() => '')}`,
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim(),
  };
  const candidate = `${path}.${self.token}`;
  await writeFile(candidate, JSON.stringify(self), { mode: 0o600 });
  try {
    await takeOrReplace(path, candidate, self, options);
  } finally {
    await rm(candidate, { force: true });
  }
  return keepAlive(path, self, options);
}

async function takeOrReplace(path: string, candidate: string, self: Holder, options: FileLockOptions): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await linkIfAbsent(candidate, path)) return;
    const holder = await readHolder(path);
    if (holder === undefined) continue;
    if (await isAlive(holder, path, self, options.watchMs ?? WATCH_MS)) {
      throw new LockHeldError(path, holder.pid);
    }
    await removeDead(path, candidate, holder, options.clock);
  }
  throw new LockHeldError(path, null);
}

/** Hard links are made by one caller only; a plain exclusive create would show others a lock with no holder in it yet. */
async function linkIfAbsent(candidate: string, path: string): Promise<boolean> {
  try {
    await link(candidate, path);
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Whoever links the marker named after the dead holder may remove the lock, if it still is that holder's: without it,
 * one of two engines that both saw the dead holder could remove the lock that the other has just taken.
 */
async function removeDead(path: string, candidate: string, dead: Holder, clock: Clock): Promise<void> {
  const marker = `${path}.dead.${dead.token}`;
  if (!(await linkIfAbsent(candidate, marker))) {
    const linkedAt = await touchedAt(marker);
    const isStale = linkedAt !== null && clock.now() - linkedAt >= MARKER_STALE_AFTER_MS;
    if (isStale) await rm(marker, { force: true });
    return;
  }
  try {
    const holder = await readHolder(path);
    if (holder?.token === dead.token) await rm(path, { force: true });
  } finally {
    await rm(marker, { force: true });
  }
}

async function touchedAt(path: string): Promise<number | null> {
  const stats = await stat(path).catch(() => null);
  return stats === null ? null : stats.mtimeMs;
}

/** Whether the holder touches its lock while we look; no clocks are compared. */
async function hasHeartbeat(path: string, watchMs: number): Promise<boolean> {
  const before = await touchedAt(path);
  await sleep(watchMs);
  const after = await touchedAt(path);
  return after !== null && after !== before;
}

async function readHolder(path: string): Promise<Holder | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return undefined;
    throw error;
  }
  return toHolder(text);
}

/** A lock that a power cut left empty or half written names nobody alive. */
function toHolder(text: string): Holder {
  const nobody: Holder = { token: '', pid: 0, startedTicks: null, space: '', bootId: '' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return nobody;
  }
  if (typeof value !== 'object' || value === null) return nobody;
  const { token, pid, startedTicks: ticks, space, bootId } = { ...nobody, ...value };
  return {
    // It becomes part of a file name.
    token: String(token).replaceAll(/[^0-9A-Za-z-]/g, ''),
    pid: Number(pid),
    startedTicks: ticks === null ? null : String(ticks),
    space: String(space),
    bootId: String(bootId),
  };
}

async function isAlive(holder: Holder, path: string, self: Holder, watchMs: number): Promise<boolean> {
  if (!Number.isSafeInteger(holder.pid) || holder.pid <= 0) return false;
  if (holder.space !== self.space) return hasHeartbeat(path, watchMs);
  if (holder.bootId !== self.bootId) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!isCode(error, 'EPERM')) return false;
  }
  const ticks = await startedTicks(holder.pid);
  return ticks === null || holder.startedTicks === null || ticks === holder.startedTicks;
}

function keepAlive(path: string, self: Holder, { clock, onLost }: FileLockOptions): FileLock {
  let released = false;
  let timer = clock.setTimer(HEARTBEAT_MS, beat);
  function beat(): void {
    void (async () => {
      const holder = await readHolder(path).catch(() => self);
      if (released) return;
      if (holder?.token !== self.token) {
        onLost();
        return;
      }
      const now = new Date(clock.now());
      await utimes(path, now, now).catch(() => {});
      if (!released) timer = clock.setTimer(HEARTBEAT_MS, beat);
    })();
  }
  return {
    async release() {
      if (released) return;
      released = true;
      timer.cancel();
      const holder = await readHolder(path);
      if (holder?.token === self.token) await rm(path, { force: true });
    },
  };
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets, so counting starts behind it. */
async function startedTicks(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
