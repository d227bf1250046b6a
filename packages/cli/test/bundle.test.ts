import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dip-bundle-'));

beforeAll(() => {
  execFileSync(process.execPath, [join(root, 'scripts/build.ts'), join(folder, 'dist')], { cwd: root });
  // As the packed package lies: the bundle reads its version from the manifest above it.
  copyFileSync(join(root, 'packages/cli/package.json'), join(folder, 'package.json'));
  writeFileSync(join(folder, 'run.cjs'), "require('./dist/dip.cjs').main();");
}, 60_000);

afterAll(() => rmSync(folder, { recursive: true }));

const environment = { ...process.env, NO_COLOR: '1' };

function runBundle(args: readonly string[]): string {
  return execFileSync(process.execPath, [join(folder, 'run.cjs'), ...args], { env: environment, encoding: 'utf8' });
}

function runSources(args: readonly string[]): string {
  const program = join(root, 'packages/cli/bin/dip.mjs');
  return execFileSync(process.execPath, [program, ...args], { env: environment, encoding: 'utf8' });
}

describe('the help of the bundle', () => {
  it.each([
    [['--help']],
    [['apply', '--help']],
    [['validate', '-h']],
    [['secrets', 'set', '--help']],
    [['audit', '--help']],
    [['help', 'plan']],
  ])('is that of the sources for %j', (args) => {
    const bundled = runBundle(args);
    expect(bundled).toContain('Usage: dip');
    expect(bundled).toBe(runSources(args));
  });
});
