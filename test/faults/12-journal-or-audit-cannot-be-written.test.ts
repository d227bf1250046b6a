import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
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
