import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAuditFile } from '../../src/audit/verify-audit-file.ts';
import type { DipswitchClient } from '../../src/client.ts';
import { hasChanges } from '../../src/plan/plan.ts';
import { connectorBody, createTestClient, dataActionBody, desiredState } from '../support/bodies.ts';
import { createFastClock } from '../support/fake-clock.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { problem } from '../support/scripted-server.ts';

describe('apply of data actions', () => {
  let engine: FakeEngine;
  let client: DipswitchClient;
  let folder: string;
  let auditFile: string;

  beforeEach(async () => {
    engine = await FakeEngine.start();
    folder = await mkdtemp(join(tmpdir(), 'dip-apply-actions-'));
    auditFile = join(folder, '.dipswitch', 'audit.jsonl');
    const journalFile = join(folder, '.dipswitch', 'apply-journal.jsonl');
    client = createTestClient(engine.url, { clock: createFastClock(), auditFile, journalFile });
  });
  afterEach(async () => {
    await client.close();
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const FILES = desiredState(
    [connectorBody('db-01', {}, 'crm')],
    ['crm'],
    [dataActionBody('find', {}, 'crm'), dataActionBody('count', { statement: 'select 1' }, 'crm')],
  );
  const changed = desiredState(
    [connectorBody('db-01', {}, 'crm')],
    ['crm'],
    [
      dataActionBody('find', { limits: { deadlineMs: 900 } }, 'crm'),
      dataActionBody('count', { statement: 'select 1' }, 'crm'),
    ],
  );
  const writes = () =>
    engine.received
      .filter(({ method, path }) => method !== 'GET' && path !== '/oauth/token')
      .map(({ method, path }) => `${method} ${path.replace('/api/v1/', '')}`);
  const readAudit = async () =>
    (await readFile(auditFile, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('stores and publishes them after their connectors, and the next plan is empty', async () => {
    const result = await client.apply(await client.plan(FILES), { concurrency: 1 });
    expect(result).toMatchObject({ ok: true, summary: { created: 3, published: 2, failed: 0 } });
    expect(writes()).toEqual([
      'PUT integrations/connectors/db-01',
      'PUT dataactions/find',
      'POST dataactions/find/publish',
      'PUT dataactions/count',
      'POST dataactions/count/publish',
    ]);
    expect(result.results[1]).toMatchObject({ status: 'applied', revision: 2, version: 1, publishedVersion: 1 });
    expect(hasChanges(await client.plan(FILES, { prune: true }))).toBe(false);
  });

  it('ties each step to the revision that the one before it made', async () => {
    await client.apply(await client.plan(FILES));
    await client.apply(await client.plan(changed));
    const headers = engine.received
      .filter(({ method, path }) => method !== 'GET' && path.includes('/find'))
      .map(({ headers }) => headers['if-none-match'] ?? headers['if-match']);
    expect(headers).toEqual(['*', '"1"', '"2"', '"3"']);
    expect(engine.dataActions.changes.slice(-2)).toEqual(['store find 2', 'publish find 2']);
  });

  it('leaves drafts where they are wanted, and publishes them later', async () => {
    const drafted = await client.apply(await client.plan(FILES, { draft: true }));
    expect(drafted).toMatchObject({ ok: true, summary: { created: 3, published: 0 } });
    expect(hasChanges(await client.plan(FILES, { draft: true }))).toBe(false);
    const plan = await client.plan(FILES);
    expect(plan.summary).toEqual({ create: 0, update: 0, publish: 2, delete: 0, noOp: 1 });
    expect(plan.changes[0]).toMatchObject({ action: 'publish', origin: 'files', version: 1, publishedVersion: null });
    expect((await client.apply(plan)).summary).toMatchObject({ published: 2, created: 0, updated: 0 });
    expect(engine.dataActions.changes.filter((change) => change.startsWith('publish'))).toHaveLength(2);
  });

  it('records each step in the audit file, by the id of the data action', async () => {
    await client.apply(await client.plan(FILES), { concurrency: 1 });
    const records = await readAudit();
    expect(records.map(({ eventType, connectorId, actionId }) => `${eventType} ${connectorId ?? actionId}`)).toEqual([
      'CONNECTOR_CREATED db-01',
      'ACTION_CREATED find',
      'ACTION_PUBLISHED find',
      'ACTION_CREATED count',
      'ACTION_PUBLISHED count',
    ]);
    expect(records[1].details).toEqual({ revision: 1, version: 1 });
    expect(records[2].details).toEqual({ revision: 2, version: 1, publishedVersion: 1 });
    expect(await verifyAuditFile(auditFile)).toMatchObject({ ok: true, records: 5 });
  });

  it('says what is stored and not published when only the second step fails', async () => {
    engine.fault = (request, response) => {
      if (!request.path.endsWith('find/publish')) return false;
      problem(response, 400, 'VALIDATION_FAILED');
      return true;
    };
    const result = await client.apply(await client.plan(FILES), { concurrency: 1 });
    expect(result).toMatchObject({ ok: false, summary: { created: 2, published: 1, failed: 1 } });
    expect(result.results[1]).toMatchObject({ status: 'failed', revision: 1, version: 1, publishedVersion: null });
    expect(result.results[1]?.failure?.message).toMatch(/^version 1 is stored, but not published: POST/);
    const audit = (await readAudit()).filter(({ actionId }) => actionId === 'find');
    expect(audit.map(({ eventType, status }) => [eventType, status])).toEqual([
      ['ACTION_CREATED', 'SUCCESS'],
      ['ACTION_PUBLISHED', 'FAILED'],
    ]);
    engine.fault = () => false;
    const plan = await client.plan(FILES, { onlyFailed: true });
    expect(plan.changes.map(({ id, action }) => `${action} ${id}`)).toEqual(['publish find']);
    expect(await client.apply(plan)).toMatchObject({ ok: true, summary: { published: 1 } });
  });

  it('does not store a second time when tokens stop between the two steps', async () => {
    let away = 0;
    engine.fault = (request, response) => {
      if (request.path.endsWith('find/publish') && away === 0) {
        away = 1;
        problem(response, 401, 'UNAUTHENTICATED');
        return true;
      }
      if (request.path !== '/oauth/token' || away === 0 || away > 8) return false;
      away += 1;
      response.writeHead(503).end();
      return true;
    };
    const result = await client.apply(await client.plan(FILES), { concurrency: 1 });
    expect(result).toMatchObject({ ok: true, summary: { created: 3, published: 2 } });
    expect(writes().filter((write) => write === 'PUT dataactions/find')).toHaveLength(1);
  });

  it('leaves alone what somebody changed after the plan, or between the two steps', async () => {
    await client.apply(await client.plan(FILES));
    const plan = await client.plan(changed);
    await client.dataActions.put(dataActionBody('find', { statement: 'select 7' }));
    expect(await client.apply(plan)).toMatchObject({ summary: { conflicts: 1 } });
    const again = await client.plan(changed);
    engine.fault = async (request, _response, { dataActions }) => {
      const stored = dataActions.stored.get('find');
      if (request.path.endsWith('find/publish') && stored !== undefined) stored.revision += 1;
      return false;
    };
    const result = await client.apply(again);
    expect(result.results[0]).toMatchObject({ status: 'conflict', version: 3, publishedVersion: 1 });
  });

  it('prunes a published one by force, and a connector after what uses it', async () => {
    await client.apply(await client.plan(FILES));
    const emptied = { ...desiredState([], ['crm']), dataActions: [] };
    const result = await client.apply(await client.plan(emptied, { prune: true }));
    expect(result).toMatchObject({ ok: true, summary: { deleted: 3 } });
    expect(writes().slice(-3).sort()).toEqual([
      'DELETE dataactions/count?force=true',
      'DELETE dataactions/find?force=true',
      'DELETE integrations/connectors/db-01',
    ]);
    expect(writes().at(-1)).toBe('DELETE integrations/connectors/db-01');
  });

  it('deletes by name what is published only when told twice', async () => {
    await client.apply(await client.plan(FILES));
    const kind = 'data-action' as const;
    await expect(client.planDeletion(['find'], { kind })).rejects.toMatchObject({
      code: 'STILL_PUBLISHED',
      message: expect.stringContaining('find (version 1)'),
    });
    const plan = await client.planDeletion(['find', 'find'], { kind, force: true });
    expect((await client.apply(plan)).summary.deleted).toBe(1);
    expect([...engine.dataActions.stored.keys()]).toEqual(['count']);
  });

  it('waits for the health of connectors alone', async () => {
    const result = await client.apply(await client.plan(FILES), { waitHealthyMs: 5_000 });
    expect(result.health?.map(({ connectorId }) => connectorId)).toEqual(['db-01']);
  });

  it('publishes and rolls back outside of a plan, with a record of each attempt', async () => {
    await client.apply(await client.plan(FILES));
    await client.apply(await client.plan(changed));
    expect(await client.rollbackDataAction('find')).toMatchObject({ publishedVersion: 1 });
    await expect(client.publishDataAction('find', { version: 9 })).rejects.toMatchObject({ code: 'UNKNOWN_VERSION' });
    const records = (await readAudit()).slice(-2);
    expect(records).toMatchObject([
      { eventType: 'ACTION_ROLLED_BACK', actionId: 'find', status: 'SUCCESS', details: { publishedVersion: 1 } },
      {
        eventType: 'ACTION_PUBLISHED',
        actionId: 'find',
        status: 'FAILED',
        details: { code: 'UNKNOWN_VERSION', version: 9 },
      },
    ]);
    // The files still want version 2: the next plan says so, and whose doing it is.
    expect((await client.plan(changed)).changes[0]).toMatchObject({ action: 'publish', origin: 'server' });
  });
});

describe('the plan of data actions', () => {
  it('needs no right to read them where the files have none', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    engine.fault = (request, response) => {
      if (!request.path.startsWith('/api/v1/dataactions')) return false;
      problem(response, 403, 'INSUFFICIENT_SCOPE');
      return true;
    };
    const plan = await client.plan(desiredState([connectorBody('c0', {}, 'crm')], ['crm']), { prune: true });
    expect(plan).toMatchObject({ dataActionsRead: false, summary: { create: 1 } });
    const withActions = desiredState([], [], [dataActionBody('a')]);
    await expect(client.plan(withActions)).rejects.toMatchObject({ code: 'INSUFFICIENT_SCOPE' });
  });

  it('does not ask for them where nothing could be said of them', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await client.plan(desiredState([connectorBody('c0')]));
    expect(engine.received.filter(({ path }) => path.includes('dataactions'))).toEqual([]);
  });

  it('judges them by the connector of the server when the files have none', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await client.connectors.put(connectorBody('db-mysql', { type: 'mysql', driverVersion: '8.1.0' }));
    const [action] = desiredState([], [], [dataActionBody('a', { connectorId: 'db-mysql' })]).dataActions;
    if (action === undefined) throw new Error('one was made');
    const files = (statement: string, connectorId = 'db-mysql') => ({
      ...desiredState([]),
      dataActions: [{ ...action, kind: null, body: { ...action.body, statement, connectorId } }],
    });
    expect((await client.plan(files('select 1 from t where p = :ani # :x'))).summary.create).toBe(1);
    await expect(client.plan(files('select 1 from t where p = :ani and q = :x'))).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      issues: [
        { code: 'PARAMETER_NOT_DECLARED', path: '/statement', message: expect.stringMatching(/^dipswitch.yaml:1:1/) },
      ],
    });
    await expect(client.plan(files('select 1 from t where p = :ani', 'gone'))).rejects.toMatchObject({
      code: 'DOCUMENT_INVALID',
      issues: [{ code: 'UNKNOWN_CONNECTOR' }],
    });
  });

  it('does not let a connector be pruned from under one', async () => {
    await using engine = await FakeEngine.start();
    await using client = createTestClient(engine.url);
    await client.connectors.put(connectorBody('db-01', {}, 'crm'));
    const desired = desiredState([], ['crm'], [dataActionBody('a')]);
    const open = { ...desired, dataActions: desired.dataActions.map((one) => ({ ...one, kind: null })) };
    expect((await client.plan(open)).summary.create).toBe(1);
    await expect(client.plan(open, { prune: true })).rejects.toMatchObject({ issues: [{ code: 'UNKNOWN_CONNECTOR' }] });
  });
});
