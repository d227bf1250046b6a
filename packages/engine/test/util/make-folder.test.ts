import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeFolder } from '../../src/util/make-folder.ts';

describe('makeFolder', () => {
  it('makes every missing folder for the owner alone and leaves an existing one as it is', async () => {
    const root = await mkdtemp(join(tmpdir(), 'dip-folder-'));
    try {
      const path = join(root, 'a', 'b');
      await Promise.all([makeFolder(path), makeFolder(path)]);
      await makeFolder(path);
      expect([(await stat(path)).mode & 0o777, (await stat(join(root, 'a'))).mode & 0o777]).toEqual([0o700, 0o700]);
    } finally {
      await rm(root, { recursive: true });
    }
  });

  it.runIf(process.platform === 'linux')('gives up where no folder can be made', async () => {
    await expect(makeFolder('/proc/no-such-process/data')).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
