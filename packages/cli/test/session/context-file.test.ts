import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { contextFilePath, loadContextFile, saveContextFile } from '../../src/session/context-file.ts';
import { withFolder } from '../support/test-context.ts';

const PROD = { baseUrl: 'https://dips.example.com', clientId: 'dipc_1', clientSecret: 'keyring' } as const;

describe('contextFilePath', () => {
  it('is XDG’s place, a relative one passed over, or Windows’s; nowhere without a home', () => {
    expect(contextFilePath({ XDG_CONFIG_HOME: '/x', HOME: '/h' }, 'linux')).toBe('/x/dipswitch/contexts.json');
    expect(contextFilePath({ XDG_CONFIG_HOME: 'x', HOME: '/h' }, 'linux')).toBe('/h/.config/dipswitch/contexts.json');
    expect(contextFilePath({ APPDATA: '/appdata' }, 'win32')).toBe('/appdata/dipswitch/contexts.json');
    expect(contextFilePath({ HOME: '' }, 'linux')).toBeNull();
  });
});

describe('the context file', () => {
  it('comes back as it was saved, for its owner alone', async () => {
    await withFolder({}, async (home) => {
      const env = { HOME: home };
      const contents = { current: 'prod', contexts: new Map([['prod', PROD]]) };
      await saveContextFile(env, contents);
      expect(await loadContextFile(env)).toEqual(contents);
      const file = contextFilePath(env) ?? '';
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    });
  });

  it('is empty where there is none', async () => {
    expect((await loadContextFile({ HOME: '/nonexistent' })).contexts.size).toBe(0);
    expect((await loadContextFile({})).contexts.size).toBe(0);
  });

  it.each([
    ['not JSON', '{'],
    ['a list', '[]'],
    ['no contexts', '{"current":null}'],
    ['a current one that is not there', '{"current":"prod","contexts":{}}'],
    [
      'an unknown member, such as a secret',
      JSON.stringify({ current: null, contexts: { prod: { ...PROD, secret: 'canary' } } }),
    ],
    ['a bad name', JSON.stringify({ current: null, contexts: { 'a b': PROD } })],
    ['a wrong type', JSON.stringify({ current: null, contexts: { prod: { ...PROD, clientSecret: 'canary' } } })],
  ])('is refused when it is %s, and not echoed', async (_case, text) => {
    await withFolder({}, async (home) => {
      const file = contextFilePath({ HOME: home }) ?? '';
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, text, { mode: 0o600 });
      const refusal = loadContextFile({ HOME: home });
      await expect(refusal).rejects.toMatchObject({
        exitCode: EXIT_CODES.usage,
        message: expect.stringContaining(file),
      });
      await expect(refusal).rejects.not.toThrow(/canary/);
    });
  });

  it('is refused when others may write it', async () => {
    await withFolder({}, async (home) => {
      const env = { HOME: home };
      await saveContextFile(env, { current: null, contexts: new Map([['prod', PROD]]) });
      const file = contextFilePath(env) ?? '';
      await chmod(file, 0o664);
      await expect(loadContextFile(env)).rejects.toMatchObject({ hint: `Run: chmod 600 ${file}` });
    });
  });

  it('stays as it was when it cannot be written', async () => {
    await withFolder({ '.config': 'a file, not a folder' }, async (home) => {
      const attempt = saveContextFile({ HOME: home }, { current: null, contexts: new Map() });
      await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
      expect(await readFile(path.join(home, '.config'), 'utf8')).toBe('a file, not a folder');
    });
  });
});
