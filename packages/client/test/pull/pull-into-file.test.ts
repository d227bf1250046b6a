import type { ConnectorBody } from '@dipswitch/contract';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadDesiredState } from '../../src/files/desired-state.ts';
import { createProjectText, pullIntoFile } from '../../src/pull/pull-into-file.ts';
import { diffConnectors } from '../../src/util/connector-comparison.ts';
import { connectorBody } from '../support/bodies.ts';

const FILE = `# Databases of the CRM team
project: crm

connectors:
  # the oldest one
  - id: db-01
    name: Analytics # shown in the console
    type: postgresql
    host: \${DB_HOST}
    port: 5433
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
    pool:
      # measured in March
      min: 2
      max: 15

  # keep last
  - id: db-02
    type: postgresql
    host: db.internal.net
    database: analytics_dw
    driverVersion: 42.6.0
    credentials: {username: VAULT_DB_USERNAME, password: VAULT_DB_PASSWORD}
# the end
`;
const VARIABLES = { DB_HOST: 'db.internal.net' };

async function load(text: string) {
  return loadDesiredState({ files: ['-'], stdin: async () => text, variables: VARIABLES });
}

async function pull(text: string, incoming: readonly ConnectorBody[], project: string | undefined = 'crm') {
  const { connectors, findings } = await load(text);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  return pullIntoFile({ text, known: connectors, incoming, project });
}

async function bodyOf(text: string, id: string): Promise<ConnectorBody> {
  const { connectors, findings } = await load(text);
  expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  const found = connectors.find(({ body }) => body.connectorId === id);
  if (found === undefined) throw new Error(`${id} is not there`);
  return found.body;
}

/** Lines of the second that are not in the first, and the other way round. */
function changedLines(before: string, after: string): { removed: string[]; added: string[] } {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return {
    removed: old.filter((line) => !now.includes(line)),
    added: now.filter((line) => !old.includes(line)),
  };
}

