import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { VALID_ACTIONS, VALID_FILE, withFolder } from './support/test-context.ts';

const BIN = fileURLToPath(new URL('../bin/dip.mjs', import.meta.url));
/** Names every module file that is loaded, on stderr. */
const SPY = `data:text/javascript,${encodeURIComponent(
  "import { registerHooks } from 'node:module';" +
    "registerHooks({ load(url, context, next) { process.stderr.write('loaded ' + url + '\\n'); return next(url, context); } });",
)}`;

function modulesOf(args: readonly string[], cwd: string): string[] {
  const { stderr } = spawnSync(process.execPath, ['--import', SPY, BIN, ...args], { cwd, encoding: 'utf8', env: {} });
  return [...stderr.matchAll(/^loaded (.+)$/gm)].map(([, url = '']) => url);
}

const packagesOf = (urls: readonly string[]): Set<string> =>
  new Set(urls.flatMap((url) => /.*\/(?:node_modules|packages)\/(\w+)\//.exec(url)?.[1] ?? []));

describe('what a start loads', { timeout: 60_000 }, () => {
  it('is the command tree alone for --help', () => {
    const packages = packagesOf(modulesOf(['--help'], '/'));
    expect(packages).toEqual(new Set(['cli', 'commander']));
  });

  it('is no HTTP client and no YAML parser for the validation of a plainly written file', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      const packages = packagesOf(modulesOf(['validate'], cwd));
      expect(packages).toContain('contract');
      expect(packages).not.toContain('yaml');
      expect(packages).not.toContain('undici');
    });
  });

  it('is the YAML parser where a file needs it', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE.replace('project:', 'project: &name') }, async (cwd) => {
      expect(packagesOf(modulesOf(['validate'], cwd))).toContain('yaml');
    });
  });

  it('is what data actions are judged by where a file has some, and only then', async () => {
    const rules = /\/files\/data-action-entries\.ts$/;
    await withFolder({ 'dipswitch.yaml': VALID_FILE, 'with.yaml': VALID_FILE + VALID_ACTIONS }, async (cwd) => {
      expect(modulesOf(['validate'], cwd).filter((url) => rules.test(url))).toEqual([]);
      expect(modulesOf(['validate', '-f', 'with.yaml'], cwd).filter((url) => rules.test(url))).toHaveLength(1);
    });
  });

  it('is seen by this test: plan loads the HTTP client', async () => {
    await withFolder({ 'dipswitch.yaml': VALID_FILE }, async (cwd) => {
      expect(packagesOf(modulesOf(['plan'], cwd))).toContain('undici');
    });
  });
});
