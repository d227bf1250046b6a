import { describe, expect, it } from 'vitest';
import { runTest, type TestFlags } from '../../src/commands/test/run-test.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aResource, createFakeClient } from '../support/fake-client.ts';
import { createTestContext, VALID_FILE, withFolder } from '../support/test-context.ts';

const ID = 'db-prod-analytics-01';
const stored = aResource(ID, { connectorName: 'As the server has it' });

async function test(
  files: Readonly<Record<string, string>>,
  flags: TestFlags,
  id = ID,
  client = createFakeClient({ connectors: [stored] }),
) {
  return await withFolder(files, async (cwd) => {
    const context = createTestContext({ cwd, client });
    const exitCode = await runTest(context, flags, [id]);
    return { exitCode, context, tested: client.tested[0] };
  });
}

describe('dip test', () => {
  it('tests what the files say', async () => {
    const { exitCode, tested, context } = await test({ 'dipswitch.yaml': VALID_FILE }, {});
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(tested?.connectorName).toBe('Production Analytics PostgreSQL');
    expect(context.terminal.out()).toContain(`${ID} works`);
  });

  it.each([
    ['with --stored', { 'dipswitch.yaml': VALID_FILE }, { stored: true }],
    ['where there are no files', {}, {}],
    ['where the default file does not name it', { 'dipswitch.yaml': VALID_FILE.replace(ID, 'other') }, {}],
  ])('tests what the server has %s, without what only answers carry', async (_case, files, flags) => {
    const { tested } = await test(files, flags);
    expect(tested?.connectorName).toBe('As the server has it');
    expect(tested).not.toHaveProperty('revision');
    expect(tested).not.toHaveProperty('health');
  });

  it('refuses an id that the named files do not have', async () => {
    const attempt = test({ 'a.yaml': VALID_FILE }, { file: ['a.yaml'] }, 'nope');
    await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
  });

  it('refuses an entry with an error', async () => {
    const attempt = test({ 'dipswitch.yaml': VALID_FILE.replace('42.6.0', '41.0.0') }, {});
    await expect(attempt).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
  });

  it('exits 1 and shows the step that failed', async () => {
    const client = createFakeClient({
      test: {
        ok: false,
        latencyMs: 2100,
        errorClass: 'AUTHENTICATION_FAILED',
        message: 'the login was refused',
        driver: 'pg 8.23.1',
        serverVersion: null,
        steps: [
          { step: 'secrets', ok: true, latencyMs: 1 },
          { step: 'connect', ok: false, latencyMs: 2099 },
        ],
      },
    });
    const { exitCode, context } = await test({ 'dipswitch.yaml': VALID_FILE }, {}, ID, client);
    expect(exitCode).toBe(EXIT_CODES.failed);
    expect(context.terminal.out()).toMatch(
      /does not work \(2\.1 s\)[\s\S]*ok +secrets[\s\S]*failed +connect[\s\S]*AUTHENTICATION_FAILED: the login was refused/u,
    );
  });
});
