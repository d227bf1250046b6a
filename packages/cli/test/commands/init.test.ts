import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadDesiredState } from '@dipswitch/client/desired-state';
import { describe, expect, it } from 'vitest';
import { initProject, runInit } from '../../src/commands/init/run-init.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { createTestContext, withFolder } from '../support/test-context.ts';

describe('dip init', () => {
  it('writes a project file that is valid as it stands', async () => {
    await withFolder({}, async (cwd) => {
      const context = createTestContext({ cwd });
      expect(await runInit(context, {})).toBe(EXIT_CODES.done);
      const desired = await loadDesiredState({ cwd, files: ['dipswitch.yaml'] });
      expect(desired.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
      expect(desired.connectors.map(({ body }) => body.connectorId)).toEqual(['db-example-01']);
      expect(context.terminal.out()).toContain('wrote dipswitch.yaml');
      expect(context.terminal.err()).toContain('dip validate');
    });
  });

  it('shows a data action that is valid without a warning when its comment signs are taken away', async () => {
    await withFolder({}, async (cwd) => {
      await initProject(cwd, false);
      const file = path.join(cwd, 'dipswitch.yaml');
      const [before = '', after = ''] = (await readFile(file, 'utf8')).split(/^# (?=dataActions:)/m);
      await writeFile(file, before + after.replaceAll(/^# /gm, ''));
      const desired = await loadDesiredState({ cwd, files: ['dipswitch.yaml'] });
      expect(desired.findings.filter(({ path }) => path.startsWith('/dataActions'))).toEqual([]);
      expect(desired.dataActions.map(({ body, kind }) => [body.actionId, kind])).toEqual([
        ['customer-by-phone', 'postgresql'],
      ]);
    });
  });

  it('writes the schema that its yaml-language-server line names', async () => {
    await withFolder({}, async (cwd) => {
      await initProject(cwd, false);
      const [firstLine = ''] = (await readFile(path.join(cwd, 'dipswitch.yaml'), 'utf8')).split('\n');
      const name = /^# yaml-language-server: \$schema=\.\/(\S+)$/.exec(firstLine)?.[1] ?? '';
      const schema: unknown = JSON.parse(await readFile(path.join(cwd, name), 'utf8'));
      expect(schema).toMatchObject({ type: 'object', properties: { connectors: { type: 'array' } } });
    });
  });

  it('names every setting in .env.example', async () => {
    await withFolder({}, async (cwd) => {
      await initProject(cwd, false);
      const text = await readFile(path.join(cwd, '.env.example'), 'utf8');
      for (const name of [
        'CXONE_BASE_URL',
        'CXONE_CLIENT_ID',
        'CXONE_CLIENT_SECRET',
        'VAULT_WEBHOOK_URL',
        'VAULT_WEBHOOK_SECRET',
        'DIP_AUDIT_FILE',
      ]) {
        expect(text).toContain(`${name}=`);
      }
    });
  });

  it('writes nothing when one of its files is there', async () => {
    await withFolder({ 'dipswitch.yaml': 'mine' }, async (cwd) => {
      await expect(initProject(cwd, false)).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
      expect(await readdir(cwd)).toEqual(['dipswitch.yaml']);
      expect(await readFile(path.join(cwd, 'dipswitch.yaml'), 'utf8')).toBe('mine');
    });
  });

  it('replaces what is there with --force', async () => {
    await withFolder({ 'dipswitch.yaml': 'mine' }, async (cwd) => {
      await initProject(cwd, true);
      expect(await readFile(path.join(cwd, 'dipswitch.yaml'), 'utf8')).toContain('connectors:');
    });
  });
});
