import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runValidate, type ValidateFlags } from '../../src/commands/validate/run-validate.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { createTestContext, VALID_ACTIONS, VALID_FILE, withFolder } from '../support/test-context.ts';

const BAD_FILE = VALID_FILE.replace('driverVersion: 42.6.0', 'driverVersion: 41.0.0');
const CANARY = 'hunter2 canary';
const LEAKY_FILE = VALID_FILE.replace('password: VAULT_DB_PASSWORD', `password: "${CANARY}"`);

/** Ten lines that unfold to ten thousand million texts. */
const LAUGHS = Array.from({ length: 10 }, (_, level) => {
  const item = level === 0 ? 'lol' : `*l${level - 1}`;
  return `l${level}: &l${level} [${Array.from({ length: 10 }, () => item).join(', ')}]\n`;
}).join('');

interface Case {
  readonly files: Readonly<Record<string, string>>;
  readonly flags?: ValidateFlags;
  readonly input?: string;
  readonly format?: 'json' | 'table' | 'yaml';
}

async function validate({ files, flags = {}, input, format = 'table' }: Case) {
  return await withFolder(files, async (cwd) => {
    const terminal = { format, ...(input === undefined ? {} : { input }) };
    const context = createTestContext({ cwd, env: {}, terminal });
    const exitCode = await runValidate(context, flags);
    return { exitCode, out: context.terminal.out(), err: context.terminal.err() };
  });
}

