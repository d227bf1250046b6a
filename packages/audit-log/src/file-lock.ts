import { constants, copyFile, link, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { describeSelf, isRunning, type LockHolder, readHolder } from './lock-holder.ts';

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

export interface FileLockOptions {
  readonly clock: Clock;
  /** How long to wait for a holder to let go. Default 0. */
  readonly waitMs?: number;
  readonly signal?: AbortSignal | undefined;
  /**
   * For a process that holds the lock as long as it lives. It touches its lock each second, and a holder whose process
   * cannot be asked (another host, another container) is replaced when it does not. Default: such a holder, which is any
   * on another host, is left alone.
   */
  readonly heartbeat?: {
    /** Called when another process has taken the lock over. */
    readonly onLost: () => void;
    /** How long a silent holder is watched; default 5 s. */
    readonly watchMs?: number;
  };
  /** Age at which a lock that names no one counts as left behind by a crash. Default 0. */
  readonly emptyStaleMs?: number;
}

const POLL_MS = 50;
/** Of a lock that several want at once. */
const ATTEMPTS_MAX = 5;
const HEARTBEAT_MS = 1_000;
const WATCH_MS = 5_000;
/** A marker this old was left by a process that died while it took over. */
const MARKER_STALE_AFTER_MS = 30_000;
const WITHOUT_HARD_LINKS: ReadonlySet<unknown> = new Set(['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP']);

/**
 * Takes the lock of one log: two writers would fork its chain. A holder that is dead is replaced.
 * @throws LockHeldError while another process holds it
 */
export async function takeFileLock(path: string, options: FileLockOptions): Promise<FileLock> {
  const self = await describeSelf();
  const candidate = `${path}.${self.token}`;
  await writeFile(candidate, JSON.stringify(self), { mode: 0o600 });
  try {
    await takeOrReplace(path, candidate, self, options);
  } finally {
    await rm(candidate, { force: true });
  }
  if (options.heartbeat === undefined) return { release: () => removeIfHeldBy(path, self.token) };
  return keepAlive(path, self, options.clock, options.heartbeat.onLost);
}

async function takeOrReplace(
  path: string,
  candidate: string,
  self: LockHolder,
  options: FileLockOptions,
): Promise<void> {
  const { clock, waitMs = 0, signal, emptyStaleMs = 0 } = options;
  const deadlineAtMs = clock.monotonicMs() + waitMs;
  for (let attempt = 1; ; attempt += 1) {
    if (await placeIfAbsent(candidate, path, emptyStaleMs)) return;
    const holder = await readHolder(path);
    const isAlive = holder !== undefined && (await isHeld(holder, path, self, options));
    const isOver = clock.monotonicMs() >= deadlineAtMs;
    if (isAlive && isOver) throw new LockHeldError(path, holder.pid);
    if (attempt >= ATTEMPTS_MAX && isOver) throw new LockHeldError(path, null);
    if (holder === undefined) continue;
    const isFree = !isAlive && (await removeDead(path, candidate, holder, options));
    if (!isFree && !isOver) await wait(POLL_MS, undefined, { signal });
  }
}

/**
 * Hard links are made by one caller only; a plain exclusive create would show others a lock with no holder in it yet.
 * That is all a file system without hard links offers, so an empty lock has to be given time there.
 */
async function placeIfAbsent(candidate: string, path: string, emptyStaleMs: number): Promise<boolean> {
  try {
    await link(candidate, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    if (emptyStaleMs === 0 || !WITHOUT_HARD_LINKS.has(codeOf(error))) throw error;
  }
  try {
    await copyFile(candidate, path, constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

async function isHeld(
  holder: LockHolder,
  path: string,
  self: LockHolder,
  { clock, heartbeat, emptyStaleMs = 0 }: FileLockOptions,
): Promise<boolean> {
  if (holder.pid === 0) {
    const touched = emptyStaleMs === 0 ? null : await touchedAt(path);
    return touched !== null && clock.now() - touched <= emptyStaleMs;
  }
  // Without a heartbeat a holder in another container would never count as gone, so its host has to do.
  if (heartbeat === undefined) return holder.host !== self.host || isRunning(holder, self);
  if (holder.space !== self.space) return hasHeartbeat(path, heartbeat.watchMs ?? WATCH_MS);
  return isRunning(holder, self);
}

/**
 * The process that links the marker named after the dead holder may remove the lock, if it still is that holder's: without it,
 * one of two processes that both saw the dead holder could remove the lock that the other has just taken.
 */
async function removeDead(
  path: string,
  candidate: string,
  dead: LockHolder,
  { clock, emptyStaleMs = 0 }: FileLockOptions,
): Promise<boolean> {
  const marker = `${path}.dead.${dead.token}`;
  if (!(await placeIfAbsent(candidate, marker, emptyStaleMs))) {
    const placedAt = await touchedAt(marker);
    const isStale = placedAt !== null && clock.now() - placedAt >= MARKER_STALE_AFTER_MS;
    if (isStale) await rm(marker, { force: true });
    return isStale;
  }
  try {
    await removeIfHeldBy(path, dead.token);
  } finally {
    await rm(marker, { force: true });
  }
  return true;
}

async function removeIfHeldBy(path: string, token: string): Promise<void> {
  if ((await readHolder(path))?.token === token) await rm(path, { force: true });
}

async function touchedAt(path: string): Promise<number | null> {
  const stats = await stat(path).catch(() => null);
  return stats === null ? null : stats.mtimeMs;
}

/** Whether the holder touches its lock while we look; no clocks are compared. */
async function hasHeartbeat(path: string, watchMs: number): Promise<boolean> {
  const before = await touchedAt(path);
  await wait(watchMs);
  const after = await touchedAt(path);
  return after !== null && after !== before;
}

function keepAlive(path: string, self: LockHolder, clock: Clock, onLost: () => void): FileLock {
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
      await removeIfHeldBy(path, self.token);
    },
  };
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
