import { describe, expect, it } from 'vitest';
import { GroupCommitLog } from '../../../src/features/audit/group-commit-log.ts';
import { FakeAuditFile } from './fake-audit-file.ts';

function createLog(file: FakeAuditFile) {
  const causes: unknown[] = [];
  const log = new GroupCommitLog<number>(file, file.bytes.length, (cause) => {
    causes.push(cause);
    return new Error('unavailable', { cause });
  });
  return { log, causes };
}

describe('GroupCommitLog', () => {
  it('writes everything that one turn of the loop appends with one sync, in order', async () => {
    const file = new FakeAuditFile();
    const { log } = createLog(file);
    await Promise.all(Array.from({ length: 32 }, (_, index) => log.append(`${index}\n`, index)));
    expect(file.syncs).toBe(1);
    expect(file.bytes.toString()).toBe(Array.from({ length: 32 }, (_, index) => `${index}\n`).join(''));
    expect(log.durableMark).toBe(31);
    expect(log.durableBytes).toBe(file.bytes.length);
  });

  it('gathers what arrives during a sync into the next group', async () => {
    const file = new FakeAuditFile();
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
    const file = new FakeAuditFile();
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
    const file = Object.assign(new FakeAuditFile(), failure);
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
    const file = new FakeAuditFile();
    const { log } = createLog(file);
    await log.drain();
    void log.append('a\n', 1);
    void log.append('b\n', 2);
    await log.drain();
    expect(log.durableMark).toBe(2);
  });
});