describe('dip validate', () => {
  it('exits 0 for a valid file and needs no settings', async () => {
    const { exitCode, err } = await validate({ files: { 'dipswitch.yaml': VALID_FILE } });
    expect(exitCode).toBe(EXIT_CODES.done);
    expect(err).toContain('valid: 1 connector in 1 file');
  });

  it('counts data actions, and shows what is wrong with one at its place', async () => {
    const good = await validate({ files: { 'dipswitch.yaml': VALID_FILE + VALID_ACTIONS } });
    expect(good.err).toContain('valid: 1 connector, 1 data action in 1 file');
    const bad = VALID_FILE + VALID_ACTIONS.replace('= :ani', '= :number');
    const { exitCode, out } = await validate({ files: { 'dipswitch.yaml': bad } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain('dipswitch.yaml:13:16 error PARAMETER_NOT_DECLARED\n  dataActions[0].statement: ');
    expect(out).toContain('error INPUT_NOT_USED\n  dataActions[0].input.properties.ani: ');
    const json = await validate({ files: { 'dipswitch.yaml': VALID_FILE + VALID_ACTIONS }, format: 'json' });
    expect(JSON.parse(json.out)).toMatchObject({ valid: true, connectors: 1, dataActions: 1 });
  });

  it('exits 2 on an error and shows file, line, column, code and the marked line', async () => {
    const { exitCode, out, err } = await validate({ files: { 'dipswitch.yaml': BAD_FILE } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain('dipswitch.yaml:8:20 error UNSUPPORTED_DRIVER_VERSION');
    expect(out).toContain('8 |     driverVersion: 41.0.0');
    expect(out).toMatch(/ \| {20}\^{6}/);
    expect(err).toContain('1 error');
  });

  it('exits 2 on a warning with --strict only', async () => {
    const files = { 'dipswitch.yaml': VALID_FILE };
    const lax = await validate({ files, format: 'json' });
    expect(JSON.parse(lax.out)).toMatchObject({ valid: true, errors: 0, warnings: 1 });
    expect(lax.exitCode).toBe(EXIT_CODES.done);
    expect((await validate({ files, flags: { strict: true } })).exitCode).toBe(EXIT_CODES.findings);
  });

  it('gives findings as JSON', async () => {
    const { out } = await validate({ files: { 'dipswitch.yaml': BAD_FILE }, format: 'json' });
    expect(JSON.parse(out)).toMatchObject({
      valid: false,
      files: ['dipswitch.yaml'],
      errors: 1,
      findings: expect.arrayContaining([
        expect.objectContaining({
          file: 'dipswitch.yaml',
          line: 8,
          column: 20,
          severity: 'error',
          code: 'UNSUPPORTED_DRIVER_VERSION',
          path: '/connectors/0/driverVersion',
        }),
      ]),
    });
  });

  it.each(['table', 'json', 'yaml'] as const)('never shows a plaintext credential (%s)', async (format) => {
    const { exitCode, out, err } = await validate({ files: { 'dipswitch.yaml': LEAKY_FILE }, format });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain('INVALID_SECRET_REFERENCE');
    expect(out + err).not.toContain(CANARY);
  });

  it('reads standard input as -', async () => {
    const { exitCode, out } = await validate({ files: {}, flags: { file: ['-'] }, input: BAD_FILE });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain('<stdin>:8:20');
    expect(out).toContain('8 |     driverVersion: 41.0.0');
  });

  it('reads several files and finds an id that two of them define', async () => {
    const { exitCode, out } = await validate({
      files: { 'a.yaml': VALID_FILE, 'b.yaml': VALID_FILE },
      flags: { file: ['a.yaml', 'b.yaml'] },
    });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain('DUPLICATE_ID');
    expect(out).toContain('b.yaml:3');
  });

  it('reads the folder dipswitch when there is no dipswitch.yaml', async () => {
    await withFolder({}, async (cwd) => {
      await mkdir(path.join(cwd, 'dipswitch'));
      await writeFile(path.join(cwd, 'dipswitch', 'crm.yaml'), VALID_FILE);
      const context = createTestContext({ cwd, env: {} });
      expect(await runValidate(context, {})).toBe(EXIT_CODES.done);
      expect(context.terminal.err()).toContain('1 connector in 1 file');
    });
  });

  it('says what to do when there is no file', async () => {
    await expect(validate({ files: {} })).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      message: expect.stringContaining('no dipswitch.yaml'),
      hint: expect.stringContaining('dip init'),
    });
  });

  it('names a file of -f that does not exist', async () => {
    await expect(validate({ files: {}, flags: { file: ['nope.yaml'] } })).rejects.toMatchObject({
      exitCode: EXIT_CODES.usage,
      message: 'nope.yaml does not exist.',
    });
  });

  // biome-ignore-start lint/suspicious/noTemplateCurlyInString: that is how the files write it
  it('takes ${NAME} from a .env file', async () => {
    const files = {
      'dipswitch.yaml': VALID_FILE.replace('db.internal.net', '${DB_HOST}'),
      '.env': 'DB_HOST=db.internal.net\n',
    };
    expect((await validate({ files })).exitCode).toBe(EXIT_CODES.done);
    const unset = await validate({ files: { 'dipswitch.yaml': files['dipswitch.yaml'] } });
    expect(unset.exitCode).toBe(EXIT_CODES.findings);
    expect(unset.out).toContain('VARIABLE_UNSET');
  });
  // biome-ignore-end lint/suspicious/noTemplateCurlyInString: that is how the files write it

  it.each<[string, string, string, string]>([
    ['a cycle of anchors', 'connectors: &a [*a]\n', 'dipswitch.yaml:1:17', 'contains itself'],
    ['a billion laughs', LAUGHS, 'dipswitch.yaml:', 'too many nodes'],
    ['an unclosed bracket', 'project: x\nconnectors: [\n', 'dipswitch.yaml:', 'YAML_SYNTAX'],
    ['a variable that is not set', 'project: ${' + 'NOWHERE}\n', 'dipswitch.yaml:1:10', 'NOWHERE is not set'],
    ['a file of 17 MB', `# ${'x'.repeat(17 * 1024 * 1024)}\n`, 'dipswitch.yaml:1:1', 'TOO_LONG'],
  ])('says where %s is, and exits 2', async (_name, text, place, words) => {
    const { exitCode, out } = await validate({ files: { 'dipswitch.yaml': text } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain(place);
    expect(out).toContain(words);
  });

  it('names both places of an id that two files give', async () => {
    const files = { 'a.yaml': VALID_FILE, 'b.yaml': `# moved down\n${VALID_FILE}` };
    const { exitCode, out } = await validate({ files, flags: { file: ['a.yaml', 'b.yaml'] } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out).toContain('b.yaml:4:9 error DUPLICATE_ID');
    expect(out).toContain('also given at a.yaml:3:9');
  });

  it('tells what defaults got wrong once, at the defaults', async () => {
    const entries = ['a', 'b', 'c'].map((id) => `  - {id: ${id}, host: db.example.com, database: x}\n`).join('');
    const text = `defaults:
  type: postgresql
  driverVersion: 41.0.0
  credentials: {username: USER, password: PASSWORD}
connectors:
${entries}`;
    const { exitCode, out } = await validate({ files: { 'dipswitch.yaml': text } });
    expect(exitCode).toBe(EXIT_CODES.findings);
    expect(out.match(/UNSUPPORTED_DRIVER_VERSION/g)).toHaveLength(1);
    expect(out).toContain('dipswitch.yaml:3:18');
    expect(out).toContain('(3 times)');
  });

  it('lays an overlay over the defaults', async () => {
    const files = {
      'dipswitch.yaml': `defaults: {pool: {max: 5}}\n${VALID_FILE.replace(/\n {4}pool:.*/, '')}`,
      'dipswitch.prod.yaml': 'defaults: {pool: {max: 51}}\n',
    };
    expect((await validate({ files })).exitCode).toBe(EXIT_CODES.done);
    const { out } = await validate({ files, flags: { env: 'prod' } });
    expect(out).toContain('dipswitch.prod.yaml:1:24 error POOL_LIMIT_EXCEEDED');
  });
});
