import { spawn, spawnSync } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { compileCacheEnvironment } from '../../../../test/support/compile-cache.ts';
import { toWantedWord } from '../../src/commands/completion/complete-words.ts';
import { createProgram } from '../../src/program.ts';
import { aBody } from '../support/fake-client.ts';
import { CLIENT_ID, CLIENT_SECRET, type FakeEngine, startFakeEngine } from '../support/fake-engine.ts';
import { runDip } from '../support/run-dip.ts';
import { withScriptedServer } from '../support/scripted-server.ts';
import { withFolder } from '../support/test-context.ts';

const BIN = fileURLToPath(new URL('../../bin/dip.mjs', import.meta.url));
const PATIENT = { DIP_COMPLETION_TIMEOUT_MS: '30000' };

const program = createProgram('0.0.0', async () => undefined);

function wanted(line: string): unknown {
  const word = toWantedWord(program, line.split(' '));
  return word.kind === 'known' ? word.candidates.map(({ value }) => value) : word.kind;
}

describe('toWantedWord', () => {
  it.each<[string, unknown]>([
    ['', expect.arrayContaining(['init', 'plan', 'apply', 'doctor', 'audit', 'context'])],
    ['audit ', ['verify', 'tail', 'export']],
    ['plan -', expect.arrayContaining(['--file', '--prune', '--context', '--output', '--no-color'])],
    ['-o ', ['table', 'json', 'yaml']],
    ['get connectors --type ', ['postgresql', 'oracle', 'sqlserver', 'mysql']],
    ['audit export --format ', ['jsonl', 'cef', 'syslog']],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['get ', expect.arrayContaining(['connectors'])],
    ['get connectors ', 'connectors'],
    ['get connectors one ', []],
    ['delete connectors one ', 'connectors'],
    ['get actions ', 'actions'],
    ['delete actions one ', 'actions'],
    ['pull ', ['connectors', 'actions']],
    ['pull actions one ', 'actions'],
    ['action ', ['run', 'test', 'publish', 'rollback', 'stats', 'list']],
    ['action run ', 'actions'],
    ['action run --deadline 900 ', 'actions'],
    ['action publish --version ', []],
    ['action run x --input-file ', 'files'],
    ['action run x --profile ', ['rest']],
    ['health --watch ', 'connectors'],
    ['health --interval 3 ', 'connectors'],
    ['health --interval ', []],
    ['test -f ', 'files'],
    ['apply --context ', 'contexts'],
    ['context use ', 'contexts'],
    ['context add ', []],
    ['audit verify ', 'files'],
    ['apply -- -', 'files'],
    ['nonsense ', []],
  ])('knows what fits after "dip %s"', (line, expected) => {
    expect(wanted(line)).toEqual(expected);
  });

  it('offers no hidden command', () => {
    expect(wanted('')).not.toContain('__complete');
  });
});

