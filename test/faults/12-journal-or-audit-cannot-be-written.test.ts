import { spawn, spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Provisioning } from '../support/provisioning.ts';
import { createRandom, openFaultSeed } from '../support/random.ts';

const CONNECTORS = 60;
const DIP = resolve(import.meta.dirname, '../../packages/cli/bin/dip.mjs');

interface LimitedRun {
  readonly exitCode: number | null;
  readonly out: string;
  readonly err: string;
}

/** `dip` where no file may grow beyond so many KiB: the write that does fails in its middle, as on a full disk. */
function runLimited(run: Provisioning, limitKiB: number, args: readonly string[]): Promise<LimitedRun> {
  const script = `ulimit -f ${limitKiB}; exec "$0" "$@"`;
  const child = spawn('bash', ['-c', script, process.execPath, DIP, ...args], {
    cwd: run.folder,
    env: { PATH: process.env.PATH ?? '', ...run.environment },
  });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  child.stdin.end();
  return new Promise((done, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => done({ exitCode, out, err }));
  });
}

/** A file system of so many KiB at `folder`, as a disk that is full soon. @throws Error where we may not mount */
async function mountSmallDisk(
  folder: string,
  sizeKiB: number,
): Promise<{ remount(options: string): void } & AsyncDisposable> {
  await mkdir(folder, { recursive: true });
  mount('-t', 'tmpfs', '-o', `size=${sizeKiB}k`, 'tmpfs', folder);
  return {
    remount: (options) => mount('-o', `remount,${options}`, folder),
    [Symbol.asyncDispose]: async () => void spawnSync('umount', [folder]),
  };
}

function mount(...args: readonly string[]): void {
  const { status, stderr, error } = spawnSync('mount', args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`mount ${args.join(' ')}: ${error?.message ?? stderr}`);
}

async function whyNoMount(): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'dip-mount-'));
  try {
    await using _ = await mountSmallDisk(folder, 16);
    return null;
  } catch (error) {
    return String(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const obstacle = await whyNoMount();
if (obstacle !== null) process.stderr.write(`row 12: no disk is filled: ${obstacle}\n`);

describe('the disk is full, or read-only, when the journal or the audit file is written', () => {
  it('stops before the next write to the server, says what was applied, and goes on later', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 12'));
    for (let round = 0; round < 3; round += 1) {
      await using run = await Provisioning.start(CONNECTORS);
      const stopped = await runLimited(run, random.between(2, 14), ['apply', '--yes', '--concurrency', '4']);
      expect(stopped.exitCode).toBe(1);
      expect(stopped.err).toMatch(/stopped: cannot write .*\(EFBIG\) \[(JOURNAL|AUDIT_FILE)_UNWRITABLE\]/);
      const [, created] = /not done: (\d+) created/.exec(stopped.out) ?? [];
      expect(Number(created)).toBe(run.engine.changes.length);
      expect(run.engine.changes.length).toBeLessThan(CONNECTORS);
      const again = await run.run('apply', '--yes', '--quiet');
      expect(again.exitCode, again.err).toBe(0);
      expect(run.engine.stored.size).toBe(CONNECTORS);
      expect(run.engine.changes).toHaveLength(CONNECTORS);
      expect(run.puts).toBe(CONNECTORS);
    }
  });

  it.runIf(obstacle === null)('stops on a disk that is full (ENOSPC), and goes on when there is space', async () => {
    const random = createRandom(openFaultSeed(process.env, 'row 12'));
    await using run = await Provisioning.start(CONNECTORS);
    await using disk = await mountSmallDisk(join(run.folder, '.dipswitch'), 4 * random.between(3, 8));
    const stopped = await run.run('apply', '--yes', '--concurrency', '1');
    expect(stopped.exitCode).toBe(1);
    expect(stopped.err).toMatch(/stopped: cannot write .*\(ENOSPC\) \[(JOURNAL|AUDIT_FILE)_UNWRITABLE\]/);
    const applied = run.engine.changes.length;
    expect(applied).toBeLessThan(CONNECTORS);
    // One worker: had it gone on after the failure, there would be a PUT that is not told.
    expect(run.puts).toBe(applied);
    expect(stopped.out).toContain(`not done: ${applied} created`);
    disk.remount('size=16m');
    const again = await run.run('apply', '--yes', '--quiet');
    expect(again.exitCode, again.err).toBe(0);
    expect(run.engine.changes).toHaveLength(CONNECTORS);
    expect(run.puts).toBe(CONNECTORS);
  });

  it.runIf(obstacle === null)('sends nothing from a disk that is read-only (EROFS)', async () => {
    await using run = await Provisioning.start(3);
    await using disk = await mountSmallDisk(join(run.folder, '.dipswitch'), 64);
    disk.remount('ro');
    const refused = await run.run('apply', '--yes');
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toContain('error:');
    expect(run.puts).toBe(0);
    disk.remount('rw');
    expect((await run.run('apply', '--yes', '--quiet')).exitCode).toBe(0);
  });

  it.runIf(obstacle === null)('says on the terminal what a report on a full disk cannot hold', async () => {
    await using run = await Provisioning.start(CONNECTORS);
    const folder = join(run.folder, 'reports');
    await using _ = await mountSmallDisk(folder, 4);
    const applied = await run.run('apply', '--yes', '--report', join(folder, 'report.json'));
    expect(applied.exitCode).toBe(1);
    expect(applied.out).toContain(`${CONNECTORS} created`);
    expect(applied.err).toContain('ENOSPC');
    expect(run.engine.changes).toHaveLength(CONNECTORS);
    expect(run.puts).toBe(CONNECTORS);
  });

  it('sends nothing at all where neither can be opened', async () => {
    await using run = await Provisioning.start(3);
    await writeFile(join(run.folder, '.dipswitch'), 'a file where the folder should be');
    const refused = await run.run('apply', '--yes');
    expect(refused.exitCode).toBe(1);
    expect(refused.err).toContain('error:');
    expect(run.puts).toBe(0);
  });

  it('reports to the terminal what the report file cannot hold', async () => {
    await using run = await Provisioning.start(3);
    const blocked = await run.run('apply', '--yes', '--report', 'dipswitch.yaml/report.json');
    expect(blocked.exitCode).toBe(1);
    expect(blocked.err).toContain('Nothing was changed');
    expect(run.puts).toBe(0);
  });
});
