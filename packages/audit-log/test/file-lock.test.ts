import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LockHeldError, takeFileLock } from '../src/file-lock.ts';
import { FakeClock } from './support/fake-clock.ts';
import { systemClock } from './support/system-clock.ts';

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dip-lock-'));
  path = join(folder, 'audit.lock');
});
afterEach(() => rm(folder, { recursive: true }));

const take = (watchMs = 20) => takeFileLock(path, { clock: systemClock, heartbeat: { onLost: () => {}, watchMs } });

/** The lock as an engine in this process left it, with some members replaced. */
async function leaveLock(changes: Record<string, unknown>): Promise<void> {
  const lock = await take();
  const left = JSON.parse(await readFile(path, 'utf8'));
  await lock.release();
  await writeFile(path, JSON.stringify({ ...left, ...changes }));
}

describe('takeFileLock', () => {
  it('refuses a second process and names the first', async () => {
    const lock = await take();
    await expect(take()).rejects.toThrow(LockHeldError);
    await expect(take()).rejects.toThrow(`process ${process.pid}`);
    await lock.release();
    await (await take()).release();
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['whose process is dead', { pid: 2 ** 22 + 1 }],
    ['whose process id now belongs to another process', { startedTicks: '1' }],
    ['from before the machine started', { bootId: 'earlier' }],
    ['that names no process', { pid: 0 }],
  ])('takes over a lock %s', async (_name, changes) => {
    await leaveLock({ token: 'theirs', ...changes });
    const lock = await take();
    await lock.release();
    expect(await readdir(folder)).toEqual([]);
  });

  it('takes over a lock that a power cut left empty', async () => {
    await writeFile(path, '');
    await (await take()).release();
  });

  it('leaves a lock of another host alone while its heartbeat goes on', async () => {
    await leaveLock({ token: 'theirs', space: 'elsewhere/' });
    let beat = Date.now();
    const heart = setInterval(() => {
      beat += 1_000;
      void utimes(path, new Date(beat), new Date(beat));
    }, 5);
    try {
      await expect(take(100)).rejects.toThrow(LockHeldError);
    } finally {
      clearInterval(heart);
    }
  });

  it('takes over a lock of another host that has gone silent', async () => {
    await leaveLock({ token: 'theirs', space: 'elsewhere/' });
    await (await take()).release();
  });

  it('touches its lock each second, so that other hosts see it', async () => {
    const clock = new FakeClock();
    const lock = await takeFileLock(path, { clock, heartbeat: { onLost: () => {} } });
    for (let beat = 0; beat < 3; beat += 1) {
      await vi.waitUntil(() => clock.pendingTimers === 1);
      clock.advance(1_000);
      await vi.waitUntil(async () => Math.round((await stat(path)).mtimeMs) === clock.now());
    }
    await lock.release();
  });

  it('lets one of many that start at once have a stale lock', async () => {
    await leaveLock({ token: 'theirs', pid: 2 ** 22 + 1 });
    const results = await Promise.allSettled(Array.from({ length: 24 }, () => take()));
    const taken = results.filter((result) => result.status === 'fulfilled');
    expect(taken).toHaveLength(1);
    await taken[0]?.value.release();
  });

  it('lets one of many that do not beat have a stale lock, and the others after it', async () => {
    await leaveLock({ token: 'theirs', pid: 2 ** 22 + 1 });
    let held = 0;
    let most = 0;
    const takeTurn = async (): Promise<void> => {
      const lock = await takeFileLock(path, { clock: systemClock, waitMs: 20_000, emptyStaleMs: 10_000 });
      held += 1;
      most = Math.max(most, held);
      await new Promise(setImmediate);
      held -= 1;
      await lock.release();
    };
    await Promise.all(Array.from({ length: 24 }, takeTurn));
    expect(most).toBe(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('notices when another engine has taken the lock away', async () => {
    const clock = new FakeClock();
    const lost = Promise.withResolvers<void>();
    const lock = await takeFileLock(path, { clock, heartbeat: { onLost: () => lost.resolve() } });
    await writeFile(path, JSON.stringify({ token: 'theirs', pid: 1 }));
    clock.advance(1_000);
    await lost.promise;
    await lock.release();
    expect(await readFile(path, 'utf8')).toContain('theirs');
  });
});
