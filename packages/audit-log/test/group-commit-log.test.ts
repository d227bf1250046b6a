import { describe, expect, it } from 'vitest';
import { GroupCommitLog } from '../src/group-commit-log.ts';
import { FakeClock } from './support/fake-clock.ts';
import { FakeLogFile } from './support/fake-log-file.ts';

function createLog(file: FakeLogFile) {
  const causes: unknown[] = [];
  const clock = new FakeClock();
  const lost = { count: 0 };
  const log = new GroupCommitLog<number>(file, file.bytes.length, {
    clock,
    onFailure: (cause) => {
      causes.push(cause);
      return new Error('unavailable', { cause });
    },
    onOffersLost: (count) => {
      lost.count += count;
    },
  });
  return { log, causes, clock, lost };
}

const settle = () => new Promise(setImmediate);

describe('GroupCommitLog', () => {
  it('writes everything that one turn of the loop appends with one sync, in order', async () => {
    const file = new FakeLogFile();
    const { log } = createLog(file);
    await Promise.all(Array.from({ length: 32 }, (_, index) => log.append(`${index}\n`, index)));
    expect(file.syncs).toBe(1);
    expect(file.bytes.toString()).toBe(Array.from({ length: 32 }, (_, index) => `${index}\n`).join(''));
    expect(log.durableMark).toBe(31);
    expect(log.durableBytes).toBe(file.bytes.length);
  });

  it('gathers what arrives during a sync into the next group', async () => {
    const file = new FakeLogFile();
    const { log } = createLog(file);
    const open = Promise.withResolvers<void>();
    file.gate = open.promise;
    const first = log.append('first\n', 1);
    await Promise.resolve();
    const rest = [log.append('second\n', 2), log.append('third\n', 3)];
    expect(log.pendingCount).toBe(3);
    open.resolve();
    await Promise.all([first, ...rest]);
    expect(file.syncs).toBe(2);
    expect(file.bytes.toString()).toBe('first\nsecond\nthird\n');
    expect(log.pendingCount).toBe(0);
  });

  it('resolves no append before its bytes are synced', async () => {
    const file = new FakeLogFile();
    const { log } = createLog(file);
    const open = Promise.withResolvers<void>();
    file.gate = open.promise;
    let isDurable = false;
    const append = log.append('line\n', 1).then(() => {
      isDurable = true;
    });
    await new Promise(setImmediate);
    expect(file.appends).toBe(1);
    expect(isDurable).toBe(false);
    open.resolve();
    await append;
    expect(isDurable).toBe(true);
  });

  it.each([
    ['a write', { failAppend: { at: 2, code: 'ENOSPC' } }, { appends: 2, syncs: 1 }],
    ['a sync', { failSync: { at: 2, code: 'EIO' } }, { appends: 2, syncs: 2 }],
  ])('never touches the file again after %s has failed', async (_name, failure, counts) => {
    const file = Object.assign(new FakeLogFile(), failure);
    const { log, causes } = createLog(file);
    await log.append('good\n', 1);
    const lost = [log.append('lost\n', 2), log.append('lost too\n', 3)];
    await Promise.resolve();
    const waiting = log.append('waiting\n', 4);
    for (const append of [...lost, waiting, log.append('late\n', 5)]) {
      await expect(append).rejects.toThrow('unavailable');
    }
    await log.drain();
    expect({ appends: file.appends, syncs: file.syncs }).toEqual(counts);
    expect(causes).toHaveLength(1);
    expect(log.durableMark).toBe(1);
  });

  it('lets nobody wait in vain: drain resolves when all is written', async () => {
    const file = new FakeLogFile();
    const { log } = createLog(file);
    await log.drain();
    void log.append('a\n', 1);
    void log.append('b\n', 2);
    await log.drain();
    expect(log.durableMark).toBe(2);
  });

  describe('of lines that are offered', () => {
    it('writes them together when 50 ms are over, and not before', async () => {
      const file = new FakeLogFile();
      const { log, clock } = createLog(file);
      for (let index = 0; index < 10; index += 1) {
        log.offer(`${index}\n`, index);
        await settle();
        expect(file.appends).toBe(0);
        clock.advance(5);
      }
      await settle();
      expect([file.appends, file.syncs, log.durableMark]).toEqual([1, 1, 9]);
      expect(clock.pendingTimers).toBe(0);
    });

    it('takes them along at once with a line that somebody waits for, in the order of calls', async () => {
      const file = new FakeLogFile();
      const { log, clock } = createLog(file);
      log.offer('offered\n', 1);
      await log.append('waited for\n', 2);
      log.offer('later\n', 3);
      await settle();
      expect(file.bytes.toString()).toBe('offered\nwaited for\n');
      expect([log.pendingCount, clock.pendingTimers]).toEqual([1, 1]);
    });

    it('does not write one after the other while a sync is under way', async () => {
      const file = new FakeLogFile();
      const { log, clock } = createLog(file);
      const open = Promise.withResolvers<void>();
      file.gate = open.promise;
      const first = log.append('first\n', 1);
      await Promise.resolve();
      log.offer('second\n', 2);
      open.resolve();
      await first;
      await settle();
      expect([file.syncs, log.pendingCount]).toEqual([1, 1]);
      clock.advance(50);
      await settle();
      expect([file.syncs, log.pendingCount]).toEqual([2, 0]);
    });

    it('writes a mebibyte without waiting', async () => {
      const file = new FakeLogFile();
      const { log } = createLog(file);
      log.offer('x'.repeat(1024 * 1024), 1);
      await settle();
      expect(log.durableMark).toBe(1);
    });

    it('writes what is left when it is drained', async () => {
      const file = new FakeLogFile();
      const { log, clock } = createLog(file);
      log.offer('last\n', 1);
      await log.drain();
      expect([log.durableMark, clock.pendingTimers]).toEqual([1, 0]);
    });

    it('tells how many were lost by a failure and after it', async () => {
      const file = Object.assign(new FakeLogFile(), { failSync: { at: 1, code: 'EIO' } });
      const { log, lost } = createLog(file);
      log.offer('a\n', 1);
      log.offer('b\n', 2);
      await log.drain();
      log.offer('c\n', 3);
      expect(lost.count).toBe(3);
    });
  });
});
