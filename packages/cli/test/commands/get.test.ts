import { describe, expect, it } from 'vitest';
import { runGet } from '../../src/commands/get/run-get.ts';
import { EXIT_CODES } from '../../src/exit-codes.ts';
import { aBody, aResource, createFakeClient } from '../support/fake-client.ts';
import { anAction } from '../support/fake-data-actions.ts';
import { createTestContext } from '../support/test-context.ts';

const FAILING = aResource('db-b', {
  health: { status: 'UNHEALTHY', lastCheckAt: null, latencyMs: null, errorClass: 'UNREACHABLE', message: 'no answer' },
});

describe('dip get', () => {
  it('lists connectors in a table', async () => {
    const context = createTestContext({ client: createFakeClient({ connectors: [aResource('db-a'), FAILING] }) });
    expect(await runGet(context, {}, [])).toBe(EXIT_CODES.done);
    const [head, first, second] = context.terminal.out().split('\n');
    expect(head).toMatch(/^ID +TYPE +TARGET +STATUS +REV +CHANGED$/);
    expect(first).toMatch(/^db-a +postgresql +db\.internal\.net:5432\/analytics_dw +HEALTHY +3 +1 h ago$/);
    expect(second).toContain('UNHEALTHY');
    expect(context.terminal.err()).toContain('2 connectors');
  });

  it('keeps a table within the terminal by cutting the target', async () => {
    const client = createFakeClient({ connectors: [aResource('a-rather-long-connector-id-for-a-table')] });
    const context = createTestContext({ client, terminal: { columns: 90 } });
    await runGet(context, {}, []);
    const lines = context.terminal.out().trimEnd().split('\n');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(90);
    expect(lines[1]).toContain('…');
  });

  it('asks for one kind by its wire name', async () => {
    const client = createFakeClient();
    await runGet(createTestContext({ client }), { type: 'mysql' }, ['connectors']);
    expect(client.calls).toEqual(['list DATABASE_MYSQL']);
  });

  it('says on stderr when there are none', async () => {
    const context = createTestContext();
    expect(await runGet(context, {}, [])).toBe(EXIT_CODES.done);
    expect(context.terminal.out()).toBe('');
    expect(context.terminal.err()).toContain('no connectors');
  });

  it('gives a list as JSON, empty or not', async () => {
    const context = createTestContext({ terminal: { format: 'json' } });
    await runGet(context, {}, []);
    expect(JSON.parse(context.terminal.out())).toEqual({ items: [] });
  });

  it('shows one in full', async () => {
    const labelled = aResource('db-a', { ...aBody('db-a', { labels: { 'dipswitch.project': 'crm' } }) });
    const context = createTestContext({ client: createFakeClient({ connectors: [labelled] }) });
    await runGet(context, {}, ['connectors', 'db-a']);
    const out = context.terminal.out();
    expect(out).toMatch(/credentials +VAULT_DB_USERNAME, VAULT_DB_PASSWORD \(references\)/);
    expect(out).toMatch(/label +dipswitch\.project: crm/);
    expect(out).toMatch(/revision +3, changed 1 h ago/);
  });

  it('makes control characters of the server visible', async () => {
    const client = createFakeClient({ connectors: [aResource('db-a', { connectorName: 'x\u001b]0;owned\u0007' })] });
    const context = createTestContext({ client });
    await runGet(context, {}, ['connectors', 'db-a']);
    expect(context.terminal.out()).not.toContain('\u001b');
  });

  it('lists data actions with the version that runs', async () => {
    const dataActions = [
      anAction('a'),
      anAction('b', { publishedVersion: 1 }),
      anAction('c', { version: 1, publishedVersion: null }),
    ];
    const context = createTestContext({ client: createFakeClient({ dataActions }) });
    expect(await runGet(context, {}, ['actions'])).toBe(EXIT_CODES.done);
    const [head, ...rows] = context.terminal.out().split('\n');
    expect(head).toMatch(/^ID +CONNECTOR +ACCESS +RUNS +CHANGED$/);
    expect(rows[0]).toMatch(/^a +db-prod-analytics-01 +read +version 2 +1 h ago$/);
    expect(rows[1]).toContain('version 1, newest is 2');
    expect(rows[2]).toContain('none, version 1 is a draft');
    expect(context.terminal.err()).toContain('3 data actions');
  });

  it('shows a data action with its statement as it is written, and its versions', async () => {
    const context = createTestContext({ client: createFakeClient({ dataActions: [anAction('a')] }) });
    await runGet(context, {}, ['actions', 'a']);
    const out = context.terminal.out();
    expect(out).toMatch(/input +ani \(string, required, sensitive\)/);
    expect(out).toContain('statement\n  select id, full_name\n  from customers\n  where phone = :ani\n');
    expect(out).toMatch(/VERSION +STATE +STORED +PUBLISHED +BY\n +2 +published +1 h ago +1 h ago +dipc_1/);
  });

  it('gives data actions as JSON, and takes no --type for them', async () => {
    const context = createTestContext({
      client: createFakeClient({ dataActions: [anAction('a')] }),
      terminal: { format: 'json' },
    });
    await runGet(context, {}, ['actions']);
    expect(JSON.parse(context.terminal.out())).toEqual({ items: [anAction('a')] });
    await expect(runGet(context, { type: 'mysql' }, ['actions'])).rejects.toMatchObject({ exitCode: EXIT_CODES.usage });
  });

  it('closes the client when the server has no such connector', async () => {
    const context = createTestContext();
    await expect(runGet(context, {}, ['connectors', 'nope'])).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(context.client.isClosed()).toBe(true);
  });
});
