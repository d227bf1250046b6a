import { randomUUID } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who holds a lock, as its file says. */
export interface LockHolder {
  readonly token: string;
  /** 0 when the file names no one. */
  readonly pid: number;
  /** In the system's ticks: tells a process from a later one with the same id; null where the system does not say. */
  readonly startedAt: string | null;
  readonly host: string;
  /** Host and process-id space: only within it does a process id mean anything to us. */
  readonly space: string;
  /** Start of the machine: no process outlives it. Null in the locks of earlier versions. */
  readonly bootId: string | null;
}

export async function describeSelf(): Promise<LockHolder> {
  const host = hostname();
  return {
    token: randomUUID(),
    pid: process.pid,
    startedAt: await startOf(process.pid),
    host,
    space: `${host}/${await readlink('/proc/self/ns/pid').catch(() => '')}`,
    bootId: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim(),
  };
}

/** Undefined when there is no lock. A lock that a power cut left empty or half written names no one. */
export async function readHolder(path: string): Promise<LockHolder | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  return parseHolder(text);
}

/** Whether the process of a holder on this machine, in this process-id space, is still there. */
export async function isRunning(holder: LockHolder, self: LockHolder): Promise<boolean> {
  if (holder.bootId !== null && holder.bootId !== self.bootId) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EPERM')) return false;
  }
  const startedAt = await startOf(holder.pid);
  // The number may have been given to a new process, which is the rule in a container.
  return startedAt === null || holder.startedAt === null || startedAt === holder.startedAt;
}

function parseHolder(text: string): LockHolder {
  const nobody: LockHolder = { token: '', pid: 0, startedAt: null, host: '', space: '', bootId: null };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return nobody;
  }
  if (typeof value !== 'object' || value === null) return nobody;
  const { token, pid, startedAt, startedTicks, host, space, bootId } = { ...nobody, startedTicks: null, ...value };
  // An earlier engine wrote `startedTicks`.
  const started: unknown = startedTicks ?? startedAt;
  return {
    // It becomes part of a file name.
    token: String(token).replaceAll(/[^0-9A-Za-z-]/g, ''),
    pid: Number.isSafeInteger(pid) && pid > 0 ? pid : 0,
    startedAt: started === null ? null : String(started),
    host: String(host),
    space: String(space),
    bootId: bootId === null ? null : String(bootId),
  };
}

/** Field 22 of /proc/PID/stat; the name in field 2 may hold spaces and brackets, so counting starts behind it. */
async function startOf(pid: number): Promise<string | null> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  } catch {
    return null;
  }
}
