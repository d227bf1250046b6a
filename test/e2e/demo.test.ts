import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runProgram } from '../support/product-programs.ts';

const DEMO = resolve('scripts/demo.ts');

describe('npm run demo -- --once', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dip-demo-test-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('goes from the file to look-ups with and without the database, verifies both audit trails, leaves nothing behind', async () => {
    const { exitCode, stdout, stderr } = await runProgram(DEMO, ['--once']);
    expect(exitCode, stdout + stderr).toBe(0);
    expect(stdout).toContain('2 to create, 0 to update, 0 to delete');
    expect(stdout).toMatch(/status +HEALTHY/);
    expect(stdout).toContain('No changes');
    const outcomes = [...stdout.matchAll(/│ ([A-Z_]+ {2}\w+), \d rows?$/gm)].map(([, outcome]) => outcome);
    expect(outcomes).toEqual(['FOUND  live', 'NO_RECORDS  live', 'UNAVAILABLE  fallback']);
    expect(stdout.match(/│ intact /g)).toHaveLength(2);
    expect(stdout).toMatch(/The console: +http:\/\/127\.0\.0\.1:\d+\/console\//);
    // No colour where nobody sees it.
    expect(stdout).not.toContain('\u001b[');
    const demoFolder = /(\/\S*dip-demo-\w+)\//.exec(stdout)?.[1];
    expect(demoFolder).toBeDefined();
    await expect(readdir(demoFolder!)).rejects.toThrow('ENOENT');
  });

  it('says what failed and exits 1 when a step does not work', async () => {
    const { exitCode, stdout } = await runProgram(DEMO, ['--once'], { env: { TMPDIR: join(folder, 'not-there') } });
    expect(exitCode).toBe(1);
    expect(stdout).toContain('The demo failed: ');
  });
});
