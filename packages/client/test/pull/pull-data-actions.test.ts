// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of the project file are written this way
import type { DataActionBody } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDesiredState } from '../../src/files/desired-state.ts';
import { pullIntoFile } from '../../src/pull/pull-into-file.ts';
import { diffDataActions } from '../../src/util/data-action-comparison.ts';
import { connectorBody, dataActionBody } from '../support/bodies.ts';

const FILE = `project: crm
# what the IVR asks
dataActions:
  # the first thing a caller hears
  - id: \${ACTION}
    connector: db-01
    statement: | # reviewed by the DBA
      select id, full_name
      from customers
      where phone = :ani
    input:
      type: object
      required: [ani]
      properties:
        # as the switch gives it
        ani: {type: string, maxLength: 20}
    output: &customer
      type: object
      properties:
        id: {type: integer}
        full_name: {type: string, maxLength: 80}
    limits: {deadlineMs: 900}
  - id: by-id
    connector: db-01
    statement: select id, full_name from customers where id = :id
    input: {type: object, properties: {id: {type: integer}}}
    output: *customer
# the end
`;

async function load(text: string) {
  const state = await loadDesiredState({
    files: ['-'],
    stdin: async () => text,
    variables: { ACTION: 'customer-by-ani' },
  });
  expect(state.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return state;
}

async function bodyOf(text: string, id: string): Promise<DataActionBody> {
  const found = (await load(text)).dataActions.find(({ body }) => body.actionId === id);
  if (found === undefined) throw new Error(`${id} is not there`);
  return found.body;
}

async function pull(text: string, ...incoming: readonly DataActionBody[]) {
  const { dataActions: known } = await load(text);
  return pullIntoFile({ text, known: [], incoming: [], dataActions: { known, incoming }, project: 'crm' });
}

function changedLines(before: string, after: string): { removed: string[]; added: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return { removed: old.filter((line) => !now.includes(line)), added: now.filter((line) => !old.includes(line)) };
}

describe('pulling data actions into a file', () => {
  it('leaves a file alone that says what the server has', async () => {
    const bodies = (await load(FILE)).dataActions.map(({ body }) => body);
    const { text, dataActions } = await pull(FILE, ...bodies);
    expect(text).toBe(FILE);
    expect(dataActions.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });

  it('changes just the lines that differ, and finds an entry whose id is a variable', async () => {
    const body = await bodyOf(FILE, 'customer-by-ani');
    const input = {
      type: 'object' as const,
      required: ['ani'],
      properties: { ani: { type: 'string', maxLength: 24 } },
    };
    const { text, dataActions } = await pull(FILE, { ...body, input, limits: { deadlineMs: 1200, maxRows: 5 } });
    expect(changedLines(FILE, text)).toEqual({
      removed: ['        ani: {type: string, maxLength: 20}', '    limits: {deadlineMs: 900}'],
      added: ['        ani: {type: string, maxLength: 24}', '    limits: {deadlineMs: 1200, maxRows: 5}'],
    });
    expect(dataActions[0]?.fields.map(({ path }) => path)).toEqual([
      '/input/properties/ani/maxLength',
      '/limits/deadlineMs',
      '/limits/maxRows',
    ]);
  });

  it('writes a statement of several lines as a block, its comment kept', async () => {
    const body = await bodyOf(FILE, 'customer-by-ani');
    const statement = 'select id, full_name\nfrom customers\nwhere phone = :ani\nlimit 1\n';
    const { text } = await pull(FILE, { ...body, statement });
    expect(changedLines(FILE, text)).toEqual({ removed: [], added: ['      limit 1'] });
    expect(text).toContain('statement: | # reviewed by the DBA\n');
  });

  it('turns a statement of one line into a block when it grows', async () => {
    const body = await bodyOf(FILE, 'by-id');
    const { text } = await pull(FILE, { ...body, statement: 'select id, full_name\nfrom customers\nwhere id = :id' });
    expect(text).toContain(
      '    statement: |-\n      select id, full_name\n      from customers\n      where id = :id\n',
    );
  });

  it('replaces an aliased schema of one entry without touching the other', async () => {
    const body = await bodyOf(FILE, 'by-id');
    const output = { type: 'object' as const, properties: { id: { type: 'integer' } } };
    const { text } = await pull(FILE, { ...body, output, statement: 'select id from customers where id = :id' });
    expect((await bodyOf(text, 'by-id')).output).toEqual(output);
    expect(Object.keys((await bodyOf(text, 'customer-by-ani')).output?.properties ?? {})).toEqual(['id', 'full_name']);
  });

  it('appends what is new next to connectors, in a file that had neither', () => {
    const { text, dataActions } = pullIntoFile({
      text: 'project: crm\n',
      known: [],
      incoming: [connectorBody('db-01', {}, 'crm')],
      dataActions: { known: [], incoming: [dataActionBody('find', { statement: 'select 1\nfrom t' }, 'crm')] },
      project: 'crm',
    });
    expect(dataActions).toEqual([{ id: 'find', action: 'added', fields: [] }]);
    expect(text).toMatch(/connectors:\n {2}- id: db-01\n[\s\S]*dataActions:\n {2}- id: find\n {4}connector: db-01\n/);
    expect(text).not.toContain('dipswitch.project');
    expect(text).toContain('statement: |-\n      select 1\n      from t\n');
  });

  it('gives every data action back as it was', async () => {
    const line = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom(...'aB1 :#-{}[]"\'&*!|>%@`,?~=\t') });
    const changes = fc.record(
      {
        name: fc.constantFrom('A: b', '- x', 'null', '1', 'ä'),
        description: fc.array(line, { maxLength: 3 }).map((lines) => lines.join('\n')),
        statement: fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => `select 1\n${lines.join('\n')}`),
        labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom('yes', 'null', '1', '~', 'a: b')),
        limits: fc.record({ maxRows: fc.integer({ min: 1, max: 5 }), deadlineMs: fc.integer({ min: 50, max: 900 }) }),
        cache: fc.record({ ttlSeconds: fc.nat(9), coalesce: fc.boolean() }),
        fallback: fc.dictionary(fc.constantFrom('id', 'full_name'), fc.constant(null)),
      },
      { requiredKeys: [] },
    );
    // The statements are noise, so they are not judged here: the entries are read back as they stand.
    const readBack = async (text: string) => {
      const state = await loadDesiredState({ files: ['-'], stdin: async () => text });
      return state.findings.some(({ code }) => code === 'YAML_SYNTAX') ? null : state;
    };
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(changes, changes, async (before, after) => {
        const [old, now] = [dataActionBody('a1', before), dataActionBody('a1', after)];
        const nothing = { known: [], incoming: [], project: undefined };
        const made = pullIntoFile({ text: '', ...nothing, dataActions: { known: [], incoming: [old] } }).text;
        const state = await readBack(made);
        expect(state).not.toBeNull();
        const known = [{ body: old, kind: null, source: { file: '-', line: 2, column: 9 } }];
        const { text } = pullIntoFile({ text: made, ...nothing, dataActions: { known, incoming: [now] } });
        const reloaded = await readBack(text);
        expect(reloaded).not.toBeNull();
        const [read] = reloaded?.dataActions ?? [];
        if (read === undefined) return;
        judged += 1;
        expect(diffDataActions(read.body, now)).toEqual([]);
      }),
      // A block of several lines becomes a text of one space.
      { numRuns: 150, examples: [[{ description: 'a\na' }, { description: ' ' }]] },
    );
    expect(judged).toBeGreaterThan(20);
  });
});
