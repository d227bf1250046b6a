import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { OWNERSHIP_LABEL } from '@dipswitch/contract';
import { describe, expect, it } from 'vitest';
import { type PullFlags, runPull } from '../../src/commands/pull/run-pull.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aBody, aResource, createFakeClient } from '../support/fake-client.ts';
import { anAction } from '../support/fake-data-actions.ts';
import { createTestContext, VALID_ACTIONS, VALID_FILE, withFolder } from '../support/test-context.ts';

const OURS = { labels: { [OWNERSHIP_LABEL]: 'crm' } };
const { configuration } = aBody('x');

interface Pulled {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly string[];
  readonly files: Readonly<Record<string, string>>;
}

async function pull(
  files: Readonly<Record<string, string>>,
  connectors: Parameters<typeof createFakeClient>[0] & object,
  { flags = {}, operands = [] }: { flags?: PullFlags; operands?: readonly string[] } = {},
): Promise<Pulled> {
  return await withFolder(files, async (cwd) => {
    const client = createFakeClient(connectors);
    const context = createTestContext({ cwd, client });
    const exitCode = await runPull(context, flags, operands);
    const names = (await readdir(cwd)).filter((name) => name.endsWith('.yaml'));
    const written = await Promise.all(
      names.map(async (name) => [name, await readFile(path.join(cwd, name), 'utf8')] as const),
    );
    const { terminal } = context;
    return {
      exitCode,
      out: terminal.out(),
      err: terminal.err(),
      calls: client.calls,
      files: Object.fromEntries(written),
    };
  });
}

describe('dip pull', () => {
  it('writes what differs and what is new, and says so', async () => {
    const renamed = aResource('db-prod-analytics-01', { ...OURS, connectorName: 'Renamed' });
    const pulled = await pull(
      { 'dipswitch.yaml': VALID_FILE },
      { connectors: [renamed, aResource('new-02', OURS), aResource('theirs', {})] },
    );
    expect(pulled.exitCode).toBe(EXIT_CODES.done);
    expect(pulled.out).toMatch(/~ updated db-prod-analytics-01 dipswitch.yaml {2}name, pool/);
    expect(pulled.out).toContain('+ added new-02 dipswitch.yaml');
    expect(pulled.out).toContain('1 added, 1 updated, 0 unchanged');
    expect(pulled.files['dipswitch.yaml']).toContain('name: Renamed');
    expect(pulled.files['dipswitch.yaml']).toContain('id: new-02');
    expect(pulled.files['dipswitch.yaml']).not.toContain('theirs');
  });

  it('leaves what the server has not, and says which', async () => {
    const pulled = await pull({ 'dipswitch.yaml': VALID_FILE }, { connectors: [] });
    expect(pulled.err).toContain('1 connector of the files not on the server, left as they are: db-prod-analytics-01');
    expect(pulled.files['dipswitch.yaml']).toBe(VALID_FILE);
  });

  it('makes a file where there is none, with the project that all share', async () => {
    const pulled = await pull({}, { connectors: [aResource('b', OURS), aResource('a', OURS)] });
    expect(pulled.files['dipswitch.yaml']).toMatch(/^project: crm\nconnectors:\n {2}- id: a\n/);
    expect(pulled.files['dipswitch.yaml']).not.toContain(OWNERSHIP_LABEL);
  });

  it('pulls just those named', async () => {
    const connectors = [aResource('a'), aResource('b'), aResource('c')];
    const pulled = await pull({}, { connectors }, { operands: ['connectors', 'b'], flags: { file: 'out.yaml' } });
    expect(pulled.calls).toEqual(['get b']);
    expect(pulled.files['out.yaml']).toContain('id: b');
    expect(pulled.files['out.yaml']).not.toContain('id: a');
  });

  it('never writes what is no reference', async () => {
    const leaked = aResource('a', {
      configuration: { ...configuration, credentialMasking: { username: 'X', password: 'Tr0ub4dor & 3' } },
    });
    await expect(pull({}, { connectors: [leaked] })).rejects.toMatchObject({
      message: expect.not.stringContaining('Tr0ub4dor'),
    });
  });

  it('reads no file that has errors, and takes no standard input', async () => {
    const broken = { 'dipswitch.yaml': VALID_FILE.replace('42.6.0', '41.0.0') };
    await expect(pull(broken, { connectors: [] })).rejects.toMatchObject({ exitCode: EXIT_CODES.failed });
    await expect(pull({}, {}, { flags: { file: '-' } })).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
  });

  it('writes data actions next to connectors, into the file that has them', async () => {
    const files = {
      'dipswitch.yaml': VALID_FILE,
      'actions.yaml': VALID_ACTIONS.replace('dataActions', 'project: crm\ndataActions'),
    };
    const stored = anAction('customer-by-ani', { ...OURS, limits: { deadlineMs: 900 } });
    const connectors = [aResource('db-prod-analytics-01', OURS)];
    const one = await pull(
      files,
      { connectors, dataActions: [stored] },
      { operands: ['actions'], flags: { file: 'actions.yaml' } },
    );
    expect(one.calls).toEqual(['actions list']);
    expect(one.out).toMatch(/~ updated customer-by-ani actions\.yaml {2}statement, limits/);
    expect(one.files['actions.yaml']).toContain('    limits:\n      deadlineMs: 900\n');
    expect(one.files['dipswitch.yaml']).toBe(VALID_FILE);
    const both = await pull({}, { connectors, dataActions: [stored, anAction('new', OURS)] });
    expect(both.files['dipswitch.yaml']).toMatch(
      /^project: crm\nconnectors:[\s\S]*dataActions:\n {2}- id: customer-by-ani\n/,
    );
    expect(both.files['dipswitch.yaml']).toContain('    statement: |-\n      select id, full_name\n');
    expect(both.out).toContain('3 added, 0 updated, 0 unchanged');
  });

  it('pulls just the data actions named', async () => {
    const dataActions = [anAction('a'), anAction('b')];
    const pulled = await pull({}, { dataActions }, { operands: ['actions', 'b'], flags: { file: 'out.yaml' } });
    expect(pulled.calls).toEqual(['actions get b']);
    expect(pulled.files['out.yaml']).toContain('id: b');
    expect(pulled.files['out.yaml']).not.toContain('id: a');
  });

  it('says which data actions of the files are not on the server', async () => {
    const pulled = await pull(
      { 'dipswitch.yaml': VALID_FILE + VALID_ACTIONS },
      { connectors: [aResource('db-prod-analytics-01', OURS)] },
    );
    expect(pulled.err).toContain('1 data action of the files not on the server, left as they are: customer-by-ani');
  });
});
