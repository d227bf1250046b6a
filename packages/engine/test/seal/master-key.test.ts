import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadMasterKey, parseMasterKey } from '../../src/seal/master-key.ts';

describe('loadMasterKey', () => {
  let dataDir: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'dip-key-'));
  });
  afterEach(() => rm(dataDir, { recursive: true }));

  it('makes a key that only its owner can read, and finds it again', async () => {
    const made = await loadMasterKey(dataDir);
    expect(made).toHaveLength(32);
    expect((await stat(join(dataDir, 'master.key'))).mode & 0o777).toBe(0o600);
    expect(await loadMasterKey(dataDir)).toEqual(made);
  });

  it('gives one key to all who start at once and leaves no other file', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadMasterKey(dataDir)));
    expect(new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size).toBe(1);
    expect(await readdir(dataDir)).toEqual(['master.key']);
  });

  it('refuses a file that others can read', async () => {
    await loadMasterKey(dataDir);
    await chmod(join(dataDir, 'master.key'), 0o644);
    await expect(loadMasterKey(dataDir)).rejects.toThrow(/readable by others/);
  });

  it('refuses a file that holds no key, without showing what it holds', async () => {
    await writeFile(join(dataDir, 'master.key'), 'hunter2', { mode: 0o600 });
    await expect(loadMasterKey(dataDir)).rejects.toThrow(/^(?!.*hunter2).*does not hold a key/);
  });
});

describe('parseMasterKey', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));

  it.each([
    ['hex', bytes.toString('hex')],
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['base64 with a line end', `${bytes.toString('base64')}\n`],
  ])('reads %s', (_form, text) => {
    expect(Buffer.from(parseMasterKey(text) ?? [])).toEqual(bytes);
  });

  it.each(['', 'short', bytes.subarray(1).toString('hex'), `${bytes.toString('base64')}AA`])('refuses %j', (text) => {
    expect(parseMasterKey(text)).toBeNull();
  });
});