describe('pulling into a file', () => {
  it('leaves a file alone that says what the server has', async () => {
    const bodies = (await load(FILE)).connectors.map(({ body }) => body);
    const { text, connectors } = await pull(FILE, bodies);
    expect(text).toBe(FILE);
    expect(connectors.map(({ action }) => action)).toEqual(['unchanged', 'unchanged']);
  });

  it('changes just the lines that differ, and keeps comments, order and variables', async () => {
    const body = await bodyOf(FILE, 'db-01');
    const theirs = { ...body, connectorName: 'Renamed' };
    theirs.configuration = {
      ...body.configuration,
      poolSettings: { ...body.configuration.poolSettings, maxPoolSize: 20 },
    };
    const { text, connectors } = await pull(FILE, [theirs]);
    expect(changedLines(FILE, text)).toEqual({
      removed: ['    name: Analytics # shown in the console', '      max: 15'],
      added: ['    name: Renamed # shown in the console', '      max: 20'],
    });
    expect(connectors[0]?.fields).toEqual([
      { path: '/name', before: 'Analytics', after: 'Renamed' },
      { path: '/pool/max', before: 15, after: 20 },
    ]);
  });

  it('removes what the server has by default', async () => {
    const body = await bodyOf(FILE, 'db-01');
    const theirs = { ...body, connectorName: 'db-01' };
    const { text } = await pull(FILE, [theirs]);
    expect(text).not.toContain('name: Analytics');
    expect(diffConnectors(await bodyOf(text, 'db-01'), theirs)).toEqual([]);
  });

  it('appends what is new, after what is there', async () => {
    const { text, connectors } = await pull(FILE, [connectorBody('db-03', { pool: { max: 7 } }, 'crm')]);
    expect(connectors).toEqual([{ id: 'db-03', action: 'added', fields: [] }]);
    expect(changedLines(FILE, text).removed).toEqual([]);
    expect(text.indexOf('db-03')).toBeGreaterThan(text.indexOf('db-02'));
    expect((await load(text)).connectors).toHaveLength(3);
  });

  it('overrides a default, and takes one away', async () => {
    const file = FILE.replace(
      'connectors:',
      'defaults: {health: {intervalSeconds: 30}, pool: {connectionTimeoutSeconds: 9}}\nconnectors:',
    );
    const body = await bodyOf(file, 'db-02');
    expect(body.healthCheck?.intervalSeconds).toBe(30);
    const { configuration } = body;
    const theirs: ConnectorBody = {
      ...body,
      configuration: {
        ...configuration,
        poolSettings: { ...configuration.poolSettings, connectionTimeoutSeconds: 12 },
      },
      healthCheck: { enabled: true, query: 'SELECT 1', intervalSeconds: 60, timeoutSeconds: 5 },
    };
    const { text } = await pull(file, [theirs]);
    expect(diffConnectors(await bodyOf(text, 'db-02'), theirs)).toEqual([]);
    expect((await bodyOf(text, 'db-01')).healthCheck?.intervalSeconds).toBe(30);
  });

  it('replaces an aliased map of one entry without touching the others', async () => {
    const file = FILE.replace('    pool:\n', '    pool: &pool\n').replace(
      '    type: postgresql\n    host: db.internal.net',
      '    pool: *pool\n    type: postgresql\n    host: db.internal.net',
    );
    const body = await bodyOf(file, 'db-02');
    const theirs = {
      ...body,
      configuration: { ...body.configuration, poolSettings: { ...body.configuration.poolSettings, maxPoolSize: 33 } },
    };
    const { text } = await pull(file, [theirs]);
    expect(diffConnectors(await bodyOf(text, 'db-02'), theirs)).toEqual([]);
    expect((await bodyOf(text, 'db-01')).configuration.poolSettings.maxPoolSize).toBe(15);
  });

  it('writes several hosts, and one again', async () => {
    const many = connectorBody(
      'db-02',
      { host: undefined, hosts: [{ host: 'a.internal' }, { host: 'b.internal', port: 5499 }] } as object,
      'crm',
    );
    const first = await pull(FILE, [many]);
    expect(diffConnectors(await bodyOf(first.text, 'db-02'), many)).toEqual([]);
    const one = await bodyOf(FILE, 'db-02');
    const second = await pull(first.text, [one]);
    expect(diffConnectors(await bodyOf(second.text, 'db-02'), one)).toEqual([]);
  });

  it('makes a new file', async () => {
    const bodies = ['a', 'b'].map((id) => connectorBody(id, {}, 'crm'));
    const text = pullIntoFile({ text: createProjectText('crm'), known: [], incoming: bodies, project: 'crm' }).text;
    expect(text).toMatch(/^project: crm\nconnectors:\n {2}- id: a\n/);
    const { connectors, projects } = await load(text);
    expect(projects).toEqual(['crm']);
    for (const [index, body] of bodies.entries()) {
      expect(diffConnectors(connectors[index]?.body ?? body, body)).toEqual([]);
    }
  });

  it.each([' \n', '\n', ' \n \n', '\n ', ' \n a', 'a\n ', ' a\n\n', 'a\n \n'])(
    'keeps the description %j, new and changed',
    async (description) => {
      const [plain, spaced] = [connectorBody('c1', {}), connectorBody('c1', { description })];
      for (const [before, after] of [
        [plain, spaced],
        [spaced, plain],
      ] as const) {
        const made = pullIntoFile({ text: '', known: [], incoming: [before], project: undefined }).text;
        const state = await load(made);
        expect(diffConnectors(state.connectors[0]?.body ?? after, before)).toEqual([]);
        const { text } = pullIntoFile({ text: made, known: state.connectors, incoming: [after], project: undefined });
        expect(diffConnectors((await load(text)).connectors[0]?.body ?? before, after)).toEqual([]);
      }
    },
  );

  it('gives every connector back as it was', async () => {
    const entry = fc.record(
      {
        name: fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom(...'aB1 :#-{}[]"\'&*!|>%@`,?~') }),
        description: fc.string({ maxLength: 30, unit: fc.constantFrom(...'aB1 :#-{}"\'\n') }),
        labels: fc.dictionary(fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom('yes', 'null', '1', '~', 'a: b', '')),
        port: fc.integer({ min: 1, max: 65_535 }),
        pool: fc.record(
          { min: fc.integer({ min: 0, max: 3 }), max: fc.integer({ min: 3, max: 40 }) },
          { requiredKeys: ['max'] },
        ),
        health: fc.record({ enabled: fc.boolean(), intervalSeconds: fc.integer({ min: 10, max: 99 }) }),
        security: fc.record({ sslVerification: fc.constantFrom('full', 'ca', 'none') }),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(entry, entry, async (before, after) => {
        const [old, now] = [connectorBody('c1', before as object), connectorBody('c1', after as object)];
        const made = pullIntoFile({ text: '', known: [], incoming: [old], project: undefined }).text;
        const state = await load(made);
        fc.pre(state.findings.every(({ severity }) => severity !== 'error'));
        const [known] = state.connectors;
        expect(diffConnectors(known?.body ?? now, old)).toEqual([]);
        const { text } = pullIntoFile({ text: made, known: state.connectors, incoming: [now], project: undefined });
        const reloaded = await load(text);
        fc.pre(reloaded.findings.every(({ severity }) => severity !== 'error'));
        expect(diffConnectors(reloaded.connectors[0]?.body ?? old, now)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