describe('dip __complete', { timeout: 60_000 }, () => {
  async function withEngine(use: (engine: FakeEngine, env: Readonly<Record<string, string>>) => Promise<void>) {
    const engine = await startFakeEngine();
    const env = {
      CXONE_BASE_URL: engine.url,
      CXONE_CLIENT_ID: CLIENT_ID,
      CXONE_CLIENT_SECRET: CLIENT_SECRET,
      ...PATIENT,
    };
    for (const id of ['db-crm', 'db-billing', 'other', 'db-$(touch pwned)', 'db-a b']) {
      engine.stored.set(id, { body: aBody(id), revision: 1 });
    }
    try {
      await use(engine, env);
    } finally {
      await engine.close();
    }
  }

  it('gives the ids of the server, those of another shape and those given left out', async () => {
    await withFolder(
      {},
      async (cwd) =>
        await withEngine(async (_engine, env) => {
          const { out } = await runDip(['__complete', '--', 'delete', 'connectors', 'db-crm', 'db-'], { cwd, env });
          expect(out).toBe('db-billing\tConnector db-billing\n');
        }),
    );
  });

  it.each([
    ['there are no settings', {}],
    ['the server refuses', { CXONE_BASE_URL: 'http://127.0.0.1:1', CXONE_CLIENT_ID: 'c', CXONE_CLIENT_SECRET: 's' }],
    ['the address is none', { CXONE_BASE_URL: 'nope', CXONE_CLIENT_ID: 'c', CXONE_CLIENT_SECRET: 's' }],
  ])('is silent when %s', async (_case, env) => {
    await withFolder({}, async (cwd) => {
      const run = await runDip(['__complete', '--', 'health', ''], { cwd, env });
      expect(run).toEqual({ exitCode: 0, out: '', err: '' });
    });
  });

  it('gives up in time when the server hangs', async () => {
    await withScriptedServer(
      { '/oauth/token': { hangs: true } },
      async (port) =>
        await withFolder({}, async (cwd) => {
          const env = { CXONE_BASE_URL: `http://127.0.0.1:${port}`, CXONE_CLIENT_ID: 'c', CXONE_CLIENT_SECRET: 's' };
          const startedAt = performance.now();
          expect(await runDip(['__complete', '--', 'health', ''], { cwd, env })).toEqual({
            exitCode: 0,
            out: '',
            err: '',
          });
          // The bound is 800 ms of its own; the rest is room for a busy machine. A call by itself gives up after a minute.
          expect(performance.now() - startedAt).toBeLessThan(10_000);
        }),
    );
  });

  describe('through a shell', () => {
    const installed = [
      ['bash', '-n'],
      ['zsh', '-n'],
      ['fish', '--no-execute'],
    ].filter(([shell = '']) => spawnSync(shell, ['-c', 'true']).status === 0);

    it.each(installed)('%s takes the script', async (shell = '', check = '') => {
      const { out } = await runDip(['completion', shell], { cwd: '/' });
      await withFolder({ script: out }, async (cwd) => {
        expect(spawnSync(shell, [check, `${cwd}/script`], { encoding: 'utf8' })).toMatchObject({
          status: 0,
          stderr: '',
        });
      });
    });

    /** What bash would offer, from a fresh shell with `dip` in its PATH; not blocking, since the server is in this process. */
    async function offeredByBash(cwd: string, env: Readonly<Record<string, string>>, words: readonly string[]) {
      await mkdir(`${cwd}/bin`, { recursive: true });
      await writeFile(`${cwd}/bin/dip`, `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
      await chmod(`${cwd}/bin/dip`, 0o755);
      const script =
        // biome-ignore lint/suspicious/noTemplateCurlyInString: the placeholder is bash's
        'eval "$(dip completion bash)"; COMP_WORDS=(dip "$@"); COMP_CWORD=$#; _dip; printf "%s\\n" "${COMPREPLY[@]}"';
      const child = spawn('bash', ['--norc', '-c', script, 'bash', ...words], {
        cwd,
        env: { PATH: `${cwd}/bin:/usr/bin:/bin`, ...compileCacheEnvironment(), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let out = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        out += text;
      });
      await new Promise((resolve) => child.once('close', resolve));
      return out.split('\n').filter((line) => line !== '');
    }

    it('bash offers commands, choices and live ids, and expands nothing', async () => {
      await withFolder(
        {},
        async (cwd) =>
          await withEngine(async (_engine, env) => {
            expect(await offeredByBash(cwd, env, ['au'])).toEqual(['audit']);
            expect(await offeredByBash(cwd, env, ['get', 'connectors', '--type', 'o'])).toEqual(['oracle']);
            expect(await offeredByBash(cwd, env, ['get', 'connectors', 'db-'])).toEqual(['db-crm', 'db-billing']);
            expect(await offeredByBash(cwd, env, ['health', '$(touch pwned)'])).toEqual([]);
            expect(spawnSync('ls', [cwd], { encoding: 'utf8' }).stdout).toBe('bin\n');
          }),
      );
    });
  });
});
