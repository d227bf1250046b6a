// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the project file are written this way
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadDesiredState } from '../../src/files/desired-state.ts';
import type { LoadDesiredStateOptions } from '../../src/files/desired-state-types.ts';

const CONNECTORS = `project: crm
connectors:
  - id: db-01
    type: postgresql
    host: db.internal.net
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: DB_USERNAME, password: DB_PASSWORD}
`;
const ACTIONS = `dataActions:
  - id: customer-by-ani
    connector: db-01
    statement: |
      select id, full_name from customers
      where phone = :ani limit 1
    input:
      type: object
      required: [ani]
      properties:
        ani: {type: string, maxLength: 20, x-sensitive: true}
    output:
      type: object
      properties:
        id: {type: integer}
        full_name: {type: string, maxLength: 80}
    limits: {deadlineMs: 3000, maxRows: 1}
    fallback: {full_name: unknown}
`;
const GOOD = CONNECTORS + ACTIONS;

describe('data actions of a file', () => {
  let cwd: string;
  beforeEach(async () => {
    cwd = await mkdtemp(join(tmpdir(), 'dip-actions-'));
  });
  afterEach(() => rm(cwd, { recursive: true, force: true }));

  async function load(files: Record<string, string>, options: LoadDesiredStateOptions = {}) {
    for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
    return loadDesiredState({ cwd, ...options });
  }
  const errorsOf = async (text: string) =>
    (await load({ 'dipswitch.yaml': text })).findings
      .filter(({ severity }) => severity === 'error')
      .map(({ code, path, source }) => `${code} ${source.line}:${source.column} ${path}`);

  it('make the body of the wire, with the label of the project and the kind of their connector', async () => {
    const { dataActions, findings } = await load({ 'dipswitch.yaml': GOOD });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(dataActions).toEqual([
      {
        kind: 'postgresql',
        source: { file: 'dipswitch.yaml', line: 10, column: 9 },
        body: {
          actionId: 'customer-by-ani',
          connectorId: 'db-01',
          labels: { 'dipswitch.project': 'crm' },
          statement: 'select id, full_name from customers\nwhere phone = :ani limit 1\n',
          input: {
            type: 'object',
            required: ['ani'],
            properties: { ani: { type: 'string', maxLength: 20, 'x-sensitive': true } },
          },
          output: {
            type: 'object',
            properties: { id: { type: 'integer' }, full_name: { type: 'string', maxLength: 80 } },
          },
          limits: { deadlineMs: 3000, maxRows: 1 },
          fallback: { full_name: 'unknown' },
        },
      },
    ]);
  });

  it.each<[string, [string, string], string]>([
    ['an undeclared parameter', ['= :ani', '= :number'], 'PARAMETER_NOT_DECLARED 12:16 /dataActions/0/statement'],
    ['an unused input', ['= :ani', "= 'x'"], 'INPUT_NOT_USED 19:14 /dataActions/0/input/properties/ani'],
    [
      'a second statement',
      ['limit 1', 'limit 1; drop table customers'],
      'STATEMENT_STACKED 12:16 /dataActions/0/statement',
    ],
    [
      'a statement that writes',
      ['select id, full_name from customers', 'delete from customers'],
      'STATEMENT_WRITES 12:16 /dataActions/0/statement',
    ],
    [
      'a text without a bound',
      ['full_name: {type: string, maxLength: 80}', 'full_name: {type: string}'],
      'OUTPUT_UNBOUNDED 24:20 /dataActions/0/output/properties/full_name',
    ],
    [
      'a fallback that does not fit',
      ['full_name: unknown', 'full_name: 7'],
      'FALLBACK_MISMATCH 26:27 /dataActions/0/fallback/full_name',
    ],
    ['a limit out of range', ['maxRows: 1', 'maxRows: 0'], 'OUT_OF_RANGE 25:41 /dataActions/0/limits/maxRows'],
    [
      'a member that nobody knows',
      ['    connector:', '    conector: x\n    connector:'],
      'UNKNOWN_FIELD 11:5 /dataActions/0/conector',
    ],
    [
      'a missing statement',
      [/ {4}statement: \|\n.*\n.*\n/.exec(ACTIONS)?.[0] ?? '', ''],
      'REQUIRED 10:5 /dataActions/0/statement',
    ],
  ])('have %s shown at its place', async (_name, [from, to], expected) => {
    expect(GOOD).toContain(from);
    expect(await errorsOf(GOOD.replace(from, to))).toContain(expected);
  });

  it('tell what is broken in structure and what breaks a rule in one go', async () => {
    const text = GOOD.replace('maxRows: 1', 'maxRows: many').replace('= :ani', '= :number');
    const codes = (await errorsOf(text)).map((error) => error.split(' ')[0]);
    expect(codes.sort()).toEqual(['INPUT_NOT_USED', 'INVALID_TYPE', 'PARAMETER_NOT_DECLARED']);
  });

  it('are judged by the grammar of the database, whatever is wrong with the connector itself', async () => {
    const hash = GOOD.replace('limit 1\n', 'limit 1 # :newest\n');
    expect(await errorsOf(hash)).toEqual(['PARAMETER_NOT_DECLARED 12:16 /dataActions/0/statement']);
    const onMysql = hash.replace('type: postgresql', 'type: mysql').replace('42.6.0', '1.0.0');
    const codes = (await errorsOf(onMysql)).map((error) => error.split(' ')[0]);
    expect(codes).toEqual(['UNSUPPORTED_DRIVER_VERSION']);
  });

  it('may use a connector of another file, or of none', async () => {
    const files = { 'a.yaml': ACTIONS, 'b.yaml': CONNECTORS };
    expect((await load(files, { files: ['a.yaml', 'b.yaml'] })).dataActions[0]?.kind).toBe('postgresql');
    const alone = await load(files, { files: ['a.yaml'] });
    expect(alone.findings).toEqual([]);
    expect(alone.dataActions[0]?.kind).toBeNull();
  });

  it('name both places of an id given twice; a connector may have the same', async () => {
    const files = { 'a.yaml': GOOD, 'b.yaml': ACTIONS.replace('customer-by-ani', 'db-01'), 'c.yaml': ACTIONS };
    const { findings } = await load(files, { files: ['a.yaml', 'b.yaml', 'c.yaml'] });
    const duplicates = findings.filter(({ code }) => code === 'DUPLICATE_ID');
    expect(duplicates).toHaveLength(1);
    expect(duplicates[0]).toMatchObject({ path: '/dataActions', source: { file: 'c.yaml', line: 2 } });
    expect(duplicates[0]?.message).toContain('a.yaml:10:9');
  });

  it('merge with an overlay by id, and take variables', async () => {
    const overlay = 'dataActions:\n  - id: customer-by-ani\n    limits:\n      deadlineMs: ${DEADLINE}\n';
    const options = { environment: 'prod', variables: { DEADLINE: '900' } };
    const state = await load({ 'dipswitch.yaml': GOOD, 'dipswitch.prod.yaml': overlay }, options);
    expect(state.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(state.dataActions[0]?.body.limits).toEqual({ deadlineMs: 900, maxRows: 1 });
  });

  it('warn of a deadline that callers feel, without refusing it', async () => {
    const state = await load({ 'dipswitch.yaml': GOOD.replace('deadlineMs: 3000', 'deadlineMs: 20000') });
    expect(state.findings).toContainEqual(
      expect.objectContaining({ code: 'DEADLINE_ABOVE_PATIENCE', severity: 'warning' }),
    );
    expect(state.dataActions).toHaveLength(1);
  });
});
